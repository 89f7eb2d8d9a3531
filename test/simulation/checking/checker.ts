import type { EncodedEvent } from '../../../libs/event-log/src/local/log-store.js';
import type { EventData } from '#domain';
import type { Appended, LaunchedTask, Observer } from '../kernel/observer.js';
import { checkLeast, checkMost } from './capacity-rules.js';
import { LogBook } from './log-book.js';
import { checkPlacement, type AgentFacts } from './placement-rules.js';
import { must } from './violation.js';

const ONE_WRITER = 'two leaders never both write';
const ONE_ORDER = 'the log is one order without gaps';
const ONE_LAUNCH = 'no task is launched twice for one instance incarnation';
const DURABLE_FIRST = 'nothing happens before its events are durable';
const JUST_KILLS = 'only what is unwanted is killed';
const LOCKS = 'an app belongs to one deployment at a time';

/**
 * Watches what is put on the log and what reaches Mesos, with books of its own: nothing is asked of the nodes. Stops the
 * run at the first thing that must not be.
 */
export class Checker implements Observer {
  readonly book = new LogBook();
  /** Tasks that run, wherever that is. */
  readonly alive = new Set<string>();
  private head = 0;
  private readonly owners = new Map<number, string>();
  private epoch = 0;
  private newestEpoch = 0;
  private lastTimeMs = 0;
  private readonly eventIds = new Set<string>();
  private readonly launched = new Set<string>();

  constructor(private readonly facts: AgentFacts) {}

  /** Position up to which everything is durable. */
  get durable(): number {
    return this.head;
  }

  claimed(node: string, epoch: number): void {
    must(epoch > this.newestEpoch, ONE_WRITER, () => `${node} claims ${epoch} after ${this.newestEpoch}`);
    this.newestEpoch = epoch;
    this.owners.set(epoch, node);
  }

  appended({ node, epoch, first, batches }: Appended): void {
    must(
      first === this.head + 1,
      ONE_ORDER,
      () => `${node} writes at ${first}, the log ends at ${this.head}`,
    );
    must(
      epoch === this.newestEpoch && epoch >= this.epoch && this.owners.get(epoch) === node,
      ONE_WRITER,
      () =>
        `${node} writes in term ${epoch} although ${this.owners.get(this.newestEpoch)} has begun ${this.newestEpoch}`,
    );
    this.epoch = epoch;
    for (const batch of batches) {
      for (const event of batch) this.take(event);
      this.checkLocks();
    }
  }

  launching(node: string, tasks: readonly LaunchedTask[]): void {
    for (const { taskId, agentId } of tasks) {
      must(!this.launched.has(taskId), ONE_LAUNCH, () => `${node} launches ${taskId} again`);
      this.launched.add(taskId);
      must(
        this.book.provisioned.get(taskId) === agentId,
        DURABLE_FIRST,
        () => `${node} launches ${taskId} on ${agentId}, the log says ${this.book.provisioned.get(taskId)}`,
      );
    }
  }

  killing(node: string, taskId: string): void {
    const one = this.book.instances.get(instanceIdOf(taskId));
    must(
      one === undefined || one.taskId !== taskId || this.book.unwanted.has(taskId),
      JUST_KILLS,
      () => `${node} kills ${taskId}, which the log wants to run`,
    );
  }

  acknowledging(node: string, taskId: string, state: string): void {
    const one = this.book.instances.get(instanceIdOf(taskId));
    must(
      one === undefined || one.taskId !== taskId || one.condition !== 'Provisioned',
      DURABLE_FIRST,
      () => `${node} acknowledges ${state} of ${taskId}, of which the log says nothing`,
    );
  }

  taskBegan(taskId: string): void {
    must(!this.alive.has(taskId), ONE_LAUNCH, () => `${taskId} runs twice`);
    this.alive.add(taskId);
  }

  taskEnded(taskId: string): void {
    this.alive.delete(taskId);
  }

  private take(event: EncodedEvent): void {
    this.head += 1;
    must(!this.eventIds.has(event.id), ONE_ORDER, () => `event ${event.id} is on the log twice`);
    this.eventIds.add(event.id);
    must(event.time >= this.lastTimeMs, ONE_ORDER, () => `event ${this.head} is older than the one before`);
    this.lastTimeMs = event.time;
    this.checkBefore(event);
    this.book.take(event);
    if (event.type === 'InstanceScheduled') checkMost(this.book, appIdOf(event));
  }

  private checkBefore(event: EncodedEvent): void {
    if (event.type === 'InstanceProvisioned') return this.checkLaunch(event);
    if (event.type !== 'InstanceGoalChanged') return;
    const { instanceId, goal, reason } = JSON.parse(event.data) as EventData['InstanceGoalChanged'];
    const victim = this.book.instances.get(instanceId);
    if (victim !== undefined && goal !== 'Running' && reason === 'Upgrading') checkLeast(this.book, victim);
  }

  private checkLaunch(event: EncodedEvent): void {
    const data = JSON.parse(event.data) as EventData['InstanceProvisioned'];
    const { instanceId, taskId, incarnation, appId, version, agent } = data;
    const one = this.book.instances.get(instanceId);
    must(one !== undefined, ONE_LAUNCH, () => `${taskId} is launched for no instance`);
    must(
      !this.book.provisioned.has(taskId) && incarnation === one.incarnation + 1,
      ONE_LAUNCH,
      () => `${taskId} comes after incarnation ${one.incarnation}`,
    );
    must(
      one.goal === 'Running' &&
        ['Scheduled', 'Failed', 'Finished', 'Killed', 'Error', 'Gone', 'Dropped', 'Unknown'].includes(
          one.condition,
        ),
      ONE_LAUNCH,
      () => `${taskId} is launched although its instance is ${one.goal} and ${one.condition}`,
    );
    const definition = this.book.definitionOf(appId, version);
    must(definition !== undefined, DURABLE_FIRST, () => `version ${version} of ${appId} was never stored`);
    checkPlacement(this.book, this.facts, { one, definition, agentId: agent.agentId });
  }

  private checkLocks(): void {
    const holders = new Map<string, string>();
    for (const { id, actions } of this.book.deployments.values()) {
      for (const appId of actions.keys()) {
        must(!holders.has(appId), LOCKS, () => `${appId} is locked by ${holders.get(appId)} and ${id}`);
        holders.set(appId, id);
      }
    }
  }
}

const instanceIdOf = (taskId: string): string => taskId.split('._app.')[0] ?? taskId;

const appIdOf = (event: EncodedEvent): string => (JSON.parse(event.data) as { appId: string }).appId;
