import { expect } from 'vitest';
import type { MesosTaskState, Offer } from '../cluster/mesos-shapes.js';
import { parseTaskId } from '../ids/instance-id.js';
import type { CheckResult } from '../instances/health/judge-result.js';
import {
  isAbsent,
  isCounted,
  isDying,
  isGood,
  isHealthy,
  isProvisioned,
  isScheduled,
  mustBeKilled,
  type Instance,
} from '../instances/instance.js';
import { evolve } from '../state/evolve.js';
import { captureSnapshot, restoreSnapshot } from '../state/snapshot.js';
import type { Standing } from '../state/standings.js';
import { State } from '../state/state.js';
import type { Effect } from './effect.js';
import { checkProgress } from './progress.fixture.js';
import { recorded, Scenario } from './scenario.fixture.js';
import { SimulatedMesos, type LaunchFate } from './simulated-mesos.fixture.js';

/** Rounds of 20 s after which everything must have come to rest: retries, delays and time-outs included. */
const ROUNDS_TO_REST = 60;

function standingOf(instances: readonly Instance[]): Standing {
  const wanted = instances.filter(({ goal }) => goal === 'Running');
  return {
    counted: wanted.filter(isCounted).length,
    wanted: wanted.length,
    healthy: wanted.filter(isHealthy).length,
    good: wanted.filter(isGood).length,
    absent: wanted.filter(isAbsent).length,
    dying: instances.filter(isDying).length,
  };
}

const textOf = (state: State): string => [...captureSnapshot(state)].join('');

/** One run: the scheduler, the cluster it talks to, and a reader of the log that keeps up with it. */
export class RandomLife {
  readonly scenario = new Scenario({ maxInstancesPerOffer: 3 });
  readonly mesos = new SimulatedMesos(this.scenario);
  /** Effects that are durable but not carried out yet; lost with the connection or the process. */
  private readonly onTheirWay: Effect[] = [];
  private readonly reader = new State();
  private eventsRead = 0;

  constructor() {
    this.scenario.afterTurn = () => this.afterTurn();
  }

  /** Effects reach the cluster, and what they lead to, until there are none left. */
  carryOut(fate: LaunchFate): void {
    for (let effects = this.onTheirWay.splice(0); effects.length > 0; effects = this.onTheirWay.splice(0)) {
      this.mesos.carryOut(effects, fate);
    }
  }

  offer(count: number, cpus: number): void {
    const offers: Offer[] = [];
    for (let agent = 1; agent <= count; agent++) {
      const offer = this.scenario.newOffer({ agent_id: { value: `agent-${agent}` } });
      const resources = offer.resources?.map((resource) =>
        resource.name === 'cpus' ? { ...resource, scalar: { value: cpus } } : resource,
      );
      offers.push({ ...offer, ...(resources === undefined ? {} : { resources }) });
    }
    this.scenario.tell({ type: 'ReceiveOffers', offers });
  }

  /** A task of the cluster moves on; the scheduler hears of it later. */
  progress(pick: number, state: MesosTaskState): void {
    const tasks = [...this.mesos.tasks.values()];
    const task = tasks[pick % Math.max(tasks.length, 1)];
    if (task !== undefined) this.mesos.progress(task, state);
  }

  /** A check of some instance finds something, if it has checks; the task it looked at may be gone by now. */
  probe(pick: number, healthy: boolean): void {
    const instances = [...this.scenario.state.instances.values()].filter(({ task }) => task !== undefined);
    const instance = instances[pick % Math.max(instances.length, 1)];
    if (instance === undefined) return;
    const result = healthy ? { healthy } : { healthy, cause: 'scripted', failuresInARow: 1 };
    this.report(instance, pick % Math.max(instance.app.healthChecks.length, 1), result);
    if (pick % 2 === 0) this.answerReadiness(instance, healthy ? 200 : 503);
  }

  deliver(): void {
    if (this.scenario.runtime.connected) this.mesos.deliver();
  }

  redeliver(pick: number): void {
    if (this.scenario.runtime.connected) this.mesos.redeliver(pick);
  }

  /** The id of some task the scheduler knows, if it knows any. */
  someTask(pick: number): string[] {
    const tasks = [...this.scenario.state.instances.values()].flatMap(({ task }) => task?.id ?? []);
    return tasks.slice(pick % Math.max(tasks.length, 1)).slice(0, 2);
  }

  /** The connection breaks: what was on its way in either direction is lost. */
  disconnect(): void {
    this.onTheirWay.length = 0;
    this.mesos.dropWaiting();
    this.scenario.tell({ type: 'SchedulerLost', reason: 'scripted' });
  }

  /** The process dies: of it only the events are left. */
  failover(): void {
    this.onTheirWay.length = 0;
    this.mesos.dropWaiting();
    this.scenario.failover();
  }

  /** Faults stop; in a bounded time all deployments end, and exactly what is wanted runs. */
  comeToRest(): void {
    this.scenario.hurried = false;
    this.disconnect();
    this.scenario.connected();
    for (let round = 0; round < ROUNDS_TO_REST && !this.isAtRest(); round++) {
      this.carryOut('delivered');
      this.offer(3, 1000);
      this.carryOut('delivered');
      this.mesos.settleTasks();
      this.mesos.deliver();
      this.allChecksPass();
      this.scenario.advance(20_000);
    }
    expect(this.situation()).toEqual(this.wantedSituation());
    expect([...this.scenario.state.deployments.keys()]).toEqual([]);
  }

  private allChecksPass(): void {
    for (const instance of this.scenario.state.instances.values()) {
      instance.app.healthChecks.forEach((_, check) => this.report(instance, check, { healthy: true }));
      this.answerReadiness(instance, 200);
    }
  }

  private report({ id, task }: Instance, check: number, result: CheckResult): void {
    this.scenario.tell({
      type: 'ReportHealth',
      instanceId: id,
      taskId: task?.id ?? '',
      check,
      result,
    });
  }

  private answerReadiness({ id, task }: Instance, status: number): void {
    const response = { status, contentType: 'text/plain', body: '' };
    this.scenario.tell({ type: 'ReportReadiness', instanceId: id, taskId: task?.id ?? '', response });
  }

  private isAtRest(): boolean {
    const { state } = this.scenario;
    if (state.deployments.size > 0 || this.onTheirWay.length > 0) return false;
    return JSON.stringify(this.situation()) === JSON.stringify(this.wantedSituation());
  }

  /** What is, by app: tasks that run, records that are kept. */
  private situation() {
    const { state } = this.scenario;
    const tasks = [...this.mesos.tasks.values()];
    const running = tasks.filter((task) => {
      const instance = state.instances.get(parseTaskId(task.id)?.instanceId ?? '');
      return (
        instance?.task?.id === task.id && instance.condition === 'Running' && task.state === 'TASK_RUNNING'
      );
    });
    return { tasks: tasks.length, running: running.length, records: state.instances.size };
  }

  private wantedSituation() {
    const wanted = [...this.scenario.state.apps.values()].reduce((sum, app) => sum + app.instances, 0);
    return { tasks: wanted, running: wanted, records: wanted };
  }

  /** Whatever was decided, everything that must always hold is checked. */
  private afterTurn(): void {
    for (const effect of this.scenario.takeAllEffects()) {
      this.checkEffect(effect);
      this.onTheirWay.push(effect);
    }
    if (this.scenario.events.length > this.eventsRead) this.check();
  }

  private checkEffect(effect: Effect): void {
    const { state, runtime } = this.scenario;
    if (effect.type === 'AcknowledgeStatus') expect(effect.uuid).toMatch(/./);
    if (effect.type === 'AcceptOffer') expect(runtime.connected).toBe(true);
    if (effect.type !== 'KillTask') return;
    const instance = state.instances.get(parseTaskId(effect.taskId)?.instanceId ?? '');
    const unwanted = instance?.task?.id !== effect.taskId || mustBeKilled(instance);
    expect(unwanted, `kill of ${effect.taskId}, which is wanted`).toBe(true);
  }

  /** The invariants of `design.md` §7, as far as they concern one leader and its log. */
  private check(): void {
    this.checkReplay();
    expect(this.mesos.launchedTwice).toEqual([]);
    checkProgress(this.scenario);
    const { apps, instances, deployments } = this.scenario.state;
    const allDecided = this.scenario.runtime.touched.isDone;
    for (const appId of new Set([...apps.keys(), ...instances.appIds()])) {
      const holders = [...deployments.values()].filter(({ affectedApps }) => affectedApps.has(appId));
      expect(holders.length, `deployments of ${appId}`).toBeLessThanOrEqual(1);
      const { counted, wanted } = this.checkStanding(appId);
      this.checkQueue(appId);
      const target = apps.get(appId)?.instances ?? 0;
      if (!allDecided) continue;
      if (holders.length === 0) expect(counted, `instances of ${appId}`).toBe(target);
      if (!apps.has(appId)) expect(wanted, `orphans of ${appId}`).toBe(0);
    }
  }

  /** The counts that decisions rest on are those of the instances. */
  private checkStanding(appId: string): Standing {
    const { instances } = this.scenario.state;
    const all = instances.of(appId);
    expect(instances.standingOf(appId)).toEqual(standingOf(all));
    for (const version of new Set(all.map(({ app }) => app.version))) {
      const ofVersion = all.filter(({ app }) => app.version === version);
      expect(instances.standingOfVersion(appId, version)).toEqual(standingOf(ofVersion));
    }
    return instances.standingOf(appId);
  }

  /** The launch queue holds those that wait, as they are now, and deployments wait for those that are not ready. */
  private checkQueue(appId: string): void {
    const { instances, deployments } = this.scenario.state;
    const all = instances.of(appId);
    const waiting = instances.waitingOf(appId);
    expect(waiting.every((instance) => instances.get(instance.id) === instance)).toBe(true);
    expect(new Set(waiting).size).toBe(all.filter(isScheduled).length);
    const isQueued = all.some((instance) => isScheduled(instance) || isProvisioned(instance));
    expect(instances.isQueued(appId)).toBe(isQueued);
    for (const id of deployments.keys()) {
      const unready = all.filter((it) => it.deploymentId === id && isCounted(it) && !isGood(it));
      expect(instances.unreadyOf(appId, id)).toBe(unready.length);
    }
  }

  /** Whoever reads the log knows the same, with or without a snapshot in between. */
  private checkReplay(): void {
    const { events, state } = this.scenario;
    for (const event of events.slice(this.eventsRead)) {
      this.eventsRead += 1;
      evolve(this.reader, recorded(event, this.eventsRead));
    }
    const text = textOf(state);
    expect(textOf(this.reader)).toBe(text);
    if (this.eventsRead % 7 === 0) expect(textOf(restoreSnapshot([text]))).toBe(text);
  }
}
