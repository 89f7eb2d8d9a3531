import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Event, Offer, TaskInfo } from '#mesos';
import { BareScheduler } from './bare-scheduler.js';
import { rounded, type BenchmarkResult } from './result.js';
import { Probe, SimulatedProcess } from './simulated-process.js';

const MEGABYTE = 1e6;
const PORTS_PER_AGENT = 1000;

/** One line of the table; `value` is good when it does not exceed the target, or when it reaches it for rates. */
interface Line {
  readonly quantity: string;
  readonly value: number;
  readonly target: number;
  readonly unit: string;
  readonly isRate?: boolean;
}

/**
 * The simulated cluster alone (spec/local-cluster.md §27): 10,000 agents and 100,000 tasks in a process of its own, a
 * bare scheduler in this one, HTTP over loopback in between. Options: `--agents N`, `--tasks N`, `--per-offer N`, `--profile DIR` (a
 * processor profile of the cluster).
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({
    args: options,
    options: {
      agents: { type: 'string', default: '10000' },
      tasks: { type: 'string', default: '100000' },
      'per-offer': { type: 'string', default: '20' },
      profile: { type: 'string' },
    },
  });
  const size = {
    agents: Number(values.agents),
    tasks: Number(values.tasks),
    perOffer: Number(values['per-offer']),
  };
  const cluster = await SimulatedProcess.start(size.agents, values.profile);
  try {
    const lines = await new Measurement(cluster, size).all();
    // How close the worst quantity comes to its target: above 1 it is missed.
    const strain = Math.max(
      ...lines.map(({ value, target, isRate }) => (isRate ? target / value : value / target)),
    );
    return { value: rounded(strain), unit: 'of the worst target', reference: 1, ratio: rounded(strain) };
  } finally {
    await cluster.stop();
  }
}

/** One run through all quantities, each from where the one before left the cluster. */
class Measurement {
  private readonly scheduler: BareScheduler;
  private readonly lines: Line[] = [];
  private readonly lanes = { connections: 8, depth: 8 };
  private readonly counts = new Map<string, number>();
  private readonly nextPort = new Map<string, number>();
  private onOffers: (offers: readonly Offer[], bytes: number) => void = () => undefined;
  private launched = 0;

  constructor(
    private readonly cluster: SimulatedProcess,
    private readonly size: { readonly agents: number; readonly tasks: number; readonly perOffer: number },
  ) {
    this.scheduler = new BareScheduler(
      cluster.url,
      { event: (event, bytes) => this.event(event, bytes) },
      this.lanes,
    );
  }

  async all(): Promise<readonly Line[]> {
    await this.offers();
    await this.launch();
    await this.idle();
    await this.reconcile();
    await this.state();
    await this.loss();
    const [refusal] = this.scheduler.refusals;
    if (refusal !== undefined) throw new Error(`a call was refused: ${refusal}`);
    this.scheduler.close();
    return this.lines;
  }

  private async offers(): Promise<void> {
    const { agents } = this.size;
    const first = this.collect(agents);
    await this.scheduler.subscribe();
    const offers = await first;
    this.note(
      'start of the agents to the last first offer',
      performance.now() - this.cluster.startedMs,
      3000,
      'ms',
    );
    this.note(
      'memory of the process, agents idle',
      (await this.cluster.residentBytes()) / MEGABYTE,
      200,
      'MB',
    );
    await this.cluster.control('allocation/pause', {});
    const again = this.collect(agents);
    this.decline(
      offers.flatMap(({ list }) => list),
      0,
    );
    const runMs = await this.allocation();
    const events = await again;
    this.note('allocation run over all agents, OFFERS included', runMs, 250, 'ms');
    this.note('OFFERS of all agents', Math.max(...events.map(({ bytes }) => bytes)) / MEGABYTE, 9, 'MB');
    this.decline(
      events.flatMap(({ list }) => list),
      3600,
    );
    this.note('allocation run, all filtered for the first time', await this.allocation(), 100, 'ms');
    this.note('allocation run, all filtered as before', await this.allocation(), 10, 'ms');
    this.scheduler.call('SUPPRESS', {});
    this.note('allocation run, all suppressed', await this.allocation(), 10, 'ms');
    await this.cluster.control('allocation/resume', {});
  }

  /** One run, once all calls have been answered, and how long it took. */
  private async allocation(): Promise<number> {
    await this.drained();
    await this.cluster.control('allocation/run', {});
    return this.cluster.metric('allocator/mesos/allocation_run_ms');
  }

  private async launch(): Promise<void> {
    const { tasks, perOffer } = this.size;
    const before = { cpu: await this.cluster.cpuSeconds(), bytes: await this.cluster.residentBytes() };
    const startedMs = performance.now();
    this.onOffers = (offers) => {
      const spare: Offer[] = [];
      for (const offer of offers) {
        const count = Math.min(perOffer, tasks - this.launched);
        if (count === 0) spare.push(offer);
        else
          this.scheduler.launch(
            offer,
            Array.from({ length: count }, () => this.task(offer)),
            0,
          );
      }
      this.decline(spare, 3600);
    };
    const probe = new Probe(this.cluster.url);
    this.scheduler.call('REVIVE', {});
    await this.until('TASK_RUNNING', tasks);
    await this.drained();
    const seconds = (performance.now() - startedMs) / 1000;
    const cpu = (await this.cluster.cpuSeconds()) - before.cpu;
    this.note('tasks launched until they run and that is acknowledged', tasks / seconds, 5000, 'tasks/s');
    this.note('updates sent and acknowledged', (2 * tasks) / seconds, 10_000, '1/s');
    this.note('processor time per launched task', (cpu / tasks) * 1e6, 100, 'µs');
    this.note('time to an answer during the launch, p99', await probe.stop(), 50, 'ms');
    const bytes = await this.cluster.residentBytes();
    this.note('memory per running task', (bytes - before.bytes) / tasks / 1000, 2, 'kB');
    this.note('memory of the process', bytes / MEGABYTE, 1200, 'MB');
  }

  private async idle(): Promise<void> {
    const seconds = 10;
    const before = await this.cluster.cpuSeconds();
    await delay(seconds * 1000);
    this.note(
      'idle, share of a processor',
      (((await this.cluster.cpuSeconds()) - before) / seconds) * 100,
      3,
      '%',
    );
  }

  private async reconcile(): Promise<void> {
    this.counts.set('reconciled', 0);
    const startedMs = performance.now();
    this.scheduler.call('RECONCILE', { reconcile: { tasks: [] } });
    await this.until('reconciled', this.size.tasks);
    this.note('implicit reconciliation of all tasks', performance.now() - startedMs, 3000, 'ms');
  }

  private async state(): Promise<void> {
    const probe = new Probe(this.cluster.url);
    const startedMs = performance.now();
    await (await fetch(new URL('/state', this.cluster.url))).arrayBuffer();
    this.note('/state with all tasks', performance.now() - startedMs, 5000, 'ms');
    this.note('longest time to an answer meanwhile', await probe.stop(1), 50, 'ms');
  }

  /** The time-out of a real loss is skipped: what counts begins after it. */
  private async loss(): Promise<void> {
    const lost = Math.ceil(this.size.agents / 10);
    const status = (await (await fetch(new URL('/_control/status', this.cluster.url))).json()) as {
      agents: { tasks: Record<string, number> }[];
    };
    const expected = status.agents
      .slice(0, lost)
      .reduce((sum, { tasks }) => sum + (tasks['TASK_RUNNING'] ?? 0), 0);
    const steps = Array.from({ length: lost }, (_, place) => ({ path: `agents/${place}/unreachable` }));
    const startedMs = performance.now();
    await this.cluster.control('scenario', steps);
    await this.until('TASK_UNREACHABLE', expected);
    this.note(`loss of ${lost} agents until all updates came`, performance.now() - startedMs, 2000, 'ms');
  }

  private event(event: Event, bytes: number): void {
    if (event.type === 'OFFERS') this.onOffers(event.offers.offers ?? [], bytes);
    if (event.type !== 'UPDATE') return;
    const { status } = event.update;
    const kind = status.reason === 'REASON_RECONCILIATION' ? 'reconciled' : status.state;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    if (status.uuid !== undefined) this.scheduler.acknowledge(status);
  }

  /** The next offers, until there are so many. */
  private collect(count: number): Promise<{ readonly list: readonly Offer[]; readonly bytes: number }[]> {
    const events: { list: readonly Offer[]; bytes: number }[] = [];
    let seen = 0;
    return new Promise((resolve) => {
      this.onOffers = (list, bytes) => {
        events.push({ list, bytes });
        seen += list.length;
        if (seen >= count) resolve(events);
      };
    });
  }

  private decline(offers: readonly Offer[], refuseSeconds: number): void {
    if (offers.length === 0) return;
    const ids = offers.map(({ id }) => id);
    this.scheduler.call('DECLINE', {
      decline: { offer_ids: ids, filters: { refuse_seconds: refuseSeconds } },
    });
  }

  private task(offer: Offer): TaskInfo {
    const number = this.launched;
    this.launched += 1;
    const name = `app${number % 1000}`;
    const key = offer.agent_id.value;
    const used = this.nextPort.get(key) ?? 0;
    this.nextPort.set(key, (used + 1) % PORTS_PER_AGENT);
    const allocation_info = { role: '*' };
    const port = 31_000 + used;
    const variables = [
      'HOST',
      'PORT',
      'PORT0',
      'PORTS',
      'MARATHON_APP_ID',
      'MARATHON_APP_VERSION',
      'MESOS_TASK_ID',
    ];
    return {
      name,
      task_id: {
        value: `${name}.instance-${String(number).padStart(8, '0')}-4a7b-11ef-9c3d-0242ac120002._app.1`,
      },
      agent_id: offer.agent_id,
      resources: [
        { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 }, allocation_info },
        { name: 'mem', type: 'SCALAR', scalar: { value: 32 }, allocation_info },
        { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: port, end: port }] }, allocation_info },
      ],
      command: {
        shell: true,
        value: 'sleep 100000',
        environment: {
          variables: variables.map((variable) => ({ name: variable, value: `value of ${variable}` })),
        },
      },
    };
  }

  private async until(kind: string, count: number): Promise<void> {
    const endMs = performance.now() + 300_000;
    while ((this.counts.get(kind) ?? 0) < count) {
      if (performance.now() > endMs) throw new Error(`${this.counts.get(kind) ?? 0} of ${count} ${kind}`);
      await delay(5);
    }
  }

  private async drained(): Promise<void> {
    while (this.scheduler.underWay > 0) await delay(5);
  }

  private note(quantity: string, value: number, target: number, unit: string): void {
    const isRate = unit.endsWith('/s');
    this.lines.push({ quantity, value, target, unit, isRate });
    console.log(
      `${quantity.padEnd(54)}${String(rounded(value)).padStart(9)} ${unit.padEnd(8)}` +
        `target ${String(target).padStart(7)}   ratio ${rounded(value / target)}`,
    );
  }
}
