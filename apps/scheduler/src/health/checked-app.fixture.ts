import type { Instance, State } from '#domain';
import { setTimeout as delay } from 'node:timers/promises';
import { WriterHarness } from '../writer/writer.fixture.js';

const FIRST_PORT = 20_000;
const PORTS_PER_OFFER = 100;

/** Waits until something holds, without keeping the processor busy. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(5);
}

/** A leader over an in-memory log, with one app `/web` whose tasks run in name only. */
export class CheckedApp {
  private offers = 0;

  private constructor(readonly harness: WriterHarness) {}

  /** @param definition of the app, beside its id and command. */
  static async running(definition: Record<string, unknown>): Promise<CheckedApp> {
    const harness = await new WriterHarness().started();
    const app = new CheckedApp(harness);
    harness.writer.tell({ type: 'SchedulerConnected', frameworkId: 'f', master: 'm' });
    const json = { id: '/web', cmd: 'serve', ...definition };
    await harness.submit({ type: 'CreateApp', json, force: false, uri: '/v2/apps' });
    await app.launchAll();
    return app;
  }

  get state(): State {
    return this.harness.writer.view.state;
  }

  get instances(): Instance[] {
    return this.state.instances.of('/web');
  }

  /** Launches what waits, on one big offer, and lets it run. */
  async launchAll(): Promise<void> {
    while (this.state.instances.waitingOf('/web').length > 0) {
      const before = this.state.instances.waitingOf('/web').length;
      this.harness.writer.tell({ type: 'ReceiveOffers', offers: [this.bigOffer()] });
      await until(() => this.state.instances.waitingOf('/web').length < before);
    }
    for (const { task, condition } of this.instances) {
      if (condition === 'Provisioned' && task !== undefined) this.status(task.id, 'TASK_RUNNING');
    }
    await until(() => this.instances.every(({ condition }) => condition !== 'Provisioned'));
  }

  status(taskId: string, state: 'TASK_RUNNING' | 'TASK_FAILED'): void {
    const status = { task_id: { value: taskId }, state };
    this.harness.writer.tell({ type: 'ReceiveStatus', status });
  }

  async stop(): Promise<void> {
    await this.harness.writer.stop();
  }

  /** Of ports that no other offer has, so that a port tells which task it is. */
  private bigOffer() {
    this.offers += 1;
    const value = `offer-${this.offers}`;
    const begin = FIRST_PORT + this.offers * PORTS_PER_OFFER;
    const range = [{ begin, end: begin + PORTS_PER_OFFER - 1 }];
    return {
      id: { value },
      agent_id: { value },
      hostname: 'agent.example',
      resources: [
        scalar('cpus'),
        scalar('mem'),
        { name: 'ports', type: 'RANGES' as const, ranges: { range } },
      ],
    };
  }
}

const scalar = (name: string) => ({ name, type: 'SCALAR' as const, scalar: { value: 1e6 } });
