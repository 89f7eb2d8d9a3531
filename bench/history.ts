import { randomUUID } from 'node:crypto';
import {
  decideApiCommand,
  decideSchedulerCommand,
  SchedulerRuntime,
  settle,
  State,
  TimeUuids,
  Turn,
  type ApiCommand,
  type MesosTaskState,
  type Offer,
  type SchedulerCommand,
} from '#domain';
import { UNHINDERED } from '../test/support/unhindered-settings.js';
import type { EventLog, NewEvent } from '#event-log';

const APPS = 500;
const INSTANCES = 4;
const EVENTS_PER_APPEND = 2000;

/** So many people give commands: `user-0`, `user-1` … */
export const USERS = 50;

/** Apps that are scaled per round. */
const SCALED = 3;

/**
 * Fills a log with the history of a busy cluster, made by the domain itself: apps are created, their tasks come
 * up, fail and are launched again, now and then an app is scaled.
 */
export async function writeHistory(log: EventLog, events: number): Promise<void> {
  const epoch = await log.claimEpoch();
  const history = new History();
  let written = 0;
  const flush = async (all: boolean): Promise<void> => {
    while (history.events.length >= (all ? 1 : EVENTS_PER_APPEND)) {
      const batch = history.events.splice(0, EVENTS_PER_APPEND);
      written += batch.length;
      await log.append(batch, epoch);
    }
  };
  history.connect();
  for (let i = 0; i < APPS; i++) history.create(`/busy/app-${i}`);
  while (written + history.events.length < events) {
    history.launchAll();
    history.failSome();
    for (let i = 0; i < SCALED; i++) history.scaleOne();
    await flush(false);
  }
  await flush(true);
}

class History {
  readonly events: NewEvent[] = [];
  private readonly state = new State();
  private readonly settings = UNHINDERED;
  private readonly uuids = new TimeUuids(1, 1);
  private nowMs = Date.UTC(2026, 0, 1);
  private readonly runtime = new SchedulerRuntime(this.settings, this.nowMs);
  private counter = 0;
  private scaled = 0;
  private submitted = 0;

  connect(): void {
    this.tell({ type: 'SchedulerConnected', frameworkId: 'framework', master: 'master.example' });
  }

  create(id: string): void {
    const json = { id, cmd: 'exec ./serve', cpus: 0.1, mem: 64, instances: INSTANCES, portDefinitions: [] };
    this.submit({ type: 'CreateApp', json, force: true, uri: '/v2/apps' });
  }

  launchAll(): void {
    this.nowMs += 60_000;
    this.tell({ type: 'ReceiveOffers', offers: [this.offer()] });
    for (const instance of this.state.instances.values()) {
      if (instance.condition !== 'Provisioned' || instance.task === undefined) continue;
      this.status(instance.task.id, 'TASK_STARTING');
      this.status(instance.task.id, 'TASK_RUNNING');
    }
  }

  /** Every seventh running task fails. */
  failSome(): void {
    let index = 0;
    for (const instance of this.state.instances.values()) {
      if (instance.condition !== 'Running' || instance.task === undefined) continue;
      if ((index++ + this.counter) % 7 === 0) this.status(instance.task.id, 'TASK_FAILED');
    }
  }

  /** One app after the other gets an instance more, or loses it again. */
  scaleOne(): void {
    const appId = `/busy/app-${(this.scaled += 1) % APPS}`;
    const instances = this.state.apps.get(appId)?.instances === INSTANCES ? INSTANCES + 1 : INSTANCES;
    const uri = `/v2/apps${appId}`;
    this.submit({ type: 'PutApp', appId, json: { instances }, force: true, partialUpdate: true, uri });
    for (const { task, goal } of this.state.instances.of(appId))
      if (task !== undefined && goal !== 'Running') this.status(task.id, 'TASK_KILLED');
  }

  private status(taskId: string, state: MesosTaskState): void {
    const status = {
      task_id: { value: taskId },
      agent_id: { value: 'agent-S0' },
      state,
      timestamp: this.nowMs / 1000,
      message: state === 'TASK_FAILED' ? 'Command exited with status 1' : '',
    };
    this.tell({ type: 'ReceiveStatus', status });
  }

  private offer(): Offer {
    return {
      id: { value: randomUUID() },
      agent_id: { value: 'agent-S0' },
      hostname: 'agent0.example',
      allocation_info: { role: '*' },
      resources: ['cpus', 'mem', 'disk'].map(scalar),
    };
  }

  private submit(command: ApiCommand): void {
    const id = (this.submitted += 1);
    const actor = { kind: 'user', name: `user-${id % USERS}`, address: '192.0.2.1' } as const;
    this.turn((turn) => {
      turn.attributeTo({ actor, correlationId: `command-${id}`, causationId: null });
      decideApiCommand(turn, command);
    });
  }

  private tell(command: SchedulerCommand): void {
    this.turn((turn) => {
      const correlationId = `news-${++this.counter}`;
      turn.attributeTo({ actor: { kind: 'mesos' }, correlationId, causationId: null });
      decideSchedulerCommand(turn, command);
    });
  }

  private turn(decide: (turn: Turn) => unknown): void {
    const next = () => `history-${String(++this.counter).padStart(12, '0')}`;
    const turn = new Turn(this.state, this.runtime, this.settings, {
      nowMs: this.nowMs,
      newEventId: next,
      newUuid: randomUUID,
      newTimeUuid: () => this.uuids.next(this.nowMs),
      random: Math.random,
    });
    decide(turn);
    settle(turn);
    this.events.push(...turn.events);
  }
}

const scalar = (name: string) => ({ name, type: 'SCALAR' as const, scalar: { value: 1e6 } });
