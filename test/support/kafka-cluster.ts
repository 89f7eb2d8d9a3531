import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel, type Admin, type KafkaConfig } from 'kafkajs';
import { eventually } from './eventually.js';
import { JavaServer } from './java-server.js';
import { stablePorts } from './ports.js';
import { kafkaDirectory, missingForKafka, type KafkaLine } from './real-services.js';
import { ServerGroup } from './server-group.js';
import { temporaryDirectory } from './site.js';

const run = promisify(execFile);

const ADMIN_TIMEOUT_MS = 3_000;

export interface KafkaOptions {
  readonly line?: KafkaLine;
  /** One broker (the default) or three. */
  readonly size?: number;
  /** Lines of `server.properties` that every broker has besides, or instead of, the usual ones. */
  readonly config?: Readonly<Record<string, string>>;
  /** How clients must connect when `config` asks for encryption or a login. */
  readonly client?: Pick<KafkaConfig, 'ssl' | 'sasl'>;
}

interface Broker {
  readonly port: number;
  readonly process: JavaServer;
}

/** What all brokers of a cluster have in common. */
interface ClusterPlan {
  readonly directory: string;
  readonly classPath: string;
  /** Port for clients and port of the controller of every broker. */
  readonly ports: readonly (readonly [number, number])[];
  readonly config: Readonly<Record<string, string>>;
  readonly client: Pick<KafkaConfig, 'ssl' | 'sasl'>;
}

/**
 * Real Kafka brokers on loopback, in KRaft mode, each a controller too. A broker that is killed is taken for dead after
 * two seconds, its partitions lead elsewhere then. Topics are not created by themselves; without other settings they
 * have as many replicas as there are brokers, and with three brokers two of them must have a record.
 */
export class KafkaCluster extends ServerGroup {
  private constructor(
    private readonly plan: ClusterPlan,
    private readonly members: readonly Broker[],
  ) {
    super(
      plan.directory,
      members.map(({ process }) => process),
    );
  }

  /** Starts the brokers and waits until every one of them serves clients. */
  static async start(options: KafkaOptions = {}): Promise<KafkaCluster> {
    const { line = '4', size = 1, config = {}, client = {} } = options;
    if (missingForKafka !== undefined) throw new Error(missingForKafka);
    const ports = await stablePorts(size * 2);
    const plan: ClusterPlan = {
      directory: temporaryDirectory(),
      classPath: join(kafkaDirectory(line), '*'),
      ports: Array.from({ length: size }, (_, index) => [ports[index * 2]!, ports[index * 2 + 1]!]),
      config,
      client,
    };
    const brokers = plan.ports.map((_, index) => prepareBroker(plan, index));
    await formatStorage(plan);
    return new KafkaCluster(plan, brokers).begin();
  }

  /** `host:port` of every broker. */
  get brokers(): string[] {
    return this.members.map(({ port }) => `127.0.0.1:${port}`);
  }

  /** The jars that the brokers run from, as a class path: the command-line tools are among them. */
  get classPath(): string {
    return this.plan.classPath;
  }

  /** Creates a topic of one partition and waits until every broker has it. */
  async createTopic(topic: string, config: Readonly<Record<string, string>> = {}): Promise<void> {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await this.withAdmin((admin) =>
      // kafkajs would fail if the broker that it asks for the leader has not heard of the topic yet.
      admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: false }),
    );
    await this.inSync(topic);
  }

  /** Waits until every replica of every partition of the topic is in sync; two brokers may be killed one by one then. */
  async inSync(topic: string): Promise<void> {
    await eventually(
      () =>
        this.withAdmin(async (admin) => (await replicas(admin, topic)).every(({ behind }) => behind === 0)),
      { what: `all replicas of ${topic} in sync` },
    );
  }

  /** Which broker leads the first partition of the topic; waits while none does. */
  async leaderIndex(topic: string): Promise<number> {
    const found = await eventually(
      () =>
        this.withAdmin(async (admin) => {
          const index = (await replicas(admin, topic))[0]!.leader - 1;
          return index >= 0 && this.isRunning(index) ? { index } : undefined;
        }),
      { what: `a leader of ${topic}` },
    );
    return found.index;
  }

  /** Asks a broker that runs: kafkajs would begin at the first of the list, and give up when that one is dead. */
  private async withAdmin<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    const running = this.brokers.filter((_, index) => this.isRunning(index));
    return withAdmin(running, this.plan.client, use);
  }
}

async function replicas(admin: Admin, topic: string): Promise<{ leader: number; behind: number }[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]!.partitions.map(({ leader, replicas: all, isr }) => ({
    leader,
    behind: all.length - isr.length,
  }));
}

async function withAdmin<T>(
  brokers: string[],
  client: Pick<KafkaConfig, 'ssl' | 'sasl'>,
  use: (admin: Admin) => Promise<T>,
): Promise<T> {
  const kafka = new Kafka({
    ...client,
    brokers,
    logLevel: logLevel.NOTHING,
    connectionTimeout: ADMIN_TIMEOUT_MS,
    requestTimeout: ADMIN_TIMEOUT_MS,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

function prepareBroker(plan: ClusterPlan, index: number): Broker {
  const [port] = plan.ports[index]!;
  const workingDir = join(plan.directory, String(index + 1));
  mkdirSync(workingDir, { recursive: true });
  writeFileSync(join(workingDir, 'server.properties'), propertiesOf(plan, index));
  const process = new JavaServer({
    name: `Kafka broker ${index + 1} of ${plan.ports.length}`,
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=info',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
      '-cp',
      plan.classPath,
      'kafka.Kafka',
      'server.properties',
    ],
    workingDir,
    logFile: join(workingDir, 'server.log'),
    answers: () => serves(plan, index),
  });
  return { port, process };
}

/** Whether a broker serves clients, and is one that the cluster counts on. */
async function serves(plan: ClusterPlan, index: number): Promise<boolean> {
  return withAdmin([`127.0.0.1:${plan.ports[index]![0]}`], plan.client, async (admin) => {
    const { brokers } = await admin.describeCluster();
    return brokers.some(({ nodeId }) => nodeId === index + 1);
  });
}

/** Gives all brokers the same new cluster id. */
async function formatStorage({ directory, classPath, ports }: ClusterPlan): Promise<void> {
  // The tool would take a leading hyphen for an option.
  const clusterId = `E${randomBytes(16).toString('base64url').slice(1)}`;
  await Promise.all(
    ports.map(async (_, index) => {
      const configFile = join(directory, String(index + 1), 'server.properties');
      const tool = ['-XX:TieredStopAtLevel=1', '-cp', classPath, 'kafka.tools.StorageTool'];
      await run('java', [...tool, 'format', '-t', clusterId, '-c', configFile]);
    }),
  );
}

function propertiesOf({ directory, ports, config }: ClusterPlan, index: number): string {
  const [port, controllerPort] = ports[index]!;
  const size = ports.length;
  const inSync = size > 2 ? 2 : 1;
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': index + 1,
    'controller.quorum.voters': ports.map(([, other], at) => `${at + 1}@127.0.0.1:${other}`).join(','),
    listeners: `CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    'log.dirs': join(directory, String(index + 1), 'data'),
    'auto.create.topics.enable': 'false',
    'default.replication.factor': size,
    'min.insync.replicas': inSync,
    'unclean.leader.election.enable': 'false',
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': size,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': size,
    'transaction.state.log.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    // A broker that is gone is noticed soon.
    'broker.heartbeat.interval.ms': 400,
    'broker.session.timeout.ms': 2000,
    'controller.quorum.election.timeout.ms': 600,
    'controller.quorum.election.backoff.max.ms': 300,
    'controller.quorum.fetch.timeout.ms': 1500,
    'replica.lag.time.max.ms': 3000,
    // Little memory and few threads for a test.
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'num.network.threads': 2,
    'num.io.threads': 2,
    ...config,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
