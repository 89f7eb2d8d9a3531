import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach } from 'vitest';
import type { TaskInfo, TaskStatus } from '#mesos';
import { acceptBody, taskInfo } from '../master/calls/task-info.fixture.js';
import { SchedulerClient } from '../master/contract/scheduler-client.fixture.js';
import { FRAMEWORK } from '../master/master-harness.fixture.js';
import { parsePlan } from './parse-plan.js';
import { startSimulatedCluster, type SimulatedCluster } from './start-simulated-cluster.js';

/** A simulated cluster in virtual time, and a framework that acknowledges everything over HTTP. */
export class Rehearsal {
  private acknowledged = 0;

  private constructor(
    readonly cluster: SimulatedCluster,
    readonly client: SchedulerClient,
    private readonly directory: string,
  ) {}

  static async start(plan: object): Promise<Rehearsal> {
    const directory = await mkdtemp(join(tmpdir(), 'ekiden-sim-'));
    const cluster = await startSimulatedCluster({
      dataDir: directory,
      plan: parsePlan({ clock: 'virtual', ...plan }),
      master: { port: 0 },
      journal: true,
    });
    const client = new SchedulerClient(cluster.url);
    const rehearsal = new Rehearsal(cluster, client, directory);
    while (!cluster.agents.every(({ isRegistered }) => isRegistered)) await delay(2);
    await rehearsal.settle();
    const capabilities = [...FRAMEWORK.capabilities!, { type: 'TASK_KILLING_STATE' as const }];
    await client.subscribe({ subscribe: { framework_info: { ...FRAMEWORK, capabilities } } });
    await rehearsal.settle();
    return rehearsal;
  }

  /** Launches tasks on one offer; the rest of it comes back with the next round. */
  async launch(...tasks: (Partial<TaskInfo> & { readonly name: string })[]): Promise<void> {
    const offer = await this.client.offer();
    const infos = tasks.map((task) => taskInfo(task.name, offer.agent_id.value, task));
    await this.client.call(acceptBody([offer.id.value], infos) as never);
    await this.settle();
  }

  /** Lets virtual time pass, with acknowledgements in between. */
  async pass(durationMs: number): Promise<void> {
    const stepMs = durationMs < 10_000 ? 100 : 1_000;
    for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
      await this.cluster.control.master.advanceClock(Math.min(stepMs, durationMs - passedMs));
      await this.settle();
    }
  }

  statuses(taskId: string): TaskStatus[] {
    return this.client.events.flatMap((event) =>
      event.type === 'UPDATE' && event.update.status.task_id.value === taskId ? [event.update.status] : [],
    );
  }

  /** State, reason, message, source and health of each update. */
  outline(taskId: string): unknown[][] {
    return this.statuses(taskId).map(({ state, reason, message, source, healthy }) =>
      [state, reason, message, source, healthy].filter((member) => member !== undefined),
    );
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.cluster.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Until nothing is on its way. */
  private async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      const before = this.client.events.length;
      await this.acknowledge();
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await delay(2);
      if (this.client.events.length !== before) quiet = -1;
    }
  }

  private async acknowledge(): Promise<void> {
    for (; this.acknowledged < this.client.events.length; this.acknowledged += 1) {
      const event = this.client.events[this.acknowledged]!;
      if (event.type !== 'UPDATE' || event.update.status.uuid === undefined) continue;
      const { task_id, agent_id, uuid } = event.update.status;
      await this.client.call({ type: 'ACKNOWLEDGE', acknowledge: { task_id, agent_id, uuid } });
    }
  }
}

/** Ends every rehearsal of a file after its test. */
export function useRehearsals(): (plan: object) => Promise<Rehearsal> {
  const started: Rehearsal[] = [];
  afterEach(async () => {
    for (const rehearsal of started.splice(0)) await rehearsal.stop();
  });
  return async (plan) => {
    const rehearsal = await Rehearsal.start(plan);
    started.push(rehearsal);
    return rehearsal;
  };
}
