import type { AppDefinition, DomainEvent, EventData } from '#domain';
import type { EncodedEvent } from '../../../libs/event-log/src/local/log-store.js';

/** An instance as the log tells it. */
export interface BookedInstance {
  readonly id: string;
  readonly appId: string;
  /** That it was scheduled or launched with last. */
  definition: AppDefinition;
  goal: string;
  condition: string;
  taskId: string | undefined;
  incarnation: number;
  agentId: string | undefined;
  /** Of the checks together, or as Mesos says. */
  healthy: boolean | undefined;
  isReady: boolean;
  isToBeKilled: boolean;
}

/** A deployment under way, by what it does to whom. */
export interface BookedDeployment {
  readonly id: string;
  readonly startedAtMs: number;
  /** By app: the name of the action. */
  readonly actions: ReadonlyMap<string, string>;
}

const GONE: ReadonlySet<string> = new Set([
  'Finished',
  'Failed',
  'Error',
  'Killed',
  'Gone',
  'Dropped',
  'Unknown',
]);
const LOST: ReadonlySet<string> = new Set(['Unreachable', 'Gone', 'Dropped', 'Unknown']);

export const isOver = ({ condition }: BookedInstance): boolean => GONE.has(condition);

/** It waits for an offer. */
export const isWaiting = (one: BookedInstance): boolean =>
  one.goal === 'Running' && (one.condition === 'Scheduled' || isOver(one));

/** Whom constraints compare with (`spec/scheduling.md` §3.5), as far as the version does not matter. */
export const isPlaced = (one: BookedInstance): boolean => !isWaiting(one) && !LOST.has(one.condition);

/** On its way out with a task that may still serve. */
export const isDying = (one: BookedInstance): boolean =>
  one.goal !== 'Running' &&
  one.condition !== 'Scheduled' &&
  !isOver(one) &&
  !one.condition.startsWith('Unreachable');

/** It serves, as far as its definition asks for that. */
export function serves(one: BookedInstance, needsReadiness: boolean): boolean {
  if (one.goal !== 'Running' || one.condition !== 'Running' || one.isToBeKilled) return false;
  const { healthChecks, readinessChecks } = one.definition;
  const isHealthy = healthChecks.length > 0 ? one.healthy === true : one.healthy !== false;
  return isHealthy && (!needsReadiness || readinessChecks.length === 0 || one.isReady);
}

/** A fold of the log of its own, far simpler than that of the domain: what there is, and what may be done to it. */
export class LogBook {
  readonly apps = new Map<string, AppDefinition>();
  readonly instances = new Map<string, BookedInstance>();
  readonly deployments = new Map<string, BookedDeployment>();
  /** Every deployment there ever was, with the command that it came from. */
  readonly deploymentsOf = new Map<string, string[]>();
  /** How often a command was taken in, by its key. */
  readonly accepted = new Map<string, number>();
  /** Commands by what they did to apps. */
  readonly changesOf = new Map<string, string[]>();
  readonly provisioned = new Map<string, string>();
  /** Tasks that somebody wanted to end at some time, or that did. */
  readonly unwanted = new Set<string>();
  private readonly versions = new Map<string, AppDefinition>();

  of(appId: string): BookedInstance[] {
    return [...this.instances.values()].filter((one) => one.appId === appId);
  }

  /** Whether a deployment touches the app, and by which action. */
  actionOn(appId: string): string | undefined {
    for (const { actions } of this.deployments.values()) {
      const action = actions.get(appId);
      if (action !== undefined) return action;
    }
    return undefined;
  }

  definitionOf(appId: string, version: string): AppDefinition | undefined {
    return this.versions.get(`${appId} ${version}`);
  }

  take(event: EncodedEvent): void {
    const { type, data } = { type: event.type, data: JSON.parse(event.data) as unknown } as DomainEvent;
    switch (type) {
      case 'AppCreated':
      case 'AppUpdated':
        this.store(data.app);
        return push(this.changesOf, event.correlationId, data.app.cmd ?? '');
      case 'AppDeleted':
        this.apps.delete(data.appId);
        return push(this.changesOf, event.correlationId, `deleted ${data.appId}`);
      case 'DeploymentStarted':
        if (data.posted !== undefined) this.store(data.posted.app);
        return this.begin(event, data);
      case 'DeploymentSucceeded':
      case 'DeploymentFailed':
        return void this.deployments.delete(data.plan.id);
      case 'CommandAccepted':
        return void this.accepted.set(data.key, (this.accepted.get(data.key) ?? 0) + 1);
      default:
        return this.takeInstance({ type, data } as DomainEvent);
    }
  }

  private store(app: AppDefinition): void {
    this.apps.set(app.id, app);
    this.versions.set(`${app.id} ${app.version}`, app);
  }

  private begin(event: EncodedEvent, { plan }: EventData['DeploymentStarted']): void {
    const actions = new Map<string, string>();
    for (const step of plan.steps) for (const { action, app } of step.actions) actions.set(app, action);
    this.deployments.set(plan.id, { id: plan.id, startedAtMs: event.time, actions });
    push(this.deploymentsOf, event.correlationId, plan.id);
  }

  private takeInstance({ type, data }: DomainEvent): void {
    if (type === 'InstanceScheduled') return this.schedule(data);
    if (!('instanceId' in data)) return;
    const one = this.instances.get(data.instanceId);
    if (one === undefined) return;
    switch (type) {
      case 'InstanceProvisioned':
        return this.provision(one, data);
      case 'TaskStatusChanged':
        setStatus(one, data);
        if (isOver(one)) this.giveUp(one);
        return;
      case 'InstanceBecameInactive':
        one.condition = 'UnreachableInactive';
        return;
      case 'InstanceGoalChanged':
        one.goal = data.goal;
        if (data.goal !== 'Running') this.giveUp(one);
        return;
      case 'InstanceKillRequested':
        one.isToBeKilled = true;
        this.unwanted.add(data.taskId);
        return;
      case 'InstanceExpunged':
        this.instances.delete(data.instanceId);
        return;
      case 'HealthCheckPassed':
      case 'HealthCheckFailed':
        one.healthy = data.healthy ?? undefined;
        return;
      case 'ReadinessChecked':
        one.isReady = data.readiness.ready;
        return;
      default:
    }
  }

  private giveUp({ taskId }: BookedInstance): void {
    if (taskId !== undefined) this.unwanted.add(taskId);
  }

  private schedule({ instanceId: id, appId, version }: EventData['InstanceScheduled']): void {
    const definition = this.definitionOf(appId, version);
    if (definition === undefined) throw new Error(`${id} was scheduled with a version that was never stored`);
    this.instances.set(id, {
      id,
      appId,
      definition,
      goal: 'Running',
      condition: 'Scheduled',
      taskId: undefined,
      incarnation: 0,
      agentId: undefined,
      healthy: undefined,
      isReady: false,
      isToBeKilled: false,
    });
  }

  private provision(one: BookedInstance, data: EventData['InstanceProvisioned']): void {
    one.condition = 'Provisioned';
    one.taskId = data.taskId;
    one.incarnation = data.incarnation;
    one.agentId = data.agent.agentId;
    one.healthy = undefined;
    one.isReady = one.isToBeKilled = false;
    this.provisioned.set(data.taskId, data.agent.agentId);
  }
}

function setStatus(one: BookedInstance, data: EventData['TaskStatusChanged']): void {
  if (one.taskId !== data.taskId) return;
  one.condition = data.condition;
  if (GONE.has(data.condition) || data.condition === 'Unreachable') one.isToBeKilled = false;
  if (one.definition.healthChecks.length === 0) one.healthy = data.healthy;
}

function push(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
