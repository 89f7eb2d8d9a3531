import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { LogOpenError } from '../errors.js';
import { LocalEventLog } from '../local/local-event-log.js';
import type { EventLog } from '../port.js';
import { SqliteStore } from '../sqlite/sqlite-store.js';
import { createUpcaster } from '../upcasting/upcaster.js';
import { reasonOf } from './failures.js';
import { silent } from './kafka-logger.js';
import { clientConfig, withNextBroker, type KafkaEventLogOptions } from './kafka-options.js';
import { KafkaStore } from './kafka-store.js';
import { TopicReader } from './topic-reader.js';
import { prepareTopic, type TopicFacts } from './topic.js';
import { TopicWriter } from './topic-writer.js';

const APPEND_TIMEOUT_MS = 20_000;

/** So long brokers may take to answer when a node starts; after a failover of theirs they need some seconds. */
const OPEN_TIMEOUT_MS = 10_000;
const OPEN_RETRY_MS = 500;

/** Attempts of the questions that are asked at the start and by probes. */
const RETRY = { retries: 3, initialRetryTime: 200, maxRetryTime: 1000 };

/**
 * Opens the log on a Kafka topic (docs/adr/0003), creating the topic when it is missing, and reads what this node does
 * not have yet. From then on the log follows the topic; it writes from `claimEpoch` on.
 *
 * @throws {LogOpenError} `unusable`: no broker answers, the topic would lose events, or it does not continue the mirror;
 *   `in-use` or `newer-format` of the mirror.
 */
export async function openKafkaEventLog(options: KafkaEventLogOptions): Promise<EventLog> {
  const { topic, mirrorPath, folderMode, upcaster = createUpcaster({}), onWarning } = options;
  const facts = await readFacts(options);
  const mirrorStore = await SqliteStore.open(mirrorPath, { folderMode, durability: 'process' });
  try {
    checkContinuation(topic, facts, mirrorStore.state().mark ?? -1);
    const store = createStore(options, facts, mirrorStore);
    await store.follow().catch(async (error: unknown) => {
      await store.close();
      throw new LogOpenError('unusable', reasonOf(error), { cause: error });
    });
    return new LocalEventLog({ store, upcaster, onWarning });
  } catch (error) {
    await mirrorStore.close();
    throw error;
  }
}

function createStore(options: KafkaEventLogOptions, facts: TopicFacts, mirrorStore: SqliteStore): KafkaStore {
  const { topic, mayWrite = () => true, onWarning, onLost } = options;
  const config = clientConfig(options);
  return new KafkaStore({
    topic,
    mirrorStore,
    writer: new TopicWriter(config, topic, facts.maxBatchBytes),
    createReader: (handler) => new TopicReader(config, topic, handler),
    probe: () => withAdmin(options, (admin) => assertWritable(admin, topic)),
    appendTimeoutMs: options.appendTimeoutMs ?? APPEND_TIMEOUT_MS,
    mayWrite,
    onWarning: (message) => onWarning(`Kafka topic ${topic}: ${message}`),
    onLost,
  });
}

/** Brokers that are just failing over are asked again for a while. */
async function readFacts(options: KafkaEventLogOptions): Promise<TopicFacts> {
  const { brokers, topic } = options;
  const deadlineMs = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    try {
      return await withAdmin(options, (admin) => prepareTopic(admin, options));
    } catch (error) {
      if (error instanceof LogOpenError) throw error;
      if (performance.now() > deadlineMs) {
        const message = `Kafka topic ${topic} cannot be reached at ${brokers.join(', ')}: ${reasonOf(error)}`;
        throw new LogOpenError('unusable', message, { cause: error });
      }
      await delay(OPEN_RETRY_MS);
    }
  }
}

/** Asks by way of one broker after the other, until one lets it get through. */
async function withAdmin<T>(options: KafkaEventLogOptions, ask: (admin: Admin) => Promise<T>): Promise<T> {
  let config = clientConfig(options);
  let failure: unknown;
  for (let attempt = 0; attempt < config.brokers.length; attempt += 1) {
    const kafka = new Kafka({ ...config, logLevel: logLevel.NOTHING, logCreator: silent, retry: RETRY });
    const admin = kafka.admin();
    try {
      await admin.connect();
      return await ask(admin);
    } catch (error) {
      if (error instanceof LogOpenError) throw error;
      failure = error;
      config = withNextBroker(config);
    } finally {
      await admin.disconnect();
    }
  }
  throw failure;
}

/** Enough brokers have a copy that is up to date, and one of them leads. */
async function assertWritable(admin: Admin, topic: string): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partition = topics[0]?.partitions[0];
  if (partition === undefined || partition.leader < 0) throw new Error('no broker leads the topic');
}

/** The topic must hold what this node reads next, or has read last. */
function checkContinuation(topic: string, { firstOffset, endOffset }: TopicFacts, mark: number): void {
  const needed = Math.max(0, mark);
  if (needed < firstOffset) {
    throw new LogOpenError(
      'unusable',
      `Kafka topic ${topic} begins at offset ${firstOffset}, but offset ${needed} is read next: it has lost events`,
    );
  }
  if (mark >= endOffset) {
    throw new LogOpenError(
      'unusable',
      `Kafka topic ${topic} ends at offset ${endOffset}, but this node has read offset ${mark} of it: it was replaced or ` +
        'has lost events. If it was replaced on purpose, remove the mirror from the data directory; otherwise keep it, it ' +
        'may be the only copy',
    );
  }
}
