import type { MesosTaskState, Offer, TaskStatus } from '../cluster/mesos-shapes.js';
import type { Accepted, ApiCommand, Reply, SchedulerCommand } from '../commands/command.js';
import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { RecordedEvent } from '../events/domain-event.js';
import type { Instance } from '../instances/instance.js';
import { evolve } from '../state/evolve.js';
import { State } from '../state/state.js';
import { decideApiCommand, decideSchedulerCommand } from './decide.js';
import type { Effect } from './effect.js';
import { SchedulerRuntime } from './runtime.js';
import type { DomainSettings } from './settings.js';
import { resume, settle } from './settle.js';
import { Turn, type DecidedEvent, type TurnEnvironment } from './turn.js';

const DEFAULT_SETTINGS: DomainSettings = {
  mesosRole: '*',
  newGroupEnforceRole: 'off',
  mesosBridgeName: 'mesos-bridge',
  enabledFeatures: new Set(),
  localPortMin: 10_000,
  localPortMax: 20_000,
  maxRunningDeployments: 100,
  launchTokens: 100,
  launchTokenRefreshIntervalMs: 30_000,
  maxInstancesPerOffer: 5,
  declineOfferDurationMs: 120_000,
  maxQueuedOffers: 1024,
  offerMatchingTimeoutMs: 3_000,
  minReviveOffersIntervalMs: 5_000,
  suppressOffers: true,
  acceptedResourceRolesDefaultBehavior: 'any',
  gpuSchedulingBehavior: 'restricted',
  maintenanceMode: true,
  drainingSeconds: 0,
  executor: '//cmd',
  killChunkSize: 100,
  killRetryTimeoutMs: 30_000,
  taskLaunchConfirmTimeoutMs: 300_000,
  taskLaunchTimeoutMs: 300_000,
  taskLostExpungeInitialDelayMs: 300_000,
  taskLostExpungeIntervalMs: 30_000,
  reconciliationInitialDelayMs: 15_000,
  reconciliationIntervalMs: 600_000,
  scaleAppsInitialDelayMs: 15_000,
  scaleAppsIntervalMs: 300_000,
};

/** 2026-01-01T00:00:00Z */
const BEGIN_MS = 1_767_225_600_000;

/**
 * The writer's core over a settable clock and counted ids: commands in, events and effects out. Offers are big
 * enough for anything unless a test says otherwise.
 */
export class Scenario {
  state = new State();
  runtime: SchedulerRuntime;
  /** Everything decided so far, in order. */
  readonly events: DecidedEvent[] = [];
  /** Effects since they were last taken. */
  private effects: Effect[] = [];
  readonly settings: DomainSettings;
  /** Turns have no time: each does the least it may. */
  hurried = false;
  /** How much time passes from one look at the stopwatch to the next. */
  msPerLook = 0;
  /** Called after each turn. */
  afterTurn: () => void = () => undefined;
  private counter = 0;
  private lookedMs = 0;
  private offerCount = 0;

  constructor(
    settings: Partial<DomainSettings> = {},
    public nowMs = BEGIN_MS,
  ) {
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.runtime = new SchedulerRuntime(this.settings, nowMs);
  }

  /** Connects to Mesos, so that calls are made. */
  connected(): this {
    this.tell({ type: 'SchedulerConnected', frameworkId: 'framework-1', master: 'master.example' });
    return this;
  }

  submit(command: ApiCommand): Reply {
    return this.turn((turn) => decideApiCommand(turn, command));
  }

  /** All of them in one turn. */
  tell(...commands: SchedulerCommand[]): void {
    this.turn((turn) => {
      for (const command of commands) decideSchedulerCommand(turn, command);
    });
  }

  create(json: Record<string, unknown>, force = false): Reply {
    return this.submit({ type: 'CreateApp', json, force, uri: '/v2/apps' });
  }

  put(appId: string, json: unknown, force = false): Reply {
    return this.submit({
      type: 'PutApp',
      appId,
      json,
      force,
      partialUpdate: true,
      uri: `/v2/apps${appId}`,
    });
  }

  /** Time goes by in ticks of a second. */
  advance(ms: number): void {
    for (const end = this.nowMs + ms; this.nowMs < end;) {
      this.nowMs = Math.min(end, this.nowMs + 1000);
      this.tell({ type: 'Tick' });
    }
  }

  /** One big offer; returns the ids of the tasks launched on it. */
  offer(overrides: Partial<Offer> = {}): string[] {
    this.tell({ type: 'ReceiveOffers', offers: [this.newOffer(overrides)] });
    return this.takeEffects('AcceptOffer').flatMap(({ launches }) => launches.map(({ taskId }) => taskId));
  }

  newOffer(overrides: Partial<Offer> = {}): Offer {
    this.offerCount += 1;
    return {
      id: { value: `offer-${this.offerCount}` },
      agent_id: { value: 'agent-1' },
      hostname: 'agent1.example',
      allocation_info: { role: '*' },
      resources: [
        scalar('cpus', 1000),
        scalar('mem', 1_000_000),
        scalar('disk', 1_000_000),
        { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 32_000 }] } },
      ],
      ...overrides,
    };
  }

  /** A status of Mesos about a task. */
  status(taskId: string, state: MesosTaskState, overrides: Partial<TaskStatus> = {}): void {
    this.counter += 1;
    const status: TaskStatus = {
      task_id: { value: taskId },
      agent_id: { value: 'agent-1' },
      state,
      timestamp: this.nowMs / 1000,
      uuid: `uuid-${this.counter}`,
      ...overrides,
    };
    this.tell({ type: 'ReceiveStatus', status });
  }

  /** Launches everything that waits and lets it run. */
  launchAll(): string[] {
    const launched: string[] = [];
    for (let tasks = this.offer(); tasks.length > 0; tasks = this.offer()) {
      for (const task of tasks) this.status(task, 'TASK_RUNNING');
      launched.push(...tasks);
    }
    return launched;
  }

  /** Carries out the kills that were asked for; returns the tasks killed. */
  killAll(): string[] {
    const tasks = this.takeEffects('KillTask').map((effect) => effect.taskId);
    for (const task of tasks) this.status(task, 'TASK_KILLED');
    return tasks;
  }

  /** Effects of a type since they were last taken. */
  takeEffects<T extends Effect['type']>(type: T): Extract<Effect, { type: T }>[] {
    const wanted = this.effects.filter((effect) => effect.type === type);
    this.effects = this.effects.filter((effect) => effect.type !== type);
    return wanted as Extract<Effect, { type: T }>[];
  }

  /** All effects since they were last taken, in order. */
  takeAllEffects(): Effect[] {
    const { effects } = this;
    this.effects = [];
    return effects;
  }

  app(id: string): AppDefinition {
    const app = this.state.apps.get(id);
    if (app === undefined) throw new Error(`there is no app ${id}`);
    return app;
  }

  instances(appId: string): Instance[] {
    return this.state.instances.of(appId);
  }

  /** Names of the events decided since `from`. */
  eventTypes(from = 0): string[] {
    return this.events.slice(from).map((event) => event.type);
  }

  /** What a new leader would know: the fold of all events, nothing else. */
  failover(): void {
    this.state = this.replay();
    this.runtime = new SchedulerRuntime(this.settings, this.nowMs);
    this.effects = [];
    this.turn((turn) => resume(turn, { node: 'node-2:8080', epoch: 2 }));
    this.connected();
  }

  replay(): State {
    const state = new State();
    this.events.forEach((event, index) => evolve(state, recorded(event, index + 1)));
    return state;
  }

  /** Decides something and settles what follows from it. */
  turn<T>(decide: (turn: Turn) => T): T {
    const turn = new Turn(this.state, this.runtime, this.settings, this.environment());
    const result = decide(turn);
    settle(turn);
    this.events.push(...turn.events);
    this.effects.push(...turn.effects);
    this.afterTurn();
    return result;
  }

  private environment(): TurnEnvironment {
    const next = () => {
      this.counter += 1;
      return this.counter;
    };
    const uuid = () => `00000000-0000-1000-8000-${String(next()).padStart(12, '0')}`;
    return {
      nowMs: this.nowMs,
      newEventId: () => `event-${next()}`,
      newUuid: uuid,
      newTimeUuid: uuid,
      random: () => ((next() * 7919) % 1000) / 1000,
      isTimeUp: () => this.hurried,
      stopwatchMs: () => (this.lookedMs += this.msPerLook),
    };
  }
}

/** Insists that a command was accepted. */
export function accepted(reply: Reply): Accepted {
  if (reply.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(reply)}`);
  return reply;
}

/** An event as a reader of the log gets it: what JSON drops is gone. */
export function recorded(event: DecidedEvent, position: number): RecordedEvent {
  const { type, data, time } = event;
  return { ...(JSON.parse(JSON.stringify({ type, data, time })) as RecordedEvent), position };
}

const scalar = (name: string, value: number) => ({ name, type: 'SCALAR' as const, scalar: { value } });
