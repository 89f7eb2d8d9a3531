import type { Offer, TaskStatus } from '../cluster/mesos-shapes.js';
import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Violation } from '../definitions/result.js';
import type { Plan } from '../deployments/plan.js';
import type { CheckResult } from '../instances/health/judge-result.js';
import type { Instance } from '../instances/instance.js';
import type { ReadinessResponse } from '../instances/readiness.js';
import type { Group } from '../state/state.js';
import type { Timestamp } from '../time/timestamp.js';
import type { WebhookReport } from '../webhooks/report-webhook.js';
import type { WebhookSummary } from '../webhooks/webhook.js';
import type { WebhookCommand } from '../webhooks/webhook-commands.js';

/** What people ask for. `json` is the parsed request body; its meaning is judged here, not at the edge. */
export type ApiCommand =
  | { readonly type: 'CreateApp'; readonly json: unknown; readonly force: boolean; readonly uri: string }
  /** `PUT /v2/apps/{id}`: create, merge, replace or roll back (`spec/rest-api.md` §7.4). */
  | {
      readonly type: 'PutApp';
      readonly appId: string;
      readonly json: unknown;
      readonly force: boolean;
      readonly partialUpdate: boolean;
      readonly uri: string;
    }
  | {
      readonly type: 'PatchApp';
      readonly appId: string;
      readonly json: unknown;
      readonly force: boolean;
      readonly uri: string;
    }
  /** `PUT /v2/apps` (`createMissing`) and `PATCH /v2/apps`: all or nothing, one deployment. */
  | {
      readonly type: 'UpdateApps';
      /** The elements of the array that was sent. */
      readonly items: readonly unknown[];
      readonly force: boolean;
      readonly partialUpdate: boolean;
      readonly createMissing: boolean;
    }
  /** Back to a definition that the app had at some time; an app that is gone is created again. */
  | {
      readonly type: 'RollbackApp';
      readonly app: AppDefinition;
      readonly force: boolean;
      readonly uri: string;
    }
  | { readonly type: 'DeleteApp'; readonly appId: string; readonly force: boolean }
  | { readonly type: 'RestartApp'; readonly appId: string; readonly force: boolean }
  /** `groupId`: the group of the URL; the body may name one below it (`spec/rest-api.md` §9.4). */
  | {
      readonly type: 'CreateGroup';
      readonly groupId: string;
      readonly json: unknown;
      readonly force: boolean;
    }
  /** `PUT /v2/groups`: create, change, scale or roll back; `dryRun` only tells the plan (§9.5). */
  | {
      readonly type: 'PutGroup';
      readonly groupId: string;
      readonly json: unknown;
      readonly force: boolean;
      readonly dryRun: boolean;
    }
  /** Back to what the group was at some time, with everything below: the lists hold all of it, the group included. */
  | {
      readonly type: 'RollbackGroup';
      readonly groupId: string;
      readonly groups: readonly Group[];
      readonly apps: readonly AppDefinition[];
      readonly force: boolean;
    }
  /** Changes nothing but `enforceRole` (§9.6). */
  | { readonly type: 'PatchGroup'; readonly groupId: string; readonly json: unknown }
  | { readonly type: 'DeleteGroup'; readonly groupId: string; readonly force: boolean }
  /** Kill without scaling: the tasks are replaced; with `wipe` the instances are. */
  | { readonly type: 'KillTasks'; readonly selection: TaskSelection; readonly wipe: boolean }
  /** Kill and lower `instances` by as many. */
  | { readonly type: 'KillAndScale'; readonly selection: TaskSelection; readonly force: boolean }
  | { readonly type: 'CancelDeployment'; readonly deploymentId: string; readonly force: boolean }
  | { readonly type: 'ResetDelay'; readonly appId: string }
  | WebhookCommand;

/** Which tasks a kill means: of one app (all, on a host, or one task), or tasks of any app by id. */
export type TaskSelection =
  | { readonly appId: string; readonly host?: string; readonly taskId?: string }
  | { readonly taskIds: readonly string[] };

/** What the cluster and the clock tell. */
export type SchedulerCommand =
  | {
      readonly type: 'SchedulerConnected';
      readonly frameworkId: string;
      readonly master: string;
      readonly region?: string;
    }
  | { readonly type: 'SchedulerLost'; readonly reason: string }
  | { readonly type: 'ReceiveOffers'; readonly offers: readonly Offer[] }
  /** Somebody plans, and no agent is known yet: all of them shall make an offer. */
  | { readonly type: 'LookForAgents' }
  /** The master says that an agent is gone. */
  | { readonly type: 'AgentRemoved'; readonly agentId: string }
  /** The launch of these tasks was certainly not carried out. */
  | { readonly type: 'LaunchFailed'; readonly taskIds: readonly string[]; readonly reason: string }
  /** It is not known what became of these tasks: Mesos shall tell. */
  | { readonly type: 'LaunchUncertain'; readonly taskIds: readonly string[] }
  | { readonly type: 'ReceiveStatus'; readonly status: TaskStatus }
  /** What a probe of Ekiden found; `check`: place in the definition. */
  | {
      readonly type: 'ReportHealth';
      readonly instanceId: string;
      readonly taskId: string;
      readonly check: number;
      readonly result: CheckResult;
    }
  /** How a task answered its readiness check; 504 if it did not. */
  | {
      readonly type: 'ReportReadiness';
      readonly instanceId: string;
      readonly taskId: string;
      readonly response: ReadinessResponse;
    }
  /** What became of the deliveries to a webhook. */
  | { readonly type: 'ReportWebhook'; readonly webhookId: string; readonly report: WebhookReport }
  /** Time has passed: overdue tasks, unreachable time-outs, back-offs, retries. */
  | { readonly type: 'Tick' };

export type Command = ApiCommand | SchedulerCommand;

/** An answer to an `ApiCommand`: done, or refused with a reason the API knows how to print. */
export type Reply = Accepted | Planned | Killed | Done | WebhookStored | WebhookAnnounced | Refusal;

/** A change of the tree was stored and its deployment began. `app`: the stored form, for single-app commands. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly deploymentId: string;
  readonly version: Timestamp;
  /** A single-app command created the app. */
  readonly created?: boolean;
  /** What POST prints: the definition before service ports were assigned. */
  readonly submitted?: AppDefinition;
  /** The group that a POST created. */
  readonly groupId?: string;
  readonly plan: Plan;
}

/** The plan of a change that was only tried: nothing was stored. */
export interface Planned {
  readonly kind: 'planned';
  readonly plan: Plan;
}

/** Instances selected by a kill without scaling, as they were when the kill was decided. */
export interface Killed {
  readonly kind: 'killed';
  readonly instances: readonly Instance[];
}

/** Done with nothing to tell: forced cancel, delay reset, change of an enforced role. */
export interface Done {
  readonly kind: 'done';
}

/** A webhook as it is after the command. */
export interface WebhookStored {
  readonly kind: 'webhook';
  readonly webhook: WebhookSummary;
  readonly created?: boolean;
}

/** What `/v2/eventSubscriptions` answers: the event that subscribers hear of, whether anything changed or not. */
export interface WebhookAnnounced {
  readonly kind: 'callback';
  /** Who asked. */
  readonly clientIp: string;
  readonly eventType: 'subscribe_event' | 'unsubscribe_event';
  readonly callbackUrl: string;
  readonly timestamp: Timestamp;
}

/** Why a command changed nothing. */
export type Refusal =
  /** Shape or meaning is wrong (`spec/definitions.md` §2.2); `message` and `details` are in wire form. */
  | {
      readonly kind: 'refused';
      readonly code: 'Invalid';
      readonly message: string;
      readonly details?: readonly Violation[];
    }
  | { readonly kind: 'refused'; readonly code: 'BadRequest'; readonly message: string }
  | { readonly kind: 'refused'; readonly code: 'AppAlreadyExists'; readonly appId: string }
  | { readonly kind: 'refused'; readonly code: 'AppNotFound'; readonly appId: string }
  | { readonly kind: 'refused'; readonly code: 'GroupAlreadyExists'; readonly groupId: string }
  /** A group was to be created where an app is. */
  | { readonly kind: 'refused'; readonly code: 'AppAtGroupPath'; readonly groupId: string }
  | { readonly kind: 'refused'; readonly code: 'GroupNotFound'; readonly groupId: string }
  | { readonly kind: 'refused'; readonly code: 'PathNotFound'; readonly path: string }
  | { readonly kind: 'refused'; readonly code: 'TaskNotFound'; readonly taskId: string }
  | { readonly kind: 'refused'; readonly code: 'DeploymentNotFound'; readonly deploymentId: string }
  | { readonly kind: 'refused'; readonly code: 'AppNotQueued'; readonly appId: string }
  | { readonly kind: 'refused'; readonly code: 'WebhookNotFound'; readonly webhookId: string }
  | { readonly kind: 'refused'; readonly code: 'AppLocked'; readonly deploymentIds: readonly string[] }
  | { readonly kind: 'refused'; readonly code: 'TooManyDeployments'; readonly limit: number }
  | {
      readonly kind: 'refused';
      readonly code: 'ServicePortsExhausted';
      readonly min: number;
      readonly max: number;
    }
  /** What the plan named in the request rests on is not as it was; `changed` says what, in words. */
  | { readonly kind: 'refused'; readonly code: 'PlanOutdated'; readonly changed: readonly string[] }
  /** The same idempotency key came with another request. */
  | { readonly kind: 'refused'; readonly code: 'IdempotencyKeyReused'; readonly key: string }
  /** The log takes no writes now; nothing was changed. */
  | { readonly kind: 'refused'; readonly code: 'LogUnavailable'; readonly reason: string }
  /** Too many commands wait already. */
  | { readonly kind: 'refused'; readonly code: 'QueueFull'; readonly limit: number }
  /** A bug was hit while deciding; nothing was changed. */
  | { readonly kind: 'refused'; readonly code: 'InternalError'; readonly reason: string };
