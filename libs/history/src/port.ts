import type { Actor, Plan, PlanAction, ReadinessResult, TaskFailure } from '#domain';
import type { StoredEvent } from '#event-log';

/** What to look for in the history; everything that is given must hold (`spec/operations.md` §18.3). */
export interface HistoryQuery {
  /** Absolute id of one app: its own events, those of its instances, and deployments that change it. */
  readonly app?: string;
  /** Absolute id of a group: everything at or below it. */
  readonly group?: string;
  readonly instance?: string;
  readonly deployment?: string;
  /** `app:/a`, `instance:<id>`, `deployment:<id>`, `group:/`, `framework`, `cluster`. */
  readonly stream?: string;
  /** Event types; any of them. */
  readonly types?: readonly string[];
  /** A name, a name acted for, an address, or a kind of actor. */
  readonly actor?: string;
  /** The command (or deployment) that events belong to. */
  readonly correlation?: string;
  /** Id of the event that directly led to them. */
  readonly causedBy?: string;
  /** Definitions, groups and deployments only, without what happened to instances. */
  readonly changesOnly?: boolean;
  /** Positions, both ends included. */
  readonly from?: number;
  readonly to?: number;
  /** Newest first unless `asc`. */
  readonly order?: 'asc' | 'desc';
  readonly limit: number;
  /** Where the page before ended: only what lies behind it in the order asked for. */
  readonly behind?: number;
}

/**
 * A page of events; `next` is the `behind` of the page that follows, if there is one. Big events may end a page before
 * its limit.
 */
export interface HistoryPage {
  readonly events: readonly StoredEvent[];
  readonly next?: number;
}

/** What one command of a client led to. */
export interface CommandSummary {
  /** Its correlation id. */
  readonly id: string;
  /** Epoch ms. */
  readonly time: number;
  readonly actor: Actor;
  /** Its first and last event. */
  readonly position: number;
  readonly last: number;
  readonly events: number;
  /** One sentence: `scaled /web from 5 to 2`. */
  readonly summary: string;
  readonly subjects: readonly string[];
  readonly deploymentId?: string;
}

/** A page of commands; `next` as with events. */
export interface CommandPage {
  readonly commands: readonly CommandSummary[];
  readonly next?: number;
}

/** A task that came of a command. */
export interface CommandTask {
  readonly instanceId: string;
  readonly taskId: string;
  readonly appId: string;
}

/** A command with what it led to: its own events, those of its deployments, and those of the instances they started. */
export interface CommandTrace extends HistoryPage {
  readonly command: CommandSummary;
  readonly tasks: readonly CommandTask[];
  /** Whether every instance that it started was followed: not so for very many. */
  readonly complete: boolean;
}

/** The way back from an instance: its newest launch first, what a client asked for last. */
export interface InstanceOrigin {
  readonly instanceId: string;
  /** Absent if nothing that a client asked for is behind it. */
  readonly command?: CommandSummary;
  readonly chain: readonly StoredEvent[];
}

/** A failure of a task (`spec/operations.md` §18.4), and where it stands. */
export type FailureRecord = TaskFailure & { readonly instanceId: string; readonly position: number };

export interface FailurePage {
  readonly failures: readonly FailureRecord[];
  readonly next?: number;
}

/** A page of something in a range of positions, newest first. */
export interface RangeQuery {
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly behind?: number;
}

export type DeploymentState = 'running' | 'succeeded' | 'failed';

export interface DeploymentQuery extends RangeQuery {
  readonly state: 'running' | 'finished' | 'all';
  /** Only deployments that change this app. */
  readonly app?: string;
}

/** Times in epoch ms. A step that had nothing to do begins and ends in one moment; one that never began has no times. */
export interface DeploymentStepRecord {
  readonly actions: readonly PlanAction[];
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** What is known of the readiness of one instance at the end, or so far. */
export interface ReadinessRecord extends ReadinessResult {
  readonly instanceId: string;
  readonly appId: string;
  /** Epoch ms. */
  readonly time: number;
}

/** A deployment, running or long over. */
export interface DeploymentRecord {
  readonly id: string;
  readonly version: Plan['version'];
  readonly state: DeploymentState;
  /** Why it failed. */
  readonly reason?: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly initiator: Actor;
  /** Correlation id of the command. */
  readonly command: string;
  readonly affectedApps: readonly string[];
  readonly steps: readonly DeploymentStepRecord[];
  readonly readiness: readonly ReadinessRecord[];
  /** Number of failures of tasks of its apps while it ran. */
  readonly failures: number;
}

export interface DeploymentPage {
  readonly deployments: readonly DeploymentRecord[];
  readonly next?: number;
}

/** A command of a client that was refused; its body is not kept. */
export interface Refusal {
  /** Epoch ms. */
  readonly time: number;
  readonly actor: Actor;
  readonly method: string;
  /** With the query, as the client sent it. */
  readonly path: string;
  /** What the path stands for: `app:/web`, `group:/shop`; absent for collections. */
  readonly subject?: string;
  /** Name of the command that it would have been. */
  readonly command: string;
  readonly status: number;
  readonly reason: string;
}

/** A refusal on its way to where it is kept. */
export interface NewRefusal extends Refusal {
  /** Only its hash is kept. */
  readonly body: Uint8Array;
}

/** A refusal as it is kept. */
export interface KeptRefusal extends Refusal {
  /** Grows with every refusal. */
  readonly id: number;
  /** SHA-256 of the body, in hex. */
  readonly payloadHash: string;
}

export interface RefusalQuery {
  readonly app?: string;
  readonly group?: string;
  readonly actor?: string;
  /** Epoch ms, both ends included. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly order?: 'asc' | 'desc';
  readonly limit: number;
  /** Id that the page before ended with. */
  readonly behind?: number;
}

/** A value of the chain of the audit (docs/history.md): it stands for every byte up to the position. */
export interface AuditDigest {
  readonly position: number;
  /** SHA-256 in hex. */
  readonly hash: string;
}

/** Some lines of an exported audit, in UTF-8. */
export interface AuditPortion {
  readonly text: Uint8Array;
  /** Where the portion ends: what the next one goes on from. */
  readonly upTo: AuditDigest;
}

/** Questions about everything that ever happened. Answers include all that was on the log when they were asked. */
export interface History {
  /** Keeps the index up with the log from now on, in the background, so that questions find most of it done. */
  keepUp(): void;
  search(query: HistoryQuery): Promise<HistoryPage>;
  commands(query: HistoryQuery): Promise<CommandPage>;
  /** What a command led to; nothing if there was no such command. `behind` as in a search, oldest first. */
  command(correlation: string, page: { limit: number; behind?: number }): Promise<CommandTrace | undefined>;
  /** Nothing if there never was such an instance. */
  origin(instanceId: string): Promise<InstanceOrigin | undefined>;
  failures(appId: string, page: RangeQuery): Promise<FailurePage>;
  deployments(query: DeploymentQuery): Promise<DeploymentPage>;
  deployment(
    id: string,
  ): Promise<(DeploymentRecord & { readonly failed: readonly FailureRecord[] }) | undefined>;
  /** The chain behind a position that is on the log. */
  auditDigest(position: number): Promise<AuditDigest>;
  /** The next lines of an export that ends with position `to`. */
  auditPortion(after: AuditDigest, to: number): Promise<AuditPortion>;
  /** Keeps refused commands, apart from the log. */
  noteRefusals(refusals: readonly NewRefusal[]): Promise<void>;
  refusals(query: RefusalQuery): Promise<readonly KeptRefusal[]>;
  close(): Promise<void>;
}

/** Names of the questions, as they go to the thread that answers them. */
export type HistoryQuestion = Exclude<keyof History, 'close' | 'keepUp'>;

/** The history cannot be asked at the moment; trying again soon may help. */
export class HistoryUnavailableError extends Error {
  override readonly name = 'HistoryUnavailableError';
  readonly statusCode = 503;
}
