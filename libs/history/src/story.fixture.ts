import {
  decideApiCommand,
  decideSchedulerCommand,
  SchedulerRuntime,
  settle,
  State,
  TimeUuids,
  Turn,
  type Actor,
  type ApiCommand,
  type MesosTaskState,
  type SchedulerCommand,
} from '#domain';
import { createMemoryEventLog, type EventLog } from '#event-log';
import { UNHINDERED } from '../../../test/support/unhindered-settings.js';

export const ADA: Actor = { kind: 'user', name: 'ada', address: '192.0.2.7', onBehalfOf: 'release-bot' };
export const BOB: Actor = { kind: 'user', name: 'bob', address: '192.0.2.8' };

/** 2026-01-01T00:00:00Z. */
export const STORY_BEGIN_MS = Date.UTC(2026, 0, 1);

/** A cluster that does what it is told, written on a log by the domain itself; time goes on by a second per turn. */
export class Story {
  nowMs = STORY_BEGIN_MS;
  readonly state = new State();
  readonly log: EventLog;
  private readonly uuids = new TimeUuids(1, 1);
  private readonly runtime = new SchedulerRuntime(UNHINDERED, this.nowMs);
  private epoch = 0;
  private made = 0;

  private constructor(log: EventLog) {
    this.log = log;
  }

  static async begin(log: EventLog = createMemoryEventLog().log): Promise<Story> {
    const story = new Story(log);
    story.epoch = await log.claimEpoch();
    await story.tell({ type: 'SchedulerConnected', frameworkId: 'framework', master: 'master.example' });
    return story;
  }

  /** A command of the API; answers its correlation id. */
  async command(command: ApiCommand, actor: Actor = ADA): Promise<string> {
    const correlationId = `command-${(this.made += 1)}`;
    await this.turn((turn) => {
      turn.attributeTo({ actor, correlationId, causationId: null });
      const reply = decideApiCommand(turn, command);
      if (reply.kind === 'refused') throw new Error(JSON.stringify(reply));
    });
    return correlationId;
  }

  create(id: string, members: object = {}, actor?: Actor): Promise<string> {
    const json = { id, cmd: './serve', cpus: 0.1, mem: 32, portDefinitions: [], ...members };
    return this.command({ type: 'CreateApp', json, force: false, uri: '/v2/apps' }, actor);
  }

  update(appId: string, json: object, actor?: Actor): Promise<string> {
    return this.command(
      { type: 'PutApp', appId, json, force: true, partialUpdate: true, uri: `/v2/apps${appId}` },
      actor,
    );
  }

  async tell(command: SchedulerCommand): Promise<void> {
    await this.turn((turn) => {
      const cause = {
        actor: { kind: 'mesos' },
        correlationId: `news-${(this.made += 1)}`,
        causationId: null,
      } as const;
      turn.attributeTo(cause);
      decideSchedulerCommand(turn, command);
    });
  }

  /** Launches what waits, and ends what shall end, until nothing changes any more. */
  async run(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      const before = this.state.position;
      await this.tell({ type: 'ReceiveOffers', offers: [this.offer()] });
      for (const instance of Array.from(this.state.instances.values())) {
        const { condition, goal, killRequested, task } = instance;
        if (task === undefined) continue;
        if (goal !== 'Running' || killRequested !== undefined) await this.status(task.id, 'TASK_KILLED');
        else if (condition === 'Provisioned') await this.status(task.id, 'TASK_RUNNING');
      }
      if (this.state.position === before) return;
    }
  }

  /** A task of an app fails. */
  async fail(appId: string, message = 'Command exited with status 1'): Promise<string> {
    const [instance] = this.state.instances.of(appId).filter(({ condition }) => condition === 'Running');
    if (instance?.task === undefined) throw new Error(`no task of ${appId} runs`);
    await this.status(instance.task.id, 'TASK_FAILED', message);
    return instance.id;
  }

  private status(taskId: string, state: MesosTaskState, message = ''): Promise<void> {
    const status = {
      task_id: { value: taskId },
      agent_id: { value: 'agent-S0' },
      state,
      timestamp: this.nowMs / 1000,
      message,
    };
    return this.tell({ type: 'ReceiveStatus', status });
  }

  private offer() {
    return {
      id: { value: `offer-${(this.made += 1)}` },
      agent_id: { value: 'agent-S0' },
      hostname: 'agent0.example',
      allocation_info: { role: '*' },
      resources: ['cpus', 'mem', 'disk'].map((name) => ({
        name,
        type: 'SCALAR' as const,
        scalar: { value: 1e6 },
      })),
    };
  }

  private async turn(decide: (turn: Turn) => void): Promise<void> {
    this.nowMs += 1000;
    const turn = new Turn(this.state, this.runtime, UNHINDERED, {
      nowMs: this.nowMs,
      newEventId: () => `event-${String((this.made += 1)).padStart(6, '0')}`,
      newUuid: () => `00000000-0000-4000-8000-${String((this.made += 1)).padStart(12, '0')}`,
      newTimeUuid: () => this.uuids.next(this.nowMs),
      random: () => 0.5,
    });
    decide(turn);
    settle(turn);
    if (turn.events.length > 0) await this.log.append(turn.events, this.epoch);
  }
}
