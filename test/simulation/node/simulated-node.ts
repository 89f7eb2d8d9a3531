import { EXIT_CODES, type ExitCode } from '#configuration';
import type { SubmitCommand } from '#domain';
import { createUpcaster } from '../../../libs/event-log/src/upcasting/upcaster.js';
import { LocalEventLog } from '../../../libs/event-log/src/local/local-event-log.js';
import { UrlListDetector } from '#mesos';
import { Metrics } from '#observability';
import { IdentitySource, Scheduler, type Entropy, type Probe, type Surroundings } from '#scheduler';
import { WebhookSecrets } from '#secrets';
import { LeaderTerm } from '../../../apps/ekiden/src/leader-term.js';
import type { ClusterFacts } from '../../../apps/api/src/standby/cluster-facts.js';
import type { SimulatedElection } from '../election/simulated-election.js';
import { Process } from '../kernel/process.js';
import type { Random } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { LogFaults } from '../log/log-faults.js';
import type { SharedTopic } from '../log/shared-topic.js';
import { NodeDisk, SimulatedStore } from '../log/simulated-store.js';
import type { SimulatedMesos } from '../mesos/simulated-mesos.js';
import type { SimulatedReceivers } from '../webhooks/simulated-receivers.js';
import { ApiSide, type WriteOutcome } from './api-side.js';
import { brokenCommand, brokenLog, type NodeDefects } from './broken-parts.js';
import { configurationOf } from './configurations.js';
import { simulatedLogging } from './simulated-logging.js';

/** What nodes meet outside of themselves. */
export interface Outside {
  readonly world: World;
  readonly topic: SharedTopic;
  readonly logFaults: LogFaults;
  readonly election: SimulatedElection;
  readonly mesos: SimulatedMesos;
  readonly receivers: SimulatedReceivers;
  readonly probe: Probe;
  readonly askReadiness: Surroundings['askReadiness'];
  readonly tickIntervalMs: number;
  readonly flags: readonly string[];
  /** Other nodes, by the address that they announce. */
  readonly nodeAt: (hostPort: string) => SimulatedNode | undefined;
  readonly onBug: (text: string) => void;
  readonly defects: NodeDefects;
}

const MASTERS: [URL] = [new URL('http://mesos:5050')];

/** Ends of a process that only a bug can bring about here. */
const NEVER: ReadonlySet<ExitCode> = new Set<ExitCode>([
  EXIT_CODES.uncaughtError,
  EXIT_CODES.badConfiguration,
  EXIT_CODES.frameworkRemoved,
  EXIT_CODES.frameworkIdMissing,
]);

/** One life of a node. */
interface Life {
  readonly process: Process;
  readonly api: ApiSide;
  readonly scheduler: Scheduler;
  readonly term: LeaderTerm;
}

/** One machine: a process that is started again whenever it ends, and its disk. */
export class SimulatedNode {
  readonly disk = new NodeDisk();
  life: Life | undefined;
  /** Its clock shows so much more than the true time, ms. */
  clockOffsetMs = 0;
  private readonly random: Random;
  private lives = 0;
  /** Nobody starts it again. */
  isHeldDown = false;

  constructor(
    readonly name: string,
    private readonly outside: Outside,
  ) {
    this.random = outside.world.random.fork(name);
  }

  get hostPort(): string {
    return `${this.name}:8080`;
  }

  get leads(): boolean {
    return this.life?.term.leadsNow() === true;
  }

  /** Starts the process; it takes part when that is done. */
  start(): void {
    if (this.life !== undefined || this.isHeldDown) return;
    this.lives += 1;
    this.outside.world.trace.note('NODE', `${this.name} starts`);
    void this.run(new Process(this.name)).catch((error: unknown) =>
      this.outside.onBug(`${this.name} cannot start: ${String(error)}`),
    );
  }

  /** The process ends without a word, and is started again after a while. */
  crash(where: string, restartMs = this.random.between(500, 8000)): void {
    const { life } = this;
    if (life === undefined) return;
    this.outside.world.trace.fault('crash', `${this.name} ${where}`);
    this.finish(life);
    this.restartIn(restartMs);
  }

  /** A change of the API that a client sends here. */
  async write(command: SubmitCommand, isForwarded = false): Promise<WriteOutcome> {
    const { life } = this;
    if (life === undefined) return { kind: 'unavailable' };
    return life.process.awaiting(life.api.write(brokenCommand(command, this.outside.defects), isForwarded));
  }

  private async run(process: Process): Promise<void> {
    const { world, topic, logFaults, election } = this.outside;
    const configuration = configurationOf(this.name, this.outside.flags);
    const logging = simulatedLogging(this.name, world.trace, this.outside.onBug);
    const store = new SimulatedStore({ world, topic, faults: logFaults, process, disk: this.disk });
    await store.follow();
    const realLog = new LocalEventLog({ store, upcaster: createUpcaster({}), onWarning: () => undefined });
    const log = brokenLog(realLog, this.outside.defects);
    const metrics = new Metrics({
      prefix: 'marathon',
      reservoir: { highestTrackableValue: 10_000, significantDigits: 1, resetIntervalMs: undefined },
    });
    const term = new LeaderTerm({
      logger: logging.logger('leadership'),
      electionTimeoutMs: configuration.zkTimeoutMs,
      onEnd: (exitCode, message) => this.ended(process, exitCode, message),
    });
    const scheduler: Scheduler = new Scheduler({
      log,
      configuration,
      logging,
      metrics,
      secrets: new WebhookSecrets({ kind: 'missing' }),
      lead: term,
      cluster: { frameworkName: configuration.frameworkName, electionPath: '/marathon/ekiden/leader' },
      detector: new UrlListDetector(MASTERS),
      node: () => this.hostPort,
      presentState: () => (api.projection.following ? api.projection.model.state : undefined),
      onFatal: (exitCode, message) => term.end(exitCode, message),
      onDeposed: (reason) => term.deposed(reason),
      surroundings: this.surroundings(process),
    });
    const api = new ApiSide({
      log,
      configuration,
      logging,
      metrics,
      leadership: term,
      scheduler,
      nowMs: () => this.clockMs(),
      onStopped: (error) => term.end(EXIT_CODES.storeLost, error.message),
      askPosition: (hostPort) => this.hop(process, hostPort, (life) => life.api.position()),
      forward: (hostPort, command) => this.forward(process, hostPort, command),
    });
    this.life = { process, api, scheduler, term };
    await scheduler.warmUp();
    await api.start();
    await term.join(election.join(process, this.hostPort), scheduler);
  }

  private surroundings(process: Process): Partial<Surroundings> {
    const { mesos, receivers, probe, askReadiness, tickIntervalMs, world } = this.outside;
    const chance = this.random.fork(`life ${this.lives}`);
    const entropy: Entropy = {
      random: () => chance.next(),
      integer: (limit) => Math.floor(chance.next() * limit),
      fill: (bytes) => {
        for (let index = 0; index < bytes.length; index++) bytes[index] = chance.between(0, 255);
      },
    };
    return {
      identity: new IdentitySource(
        () => this.clockMs(),
        () => world.time.nowMs,
        entropy,
      ),
      transport: mesos.transportFor(process),
      createSender: receivers.senderFor(process),
      probe: (endpoint, check) => process.awaiting(probe(endpoint, check)),
      askReadiness: (endpoint, check) => process.awaiting(askReadiness(endpoint, check)),
      tickIntervalMs,
    };
  }

  private clockMs(): number {
    return this.outside.world.time.epochMs + this.clockOffsetMs;
  }

  /** A request that another node could not answer goes to the leader, once. */
  private async forward(process: Process, hostPort: string, command: SubmitCommand): Promise<WriteOutcome> {
    try {
      return await this.hop(process, hostPort, (life) =>
        life.process.awaiting(life.api.write(command, true)),
      );
    } catch {
      return { kind: 'unknown' };
    }
  }

  private async hop<T>(process: Process, hostPort: string, ask: (life: Life) => Promise<T>): Promise<T> {
    const { world, nodeAt } = this.outside;
    const { network, time } = world;
    const travel = (): Promise<void> =>
      process.awaiting(new Promise((resolve) => time.after(network.latencyMs(), resolve)));
    await travel();
    const target = nodeAt(hostPort);
    const life = target?.life;
    if (target === undefined || life === undefined || network.isCut(this.name, target.name)) {
      throw new Error('connection refused');
    }
    // Should it end meanwhile, the connection breaks.
    const answer = await process.awaiting(
      new Promise<T>((resolve, reject) => {
        life.process.onEnd(() => reject(new Error('connection reset')));
        ask(life).then(resolve, reject);
      }),
    );
    await travel();
    if (network.isCut(this.name, target.name)) throw new Error('connection lost');
    return answer;
  }

  /** The process has come to its end by itself. */
  private ended(process: Process, exitCode: ExitCode, message: string): void {
    const { world, onBug } = this.outside;
    if (!process.isAlive) return;
    world.trace.note('NODE', `${this.name} ends with ${exitCode}: ${message}`);
    if (NEVER.has(exitCode)) onBug(`${this.name} ended with ${exitCode}: ${message}`);
    if (this.life?.process === process) this.finish(this.life);
    else process.end();
    this.restartIn(this.random.between(500, 5000));
  }

  private finish({ process, api, scheduler }: Life): void {
    this.life = undefined;
    process.end();
    scheduler.drop('the process has ended');
    api.close();
  }

  private restartIn(delayMs: number): void {
    this.outside.world.time.after(delayMs, () => this.start());
  }
}

export type { ClusterFacts };
