// Node finds some exports of this package only on its default.
import kafkajs, { type Admin } from 'kafkajs';
import { LogOpenError } from '../errors.js';
import type { KafkaTopicAddress } from './kafka-options.js';

/** Largest record batch that the topic is to take: an event holds at most what one request to the API brought. */
const LARGEST_BATCH_BYTES = 64 * 1024 ** 2;

/** A copy on one broker alone is lost with it; so many of three or more must have a record before it counts. */
const leastInSync = (copies: number): number => (copies >= 3 ? 2 : 1);

/** The settings without which the topic would forget or lose events, and the settings of a topic that is made here. */
const KEEPS_EVERYTHING = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'unclean.leader.election.enable': 'false',
} as const;

/** What the topic allows, and where it begins and ends. */
export interface TopicFacts {
  /** Longest record batch in bytes. */
  readonly maxBatchBytes: number;
  /** Offset of the oldest record that is there. */
  readonly firstOffset: number;
  /** Offset behind the newest record. */
  readonly endOffset: number;
}

/**
 * Sees to it that the topic exists and can hold the log: one partition, nothing is ever dropped, enough copies.
 *
 * @throws {LogOpenError} `unusable` with what is wrong and how it is put right.
 */
export async function prepareTopic(admin: Admin, address: KafkaTopicAddress): Promise<TopicFacts> {
  const { topic } = address;
  if (!(await admin.listTopics()).includes(topic)) await createTopic(admin, address);
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  if (partitions.length !== 1) {
    throw unusable(
      topic,
      `has ${partitions.length} partitions; one log needs exactly one, for only within it is there an order`,
    );
  }
  const settings = await readSettings(admin, topic);
  checkSettings(address, settings, partitions[0]?.replicas.length ?? 0);
  const [offsets] = await admin.fetchTopicOffsets(topic);
  return {
    maxBatchBytes: Number(settings.get('max.message.bytes') ?? LARGEST_BATCH_BYTES),
    firstOffset: Number(offsets?.low ?? 0),
    endOffset: Number(offsets?.high ?? 0),
  };
}

async function createTopic(admin: Admin, address: KafkaTopicAddress): Promise<void> {
  const { topic, replicationFactor, mayCreate = true } = address;
  if (!mayCreate) throw unusable(topic, 'does not exist');
  const { brokers } = await admin.describeCluster();
  if (brokers.length < replicationFactor) {
    throw unusable(
      topic,
      `cannot be created: ${replicationFactor} copies are wanted, and the Kafka cluster has ${brokers.length} broker(s). ` +
        '--kafka_replication_factor takes fewer copies, at the price that the log is lost with the brokers that have one',
    );
  }
  const settings = {
    ...KEEPS_EVERYTHING,
    'min.insync.replicas': String(leastInSync(replicationFactor)),
    'max.message.bytes': String(LARGEST_BATCH_BYTES),
  };
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  // False when another node was quicker: its topic is checked as any other. Whoever asks for it next may ask a broker
  // that has not heard of it yet, and asks again.
  await admin.createTopics({
    waitForLeaders: false,
    topics: [{ topic, numPartitions: 1, replicationFactor, configEntries }],
  });
}

async function readSettings(admin: Admin, topic: string): Promise<ReadonlyMap<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  const entries = resources[0]?.configEntries ?? [];
  return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
}

function checkSettings(
  { topic, replicationFactor }: KafkaTopicAddress,
  settings: ReadonlyMap<string, string>,
  copies: number,
): void {
  for (const [name, wanted] of Object.entries(KEEPS_EVERYTHING)) {
    const found = settings.get(name);
    if (found === undefined || found === wanted) continue;
    throw unusable(topic, `has ${name}=${found}, with which it would lose events; set ${name}=${wanted}`);
  }
  if (copies < replicationFactor) {
    throw unusable(
      topic,
      `has ${copies} ${copies === 1 ? 'copy' : 'copies'} where ${replicationFactor} are wanted; add replicas, or set --kafka_replication_factor ${copies} if that is meant`,
    );
  }
  const inSync = Number(settings.get('min.insync.replicas') ?? 1);
  if (inSync < leastInSync(copies)) {
    throw unusable(
      topic,
      `has min.insync.replicas=${inSync}: what is acknowledged may be on one broker alone; set min.insync.replicas=${leastInSync(copies)}`,
    );
  }
}

const unusable = (topic: string, message: string): LogOpenError =>
  new LogOpenError('unusable', `Kafka topic ${topic} ${message}`);
