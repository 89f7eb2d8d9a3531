import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from './api-client.js';
import { EkidenProcess, type Exit } from './ekiden-process.js';
import { eventually } from './eventually.js';
import { KafkaCluster, type KafkaOptions } from './kafka-cluster.js';
import { LocalClusterProcess, type LocalClusterProcessOptions } from './local-cluster-process.js';
import { stablePort } from './ports.js';
import { temporaryDirectory } from './site.js';
import { ZooKeeperEnsemble } from './zookeeper-server.js';

/** Pause before a node that ended is started again, as its supervisor would. */
const RESTART_PAUSE_MS = 500;

export interface EkidenClusterOptions {
  readonly nodes?: number;
  /** ZooKeeper servers, 1 or 3. */
  readonly zooKeepers?: number;
  readonly kafka?: KafkaOptions;
  readonly localCluster?: Omit<LocalClusterProcessOptions, 'zk'>;
  /** Whether masters contend under the same ZooKeeper; else there is one, known by its address. */
  readonly electedMasters?: boolean;
  /** Of the nodes in the election. */
  readonly sessionTimeoutMs?: number;
  /** Further flags of every node. */
  readonly args?: readonly string[];
}

/** One node under a supervisor, which starts it again whenever it ends. */
export class EkidenNode {
  readonly dataDir = temporaryDirectory();
  /** How its runs ended, oldest first. */
  readonly exits: Exit[] = [];
  private current: EkidenProcess | undefined;
  private supervision: Promise<void> | undefined;
  private isWanted = false;

  constructor(
    readonly port: number,
    readonly flags: readonly string[],
  ) {}

  get hostPort(): string {
    return `127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `http://${this.hostPort}`;
  }

  get api(): ApiClient {
    return new ApiClient(this.url);
  }

  /** What the present run wrote. */
  get output(): string {
    return this.current?.output ?? '';
  }

  get isRunning(): boolean {
    return this.current?.isRunning === true;
  }

  /** Whether it runs and takes part in the cluster. */
  get isReady(): boolean {
    return this.isRunning && this.output.includes('Ekiden is ready.');
  }

  /** Starts it under supervision and waits until it takes part in the cluster. */
  async start(): Promise<void> {
    this.isWanted = true;
    this.supervision ??= this.supervise();
    await eventually(() => this.isReady, { what: `node ${this.hostPort}` });
  }

  private async supervise(): Promise<void> {
    while (this.isWanted) {
      this.current = EkidenProcess.run([
        '--data_dir',
        this.dataDir,
        '--http_port',
        String(this.port),
        ...this.flags,
      ]);
      this.exits.push(await this.current.exited);
      if (this.isWanted) await delay(RESTART_PAUSE_MS);
    }
  }

  /** Ends it as a power cut would; its supervisor starts it again. */
  async kill(): Promise<void> {
    await this.current?.crash();
  }

  freeze(): void {
    process.kill(this.current!.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.current!.pid, 'SIGCONT');
  }

  /** Ends it in good order, for good. */
  async stop(): Promise<void> {
    this.isWanted = false;
    await this.current?.stop();
    await this.supervision;
    this.supervision = undefined;
  }

  async dispose(): Promise<void> {
    this.isWanted = false;
    await this.current?.crash();
    await this.supervision;
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** Equal nodes over real ZooKeeper and Kafka, and a local cluster in processes of its own. */
export class EkidenCluster {
  private constructor(
    readonly nodes: readonly EkidenNode[],
    readonly zooKeeper: ZooKeeperEnsemble,
    readonly kafka: KafkaCluster,
    readonly mesos: LocalClusterProcess,
  ) {}

  /** Starts everything and waits until a node leads. */
  static async start(options: EkidenClusterOptions = {}): Promise<EkidenCluster> {
    const { nodes: count = 3, zooKeepers = 1, sessionTimeoutMs = 3_000, args = [] } = options;
    const [zooKeeper, kafka] = await Promise.all([
      ZooKeeperEnsemble.start({ size: zooKeepers }),
      KafkaCluster.start(options.kafka),
    ]);
    const zk = `zk://${zooKeeper.connectString}`;
    const mesos = await LocalClusterProcess.start({
      ...options.localCluster,
      ...(options.electedMasters === true ? { zk: `${zk}/mesos` } : {}),
    });
    const flags = flagsOf({
      master: mesos.address,
      zk: `${zk}/ekiden`,
      zk_session_timeout: sessionTimeoutMs,
      event_log: `kafka://${kafka.brokers.join(',')}/ekiden`,
      kafka_replication_factor: options.kafka?.size ?? 1,
      hostname: '127.0.0.1',
      http_address: '127.0.0.1',
      ...FAST,
    }).concat(args);
    const ports = await Promise.all(Array.from({ length: count }, () => stablePort()));
    const nodes = ports.map((port) => new EkidenNode(port, flags));
    const cluster = new EkidenCluster(nodes, zooKeeper, kafka, mesos);
    try {
      for (const node of nodes) await node.start();
      await cluster.leader();
    } catch (error) {
      await cluster.dispose();
      throw error;
    }
    return cluster;
  }

  /** The node that leads, as every running node says; waits until they agree and it serves writes. */
  async leader(): Promise<EkidenNode> {
    const found = await eventually(
      async () => {
        const running = this.nodes.filter((node) => node.isRunning);
        const said = await Promise.all(running.map(leaderAsSeenBy));
        const [first] = said;
        if (first === undefined || said.some((leader) => leader !== first)) return undefined;
        const leader = running.find(({ hostPort }) => hostPort === first);
        if (leader === undefined) return undefined;
        const ready = await fetch(`${leader.url}/ekiden/v1/position`).catch(() => undefined);
        return ready?.status === 200 ? leader : undefined;
      },
      { what: 'a leader on which all nodes agree' },
    );
    return found;
  }

  /** Waits until every node takes part. */
  async complete(): Promise<void> {
    await eventually(() => this.nodes.every(({ isReady }) => isReady), { what: 'all nodes' });
  }

  /** Those that do not lead. */
  async standbys(): Promise<EkidenNode[]> {
    const leader = await this.leader();
    return this.nodes.filter((node) => node !== leader);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.dispose()));
    await this.mesos.dispose();
    await Promise.all([this.zooKeeper.dispose(), this.kafka.dispose()]);
  }
}

/** What a laptop's defaults would be: launches without waiting. */
const FAST = {
  launch_tokens: 1000,
  max_instances_per_offer: 100,
  min_revive_offers_interval: 250,
  reconciliation_initial_delay: 1000,
  scale_apps_initial_delay: 1000,
};

const flagsOf = (values: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);

async function leaderAsSeenBy(node: EkidenNode): Promise<string | undefined> {
  try {
    const answer = await fetch(`${node.url}/v2/leader`);
    return answer.status === 200 ? ((await answer.json()) as { leader: string }).leader : undefined;
  } catch {
    return undefined;
  }
}
