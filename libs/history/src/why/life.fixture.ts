import {
  decideApiCommand,
  decideSchedulerCommand,
  launchQueue,
  SchedulerRuntime,
  settle,
  State,
  TimeUuids,
  Turn,
  type Actor,
  type ApiCommand,
  type Instance,
  type MesosTaskState,
  type Offer,
  type QueueItem,
  type RecordedEvent,
  type SchedulerCommand,
} from '#domain';
import { UNHINDERED } from '../../../../test/support/unhindered-settings.js';
import type { CommandSummary } from '../port.js';

export const ADA: Actor = { kind: 'user', name: 'ada', reason: 'night shift' };

/** What ada did, as the history would sum it up. */
export const byAda = (summary: string): CommandSummary => ({
  id: 'command',
  time: BEGIN_MS,
  actor: ADA,
  position: 1,
  last: 2,
  events: 2,
  summary,
  subjects: [],
});

export const BEGIN_MS = Date.UTC(2026, 0, 1);

/** A small cluster whose life the domain itself decides, event by event. */
export class Life {
  readonly state = new State();
  readonly events: RecordedEvent[] = [];
  nowMs = BEGIN_MS;
  private readonly runtime = new SchedulerRuntime(UNHINDERED, BEGIN_MS);
  private readonly uuids = new TimeUuids(1, 1);
  private counter = 0;

  constructor() {
    this.tell({ type: 'SchedulerConnected', frameworkId: 'framework', master: 'master.example' });
  }

  put(id: string, json: Record<string, unknown>): void {
    const change = { partialUpdate: true, force: true, uri: `/v2/apps${id}` };
    this.submit({ type: 'PutApp', appId: id, json, ...change });
  }

  /** `resources` of one agent; lots of everything unless told otherwise. */
  offer(resources: Record<string, number> = {}): void {
    const amounts = { cpus: 100, mem: 100_000, disk: 100_000, ...resources };
    const offer: Offer = {
      id: { value: `O${++this.counter}` },
      agent_id: { value: 'S1' },
      hostname: 'agent1.example',
      allocation_info: { role: '*' },
      resources: Object.entries(amounts).map(([name, value]) => ({
        name,
        type: 'SCALAR',
        scalar: { value },
      })),
    };
    this.tell({ type: 'ReceiveOffers', offers: [offer] });
  }

  status(taskId: string, state: MesosTaskState, message = ''): void {
    const status = {
      task_id: { value: taskId },
      agent_id: { value: 'S1' },
      state,
      message,
      timestamp: this.nowMs / 1000,
    };
    this.tell({ type: 'ReceiveStatus', status });
  }

  /** Launches what waits and lets every task run. */
  launchAll(): void {
    this.offer();
    for (const { task, condition } of this.state.instances.values()) {
      if (condition === 'Provisioned' && task !== undefined) this.status(task.id, 'TASK_RUNNING');
    }
  }

  pass(ms: number): void {
    this.nowMs += ms;
    this.tell({ type: 'Tick' });
  }

  instancesOf(appId: string): readonly Instance[] {
    return this.state.instances.of(appId);
  }

  queued(appId: string): QueueItem | undefined {
    return launchQueue(this.state, this.runtime, this.nowMs).find(({ app }) => app.id === appId);
  }

  eventsOf(instanceId: string): readonly RecordedEvent[] {
    return this.events.filter(({ data }) => 'instanceId' in data && data.instanceId === instanceId);
  }

  submit(command: ApiCommand): void {
    this.turn((turn) => {
      turn.attributeTo({ actor: ADA, correlationId: 'command', causationId: null });
      decideApiCommand(turn, command);
    });
  }

  tell(command: SchedulerCommand): void {
    this.turn((turn) => decideSchedulerCommand(turn, command));
  }

  private turn(decide: (turn: Turn) => void): void {
    const before = this.state.position;
    const newId = () => `id-${++this.counter}`;
    const turn = new Turn(this.state, this.runtime, UNHINDERED, {
      nowMs: (this.nowMs += 1),
      newEventId: newId,
      newUuid: newId,
      newTimeUuid: () => this.uuids.next(this.nowMs),
      random: () => 0.5,
    });
    decide(turn);
    settle(turn);
    const recorded = turn.events.map((event, index) => ({ ...event, position: before + index + 1 }));
    this.events.push(...(recorded as unknown as RecordedEvent[]));
  }
}
