import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaMessage } from 'kafkajs';
import { logLevel } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import Batch from 'kafkajs/src/consumer/batch.js';
import loggers from 'kafkajs/src/loggers/index.js';
import { LogUnavailableError } from '../errors.js';
import { isOffsetGone, reasonOf } from './failures.js';
import { silent } from './kafka-logger.js';
import { withNextBroker, type NodeConfig } from './kafka-options.js';
import { SeverableSockets } from './severable-sockets.js';

const READ_COMMITTED = 1;
const METADATA_MAX_AGE_MS = 60_000;
/** How long a broker may hold a question for news; one that is no longer wanted lasts so long at most. */
const LONGEST_WAIT_MS = 500;
/** The end of a question for news is waited for, and no longer. */
const DISCONNECT_LIMIT_MS = 2 * LONGEST_WAIT_MS;
/** Bytes asked for at a time; a single bigger batch is given whole all the same. */
const FETCH_BYTES = 8 * 1024 ** 2;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/** Who takes in what is read. */
export interface RecordHandler {
  /** Committed records in the order of the topic; the next ones come when the promise is settled. */
  handle(messages: readonly KafkaMessage[]): Promise<void>;
  /** Everything that was on the topic has been handled. */
  reachedEnd(): void;
  /** Reading goes wrong, and is tried again. Told once for each time it goes wrong. */
  troubled(reason: string): void;
  /** Reading is over: the topic has lost what comes next, or `handle` threw. */
  failed(error: Error): void;
}

/**
 * Reads a topic of one partition from an offset on and on, only what is committed. Asks the partition's leader directly
 * rather than through a consumer group: there is nobody to share the partition with, and reading goes on whatever
 * happens to the brokers that look after groups.
 */
export class TopicReader {
  #config: NodeConfig;
  readonly #topic: string;
  readonly #handler: RecordHandler;
  #cluster: Cluster;
  #sockets = new SeverableSockets();
  /** Grows with each start and stop: what an older one still fetches is dropped. */
  #generation = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(config: NodeConfig, topic: string, handler: RecordHandler) {
    this.#config = config;
    this.#topic = topic;
    this.#handler = handler;
    this.#cluster = newCluster(config, this.#sockets);
  }

  /** Begins to read, once what an earlier start still handles is done, at the offset that is said then. */
  start(offset: () => number): void {
    const generation = ++this.#generation;
    const previous = this.#running;
    this.#running = previous.then(() => this.#read(offset, generation));
  }

  /** Before a start after a failure, whoever it was that failed. */
  forgetBrokers(): void {
    this.#connectAnew();
  }

  /** Nothing is handled any more once this has returned and a call of `handle` under way is done. */
  stop(): void {
    this.#generation += 1;
  }

  async close(): Promise<void> {
    this.stop();
    await disconnect(this.#cluster, this.#sockets);
    await this.#running;
  }

  async #read(start: () => number, generation: number): Promise<void> {
    if (generation !== this.#generation) return;
    let offset = start();
    let pauseMs = 0;
    while (generation === this.#generation) {
      try {
        const batch = await this.#fetch(offset);
        if (generation !== this.#generation) return;
        pauseMs = 0;
        offset = await this.#take(batch, offset);
      } catch (error) {
        if (generation !== this.#generation) return;
        if (isFatal(error)) return this.#handler.failed(fatal(error, this.#topic));
        if (pauseMs === 0) this.#handler.troubled(reasonOf(error));
        pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * pauseMs));
        await delay(pauseMs);
        if (error instanceof HandlerError) offset = start();
        else this.#connectAnew();
      }
    }
  }

  async #fetch(offset: number): Promise<Batch> {
    if (!this.#cluster.isConnected()) await this.#cluster.connect();
    await this.#cluster.addTargetTopic(this.#topic);
    await this.#cluster.refreshMetadataIfNecessary();
    const [nodeId] = Object.keys(this.#cluster.findLeaderForPartitions(this.#topic, [0]));
    if (nodeId === undefined) throw new Error('the topic has no leader');
    const broker = await this.#cluster.findBroker({ nodeId });
    const fetchOffset = String(offset);
    const { responses } = await broker.fetch({
      isolationLevel: READ_COMMITTED,
      maxWaitTime: LONGEST_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      topics: [{ topic: this.#topic, partitions: [{ partition: 0, fetchOffset, maxBytes: FETCH_BYTES }] }],
    });
    return new Batch(this.#topic, fetchOffset, responses[0]?.partitions[0]);
  }

  /** Hands a batch over and says where the next one begins. */
  async #take(batch: Batch, offset: number): Promise<number> {
    try {
      if (batch.messages.length > 0) await this.#handler.handle(batch.messages);
    } catch (error) {
      throw new HandlerError(error);
    }
    const last = batch.messagesWithinOffset.at(-1);
    const next = last === undefined ? offset : Number(last.offset) + 1;
    // Nothing came although something is there: it belongs to a transaction that is not finished.
    if (last === undefined || next >= Number(batch.highWatermark)) this.#handler.reachedEnd();
    return next;
  }

  /** A broker that stopped without closing its connections would be asked for the others again and again. */
  #connectAnew(): void {
    // Nothing depends on how it goes: nobody uses its connections any more.
    void disconnect(this.#cluster, this.#sockets);
    this.#config = withNextBroker(this.#config);
    this.#sockets = new SeverableSockets();
    this.#cluster = newCluster(this.#config, this.#sockets);
  }
}

/**
 * Ends the connections of a cluster, in good order if the brokers answer. What was asked of it goes on all the same, and
 * would connect again: for that its sockets are severed in the end.
 */
async function disconnect(cluster: Cluster, sockets: SeverableSockets): Promise<void> {
  const patience = setTimeout(() => sockets.sever(), DISCONNECT_LIMIT_MS);
  await cluster.disconnect().catch(() => undefined);
  clearTimeout(patience);
  sockets.sever();
}

function newCluster(config: NodeConfig, sockets: SeverableSockets): Cluster {
  return new Cluster({
    ...config,
    retry: { retries: 2, initialRetryTime: FIRST_PAUSE_MS, maxRetryTime: LONGEST_PAUSE_MS },
    logger: loggers.createLogger({ level: logLevel.NOTHING, logCreator: silent }),
    socketFactory: sockets.factory,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
  });
}

/** What `handle` threw. */
class HandlerError extends Error {
  constructor(override readonly cause: unknown) {
    super('the records could not be handled');
  }
}

/** A full disk has room again some day; what is read cannot become right by being read again. */
const isFatal = (error: unknown): boolean =>
  error instanceof HandlerError ? !(error.cause instanceof LogUnavailableError) : isOffsetGone(error);

function fatal(error: unknown, topic: string): Error {
  if (error instanceof HandlerError && error.cause instanceof Error) return error.cause;
  return new Error(`Kafka topic ${topic} has lost events that are to be read: ${reasonOf(error)}`, {
    cause: error,
  });
}
