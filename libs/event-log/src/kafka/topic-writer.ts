import { Kafka, logLevel, Partitioners, type Message, type Producer } from 'kafkajs';
import { silent } from './kafka-logger.js';
import { withNextBroker, type NodeConfig } from './kafka-options.js';
import { sizeOf } from './record.js';

/** A transaction that takes longer is ended by the brokers, so that readers do not wait for a writer that is gone. */
const TRANSACTION_TIMEOUT_MS = 30_000;

/** An attempt that takes longer is given up: a broker may have stopped without closing its connections. */
const ATTEMPT_LIMIT_MS = 6_000;

/** Bytes that go into one request; the requests of a transaction become visible together. */
const REQUEST_BYTES = 2 * 1024 ** 2;

/** Part of the longest batch that is used: the sizes are estimates. */
const SAFE_SHARE = 0.8;

/**
 * A transaction can begin only when the brokers have written the end of the one before, a few milliseconds after it was
 * confirmed; until then they ask to try again.
 */
const RETRY = { initialRetryTime: 4, multiplier: 1.5, factor: 0.2, maxRetryTime: 500, retries: 24 };

/**
 * The one place from which a topic is written. Taking it fences whoever had it before: the brokers refuse what the
 * former writer still sends, and undo what it had not finished.
 */
export class TopicWriter {
  #config: NodeConfig;
  readonly #topic: string;
  readonly #requestBytes: number;
  #producer: Producer | undefined;

  constructor(config: NodeConfig, topic: string, maxBatchBytes: number) {
    this.#config = config;
    this.#topic = topic;
    this.#requestBytes = Math.min(REQUEST_BYTES, Math.floor(maxBatchBytes * SAFE_SHARE));
  }

  /** Takes the place and puts one record on the topic. Resolves with its offset. */
  take(record: Message): Promise<number> {
    this.release();
    return this.#limited(async () => {
      await this.#begin();
      return this.#commit([record]);
    });
  }

  /**
   * Puts records on the topic, all or none. Resolves, once they are committed, with the offset of the last one. After a
   * failure they may or may not get there until the place is taken again.
   */
  commit(records: readonly Message[]): Promise<number> {
    return this.#limited(() => this.#commit(records));
  }

  async #begin(): Promise<void> {
    this.#config = withNextBroker(this.#config);
    const quiet = { logLevel: logLevel.NOTHING, logCreator: silent };
    const kafka = new Kafka({ ...this.#config, ...quiet, retry: RETRY });
    this.#producer = kafka.producer({
      transactionalId: `ekiden-log-${this.#topic}`,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: RETRY,
    });
    await this.#producer.connect();
  }

  async #commit(records: readonly Message[]): Promise<number> {
    const producer = this.#producer;
    if (producer === undefined) throw new Error('nobody has begun to write');
    const transaction = await producer.transaction();
    let last = -1;
    for (const messages of inRequests(records, this.#requestBytes)) {
      const [metadata] = await transaction.send({ topic: this.#topic, acks: -1, messages });
      last = Number(metadata?.baseOffset) + messages.length - 1;
    }
    await transaction.commit();
    return last;
  }

  async #limited(attempt: () => Promise<number>): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no answer within ${ATTEMPT_LIMIT_MS / 1000} s`)),
        ATTEMPT_LIMIT_MS,
      );
    });
    try {
      return await Promise.race([attempt(), limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives the place up without waiting for brokers that may not answer. */
  release(): void {
    const producer = this.#producer;
    this.#producer = undefined;
    // Nothing depends on how it goes: the connections end in any case.
    producer?.disconnect().catch(() => undefined);
  }

  /** As {@link release}, but waits until the connections are closed. */
  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect();
  }
}

/** Records in their order, in portions of about so many bytes, none of them empty. */
function inRequests(records: readonly Message[], bytes: number): Message[][] {
  const requests: Message[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const added = sizeOf(record);
    if (size + added > bytes) {
      requests.push([]);
      size = 0;
    }
    requests.at(-1)?.push({ ...record, partition: 0 });
    size += added;
  }
  return requests;
}
