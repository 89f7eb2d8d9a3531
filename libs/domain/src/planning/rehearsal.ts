import type { TaskStatus } from '../cluster/mesos-shapes.js';
import type { SchedulerCommand } from '../commands/command.js';
import { decideSchedulerCommand } from '../deciding/decide.js';
import type { Effect } from '../deciding/effect.js';
import { SchedulerRuntime } from '../deciding/runtime.js';
import type { DomainSettings } from '../deciding/settings.js';
import { settle } from '../deciding/settle.js';
import { Turn } from '../deciding/turn.js';
import { parseTaskId } from '../ids/instance-id.js';
import { topLevelGroup } from '../ids/path-id.js';
import { isRunByEkiden } from '../instances/health/judge-result.js';
import { isGood, isScheduled, type Agent, type Instance } from '../instances/instance.js';
import { usedBy } from '../launching/free-resources.js';
import type { KnownAgent } from '../launching/known-agents.js';
import type { TaskLaunch } from '../launching/task-builder/task-template.js';
import { storeApp } from '../state/evolve.js';
import { State, type Deployment } from '../state/state.js';
import { RehearsalAgent } from './agents.js';
import { concernedApps } from './outlook.js';
import { trialEnvironment, type Trial } from './trial.js';

/** Larger changes are planned, but not rehearsed. */
export const MOST_REHEARSED_INSTANCES = 10_000;

/** So many agents make an offer at a time: few are needed for most changes. */
const OFFERS_AT_A_TIME = 64;

/** What a rehearsal starts from; only read when it is made. */
export interface RehearsalScene {
  readonly state: State;
  readonly settings: DomainSettings;
  readonly agents: readonly KnownAgent[];
  readonly localRegion: string | undefined;
  readonly nowMs: number;
  /** Whether to pause, so that others have their turn; absent: never. */
  readonly isTimeUp?: () => boolean;
}

/**
 * Plays through what follows from a command, with the code that decides it for real, on a state of its own: the apps that
 * the command is about with their instances, and the agents as they are known. Whatever is launched runs well at once,
 * whatever is killed ends at once, and nobody else launches anything. Nothing of it leaves this object.
 */
export class Rehearsal {
  private readonly state: State;
  private readonly runtime: SchedulerRuntime;
  private readonly settings: DomainSettings;
  private readonly environment;
  /** Instances as they were before, by id. */
  private readonly initial = new Map<string, Instance>();
  private readonly deployments = new Map<string, Deployment>();
  private readonly concerned: ReadonlySet<string>;
  private agents: RehearsalAgent[] = [];
  private readonly agentsById = new Map<string, RehearsalAgent>();
  /** What was launched here, by task id. */
  private readonly launches = new Map<string, TaskLaunch>();
  private readonly news: SchedulerCommand[] = [];
  private nextAgent = 0;
  /** Rounds through all agents in which nothing happened; each round is about one role. */
  private idleRounds = 0;
  private round = 0;
  private readonly places = new Map<string, Map<string, Agent>>();

  /** Takes by reference what it needs of the real state; `undefined` when that is too much. */
  static of(trial: Trial, scene: RehearsalScene): Rehearsal | undefined {
    const concerned = withHolders(scene.state, concernedApps(trial));
    let size = 0;
    for (const appId of concerned) {
      size += scene.state.instances.idsOf(appId).size + (scene.state.apps.get(appId)?.instances ?? 0);
    }
    for (const { type, data } of trial.facts) {
      if (type === 'AppCreated' || type === 'AppUpdated') size += data.app.instances;
    }
    return size > MOST_REHEARSED_INSTANCES ? undefined : new Rehearsal(trial, scene, concerned);
  }

  private constructor(
    private readonly trial: Trial,
    private readonly scene: RehearsalScene,
    concerned: ReadonlySet<string>,
  ) {
    const { state: real, settings, nowMs, isTimeUp, localRegion } = scene;
    this.concerned = concerned;
    // Nothing is held back: what is budgeted over time gets its turn sooner or later.
    this.settings = { ...settings, launchTokens: Number.MAX_SAFE_INTEGER, maxQueuedOffers: Infinity };
    this.environment = { ...trialEnvironment(nowMs), ...(isTimeUp === undefined ? {} : { isTimeUp }) };
    this.runtime = new SchedulerRuntime(this.settings, nowMs);
    this.runtime.connected = true;
    this.runtime.localRegion = localRegion;
    this.state = new State(real.rootVersion);
    this.copyTree(real);
    for (const appId of concerned) {
      for (const instance of real.instances.of(appId)) this.initial.set(instance.id, instance);
      for (const deployment of real.deployments.ofApp(appId))
        this.deployments.set(deployment.plan.id, deployment);
    }
  }

  private copyTree(real: State): void {
    for (const appId of this.concerned) {
      const app = real.apps.get(appId);
      if (app !== undefined) storeApp(this.state, app);
      const group = real.groups.get(topLevelGroup(appId) ?? '/');
      if (group !== undefined) this.state.groups.set(group.id, group);
    }
  }

  /** Goes on to the end; yields whenever others should have their turn. */
  *run(): Generator<void, void> {
    yield* this.prepare();
    const first = this.newTurn();
    for (const fact of this.trial.facts) first.emit(fact);
    this.end(first);
    this.carryOut(this.trial.effects);
    this.bringUpAll();
    do {
      yield;
      const turn = this.newTurn();
      for (let next = this.news.shift(); next !== undefined; next = this.news.shift()) {
        decideSchedulerCommand(turn, next);
        if (turn.isTimeUp) break;
      }
      this.end(turn);
    } while (this.news.length > 0 || this.runtime.hasWork || this.offerNext());
  }

  /** Where instances were launched, by app, in order; for each instance the last place. */
  placesOf(appId: string): Agent[] {
    return [...(this.places.get(appId)?.values() ?? [])];
  }

  /** How many instances of an app wait that did not wait before. */
  waitingOf(appId: string): number {
    const waiting = this.state.instances.waitingOf(appId);
    return waiting.filter(({ id }) => {
      const before = this.initial.get(id);
      return before === undefined || !isScheduled(before);
    }).length;
  }

  /** What the agents were found to lack by the instances of an app that wait. */
  funnelOf(appId: string) {
    return this.runtime.statistics.summaryOf(appId).rejectSummaryLastOffers;
  }

  private *prepare(): Generator<void, void> {
    for (const instance of this.initial.values()) {
      this.state.instances.put(instance);
      if (this.environment.isTimeUp?.() === true) yield;
    }
    for (const deployment of this.deployments.values())
      this.state.deployments.set(deployment.plan.id, deployment);
    for (const known of this.scene.agents) {
      const agent = new RehearsalAgent(known, this.runtime.candidates);
      this.agentsById.set(agent.id, agent);
      if (this.environment.isTimeUp?.() === true) yield;
    }
    this.agents = [...this.agentsById.values()];
  }

  private newTurn(): Turn {
    return new Turn(this.state, this.runtime, this.settings, this.environment);
  }

  private end(turn: Turn): void {
    settle(turn);
    if (turn.events.length > 0) this.idleRounds = -1;
    this.carryOut(turn.effects);
  }

  private carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'AcceptOffer') for (const launch of effect.launches) this.launch(launch);
      else if (effect.type === 'KillTask') this.kill(effect.taskId);
    }
  }

  private launch(launch: TaskLaunch): void {
    const { taskId, agentId, resources, executorResources } = launch;
    const agent = this.agentsById.get(agentId);
    agent?.take(resources);
    agent?.take(executorResources);
    this.launches.set(taskId, launch);
    const instance = this.state.instances.get(parseTaskId(taskId)?.instanceId ?? '');
    if (instance?.agent === undefined) return;
    this.notePlace(instance, instance.agent);
    this.bringUp(instance);
  }

  private notePlace({ id, appId }: Instance, agent: Agent): void {
    const before = this.initial.get(id);
    // It waited before, and would have got this place without the change.
    if (before !== undefined && isScheduled(before)) return;
    let places = this.places.get(appId);
    if (places === undefined) this.places.set(appId, (places = new Map()));
    places.set(id, agent);
  }

  private kill(taskId: string): void {
    const instanceId = parseTaskId(taskId)?.instanceId ?? '';
    const instance = this.state.instances.get(instanceId) ?? this.initial.get(instanceId);
    if (instance?.agent === undefined) return;
    const { agentId } = instance.agent;
    const agent = this.agentsById.get(agentId);
    const launch = this.launches.get(taskId);
    if (launch === undefined) {
      const candidate = this.runtime.candidates.of(instance.app, instance.role);
      agent?.give(usedBy(candidate, instance.task?.hostPorts ?? []));
    } else {
      agent?.give(launch.resources);
      agent?.give(launch.executorResources);
    }
    this.tell(taskId, agentId, { state: 'TASK_KILLED' });
  }

  /** Those that are on their way up when the rehearsal begins arrive as well. */
  private bringUpAll(): void {
    for (const instance of this.initial.values()) {
      const { condition, goal } = instance;
      const comesUp = condition === 'Provisioned' || condition === 'Staging' || condition === 'Starting';
      if (goal === 'Running' && (comesUp || (condition === 'Running' && !isGood(instance))))
        this.bringUp(instance);
    }
  }

  /** The task of an instance runs, is healthy and ready. */
  private bringUp({ id, app, agent, task }: Instance): void {
    if (task === undefined || agent === undefined) return;
    const checkedByMesos = app.healthChecks.some((check) => !isRunByEkiden(check));
    this.tell(task.id, agent.agentId, {
      state: 'TASK_RUNNING',
      ...(checkedByMesos ? { healthy: true } : {}),
    });
    app.healthChecks.forEach((definition, check) => {
      if (!isRunByEkiden(definition)) return;
      this.news.push({
        type: 'ReportHealth',
        instanceId: id,
        taskId: task.id,
        check,
        result: { healthy: true },
      });
    });
    const status = app.readinessChecks[0]?.httpStatusCodesForReady[0];
    if (status === undefined) return;
    const response = { status, contentType: '', body: '' };
    this.news.push({ type: 'ReportReadiness', instanceId: id, taskId: task.id, response });
  }

  private tell(taskId: string, agentId: string, told: Pick<TaskStatus, 'state' | 'healthy'>): void {
    this.news.push({
      type: 'ReceiveStatus',
      status: { task_id: { value: taskId }, agent_id: { value: agentId }, ...told },
    });
  }

  /** Lets more agents make offers while anybody waits; false when all were asked in vain. */
  private offerNext(): boolean {
    const roles = [...this.state.instances.waiting.roles()].map(([role]) => role);
    if (roles.length === 0 || this.agents.length === 0) return false;
    if (this.nextAgent >= this.agents.length) {
      this.nextAgent = 0;
      this.round += 1;
      this.idleRounds += 1;
      if (this.idleRounds >= roles.length) return false;
    }
    const asked = this.agents.slice(this.nextAgent, this.nextAgent + OFFERS_AT_A_TIME);
    this.nextAgent += asked.length;
    // One role after the other: what is not reserved can be had in any, but only once.
    const role = roles[this.round % roles.length]!;
    this.news.push({ type: 'ReceiveOffers', offers: asked.flatMap((agent) => agent.offerIn(role) ?? []) });
    return true;
  }
}

/** The apps of running deployments that hold any of them as well: such a deployment would not get on without them. */
function withHolders(state: State, concerned: ReadonlySet<string>): ReadonlySet<string> {
  const all = new Set(concerned);
  for (const appId of all) {
    for (const { affectedApps } of state.deployments.ofApp(appId))
      for (const other of affectedApps) all.add(other);
  }
  return all;
}
