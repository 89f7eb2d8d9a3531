import { Checker } from './checking/checker.js';
import { CommandBook } from './checking/command-book.js';
import { whatDiffers } from './checking/convergence.js';
import { checkFolds } from './checking/fold-checks.js';
import { ReadChecks } from './checking/read-checks.js';
import { BusLedger, DomainLedger, type StreamLedger } from './checking/stream-ledgers.js';
import { Subscriber } from './checking/subscriber.js';
import { Violation } from './checking/violation.js';
import { WaitingChecks } from './checking/waiting-checks.js';
import { SimulatedElection } from './election/simulated-election.js';
import { FaultScript } from './faults/fault-script.js';
import { ENSEMBLE, Network } from './kernel/network.js';
import { Random } from './kernel/random.js';
import { Trace } from './kernel/trace.js';
import { VirtualTime } from './kernel/virtual-time.js';
import type { World } from './kernel/world.js';
import { LogFaults } from './log/log-faults.js';
import { SharedTopic } from './log/shared-topic.js';
import { SimulatedMesos } from './mesos/simulated-mesos.js';
import { SimulatedNode, type Outside } from './node/simulated-node.js';
import type { Defects } from './defects.js';
import { planRun, type RunPlan } from './run-plan.js';
import type { SeedReport } from './run-seed.js';
import { SimulatedReceivers } from './webhooks/simulated-receivers.js';
import { WebhookLedger } from './webhooks/webhook-ledger.js';
import { Client } from './workload/client.js';
import { simulatedProbe, simulatedReadiness } from './workload/probes.js';
import { WebhookWishes } from './workload/webhook-wishes.js';
import { Workload } from './workload/workload.js';

/** So long desired and actual may take to meet once faults are over, ms. */
const REST_LIMIT_MS = 45 * 60_000;
/** How often it is looked whether they have. */
const LOOK_MS = 5000;

/** Readers may be so far behind at the end. */
const FEW_EVENTS = 100;

/** One cluster over virtual time, from one seed. */
export class Simulation {
  private readonly trace: Trace;
  private readonly checker: Checker;
  private readonly world: World;
  private readonly plan: RunPlan;
  private readonly time: VirtualTime;
  private readonly topic: SharedTopic;
  private readonly election: SimulatedElection;
  private readonly mesos: SimulatedMesos;
  private readonly nodes: SimulatedNode[] = [];
  private readonly commands: CommandBook;
  private readonly client: Client;
  private readonly reads: ReadChecks;
  private readonly ledgers: readonly StreamLedger[];
  private readonly subscribers: readonly Subscriber[];
  private readonly faults: FaultScript;
  private readonly workload: Workload;
  private readonly webhooks: WebhookLedger;
  private readonly webhookWishes: WebhookWishes;
  private violation: Error | undefined;

  constructor(seed: number, defects: Defects, print?: (line: string) => void) {
    const random = new Random(seed);
    this.plan = planRun(random.fork('plan'));
    const chance = random.fork('chance');
    this.time = new VirtualTime(() => chance.next());
    this.trace = new Trace(() => this.time.nowMs, print);
    const network = new Network(random.fork('network'), (a, b, isCut) => {
      if (b === ENSEMBLE) this.election.linkChanged(a, isCut);
      else if (a === ENSEMBLE) this.election.linkChanged(b, isCut);
    });
    this.checker = new Checker((id) => this.mesos.agents.get(id));
    const observer = this.guarded(this.checker);
    const { time, trace } = this;
    this.world = { time, random, trace, network, observer, calm: false };
    this.topic = new SharedTopic(this.world, defects);
    this.election = new SimulatedElection(this.world);
    const crash = (name: string, where: string): void =>
      this.nodes.find((node) => node.name === name)?.crash(where);
    const logFaults = new LogFaults(random.fork('log'), this.trace, crash);
    this.mesos = new SimulatedMesos(this.world, crash, defects);
    this.webhooks = new WebhookLedger(this.topic);
    const outside = this.outside(logFaults, defects);
    for (let number = 1; number <= this.plan.nodes; number++) {
      this.nodes.push(new SimulatedNode(`node${number}`, outside));
    }
    const fail = (error: unknown): void => this.fail(error);
    const { world, topic, nodes } = this;
    this.commands = new CommandBook(this.checker.book);
    const plans = new Workload(random.fork('plans'), this.checker.book);
    this.reads = new ReadChecks({ world, nodes, plans, onViolation: fail });
    this.client = new Client({ world, nodes, book: this.commands, reads: this.reads, onViolation: fail });
    this.ledgers = [new DomainLedger(topic), new BusLedger(topic)];
    this.subscribers = this.ledgers.map(
      (ledger, index) =>
        new Subscriber(`reader${index}`, { world, nodes, ledger, defects, onViolation: fail }),
    );
    this.workload = new Workload(random.fork('workload'), this.checker.book);
    this.webhookWishes = new WebhookWishes(random.fork('webhooks'), this.webhooks.book);
    this.faults = new FaultScript({
      world,
      nodes,
      mesos: this.mesos,
      election: this.election,
      log: logFaults,
    });
  }

  /** Runs to the end, or to the first violation, which is returned. */
  async run(): Promise<Error | undefined> {
    const onRejection = (error: unknown): void => this.fail(error);
    process.on('unhandledRejection', onRejection);
    process.on('uncaughtException', onRejection);
    try {
      this.begin();
      await this.time.run(this.plan.faultyMs, () => this.isFailed);
      this.faults.end();
      if (!this.isFailed) await this.comeToRest();
      if (!this.isFailed) this.finalChecks();
    } catch (error) {
      this.fail(error);
    } finally {
      for (const node of this.nodes) node.isHeldDown = true;
      this.time.uninstall();
      process.off('unhandledRejection', onRejection);
      process.off('uncaughtException', onRejection);
    }
    return this.violation;
  }

  /** What has happened so far, in numbers. */
  facts(): Omit<SeedReport, 'seed' | 'cpuMs' | 'violation'> {
    return {
      digest: this.trace.digest,
      durationMs: this.time.nowMs,
      nodes: this.plan.nodes,
      happenings: this.trace.events,
      events: this.topic.head,
      acknowledged: this.commands.acknowledged,
      reads: this.reads.reads,
      tasks: this.checker.book.provisioned.size,
      faults: Object.fromEntries(this.trace.counts),
    };
  }

  private get isFailed(): boolean {
    return this.violation !== undefined;
  }

  private begin(): void {
    const { plan, time } = this;
    for (const machine of plan.machines) this.mesos.addAgent(machine);
    for (const node of this.nodes) time.after(this.world.random.between(0, 2000), () => node.start());
    for (const subscriber of this.subscribers) time.after(1000, () => subscriber.connect());
    this.faults.begin();
    this.askOn();
    this.askOfWebhooksOn();
    this.readOn();
  }

  private askOn(): void {
    const { time, random } = this.world;
    time.after(random.around(this.plan.meanCommandPauseMs), () => {
      if (this.world.calm) return;
      this.client.send(this.workload.next());
      this.askOn();
    });
  }

  private askOfWebhooksOn(): void {
    const { meanWebhookPauseMs } = this.plan;
    if (meanWebhookPauseMs === undefined) return;
    this.time.after(this.webhookWishes.pauseMs(meanWebhookPauseMs), () => {
      if (this.world.calm) return;
      this.client.send(this.webhookWishes.next());
      this.askOfWebhooksOn();
    });
  }

  private readOn(): void {
    const { time, random } = this.world;
    time.after(random.around(4000), () => {
      this.reads.read();
      this.readOn();
    });
  }

  private async comeToRest(): Promise<void> {
    this.trace.note('REST', 'faults are over');
    for (const wish of this.webhookWishes.last()) this.client.send(wish);
    let difference: string | undefined = '';
    const limitMs = this.time.nowMs + REST_LIMIT_MS;
    let restedMs = 0;
    const waiting = new WaitingChecks();
    while (!this.isFailed && this.time.nowMs < limitMs && restedMs < 2 * LOOK_MS) {
      await this.time.run(LOOK_MS, () => this.isFailed);
      const leader = this.nodes.find(({ leads }) => leads)?.life?.api;
      if (leader !== undefined) waiting.look(leader.projection.model.state, this.time.nowMs);
      difference =
        this.client.underWay > 0
          ? 'a client waits'
          : (whatDiffers(this.checker, this.mesos, this.nodes) ?? this.webhooks.behind() ?? this.whoIsBehind);
      restedMs = difference === undefined ? restedMs + LOOK_MS : 0;
    }
    if (difference !== undefined && !this.isFailed) {
      this.fail(new Violation('when faults stop, desired and actual state meet', difference));
    }
  }

  private finalChecks(): void {
    this.commands.checkAll();
    checkFolds(this.topic, this.nodes);
  }

  /** A reader of a stream that has not seen nearly all: some take nothing for a while. */
  private get whoIsBehind(): string | undefined {
    const { head } = this.topic;
    const behind = this.ledgers.find(({ position }) => position < head - FEW_EVENTS);
    return behind && `a subscriber is at ${behind.position} of ${head}`;
  }

  private outside(logFaults: LogFaults, defects: Defects): Outside {
    const { world, topic, election, mesos, plan, webhooks } = this;
    const onViolation = (error: unknown): void => this.fail(error);
    return {
      world,
      topic,
      logFaults,
      election,
      mesos,
      receivers: new SimulatedReceivers({ world, ledger: webhooks, defects, onViolation }),
      probe: simulatedProbe(world, mesos),
      askReadiness: simulatedReadiness(world, mesos),
      tickIntervalMs: plan.tickIntervalMs,
      flags: plan.flags,
      defects,
      nodeAt: (hostPort) => this.nodes.find((node) => node.hostPort === hostPort),
      onBug: (text) => this.fail(new Violation('no node ever hits a bug', text)),
    };
  }

  /** What the checker throws ends the run, wherever it happens to be thrown. */
  private guarded(checker: Checker): Checker {
    return new Proxy(checker, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          try {
            return (value as (...all: unknown[]) => unknown).apply(target, given);
          } catch (error) {
            this.fail(error);
            return undefined;
          }
        };
      },
    });
  }

  private fail(error: unknown): void {
    if (this.violation !== undefined) return;
    this.violation = error instanceof Error ? error : new Error(String(error));
    this.trace.note('VIOLATION', this.violation.message);
  }
}
