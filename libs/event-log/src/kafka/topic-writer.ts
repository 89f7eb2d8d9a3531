import { Kafka, logLevel, Partitioners, type Message, type Producer } from 'kafkajs';
import { silent } from './kafka-logger.js';
import { withNextBroker, type NodeConfig } from './kafka-options.js';
import { sizeOf } from './record.js';
import { SeverableSockets } from './severable-sockets.js';

/** A transaction that takes longer is ended by the brokers, so that readers do not wait for a writer that is gone. */
const TRANSACTION_TIMEOUT_MS = 30_000;

/** An attempt that takes longer is given up: a broker may have stopped without closing its connections. */
const ATTEMPT_LIMIT_MS = 6_000;

/** Bytes that go into one request; the requests of a transaction become visible together. */
const REQUEST_BYTES = 2 * 1024 ** 2;

/** Part of the longest batch that is used: the sizes are estimates. */
const SAFE_SHARE = 0.8;

/** To find a broker that answers. */
const CONNECT_RETRY = { retries: 3, initialRetryTime: 50, maxRetryTime: 500 };

/**
 * A transaction can begin only when the brokers have written the end of the one before, a few milliseconds after it was
 * confirmed; until then they ask to try again.
 */
const SEND_RETRY = { initialRetryTime: 4, multiplier: 1.5, factor: 0.2, maxRetryTime: 500, retries: 14 };

/** Every transaction ends with a record of the brokers' own, which takes an offset. */
const END_MARKERS = 1;

/**
 * Something is on the topic behind the last transaction of the one writer. It may be another end of that transaction,
 * which brokers write when one of them takes over from another; it may be another writer. Reading tells.
 */
class UnexpectedOffsetError extends Error {
  constructor(expected: number, found: number) {
    super(`the next record is at offset ${found} instead of ${expected}`);
  }
}

/** One producer from its begin to its end. */
interface Tenure {
  readonly producer: Producer;
  readonly sockets: SeverableSockets;
  /** Offset that the next transaction begins at; unknown before the first. */
  nextOffset: number | undefined;
}

/**
 * The one place from which a topic is written. Taking it fences whoever had it before: the brokers refuse what the
 * former writer still sends, and undo what it had not finished. There is one attempt at a time: of what was given up the
 * connections are severed, so that nothing of it reaches a broker any more.
 */
export class TopicWriter {
  #config: NodeConfig;
  readonly #topic: string;
  readonly #requestBytes: number;
  readonly #mayWrite: () => boolean;
  #tenure: Tenure | undefined;

  /** `mayWrite`: asked right before the place is taken, so that nobody takes it from a successor. */
  constructor(config: NodeConfig, topic: string, limits: { maxBatchBytes: number; mayWrite: () => boolean }) {
    this.#config = config;
    this.#topic = topic;
    this.#requestBytes = Math.min(REQUEST_BYTES, Math.floor(limits.maxBatchBytes * SAFE_SHARE));
    this.#mayWrite = limits.mayWrite;
  }

  /** Takes the place and puts one record on the topic. Resolves with its offset. */
  take(record: Message): Promise<number> {
    this.#release();
    return this.#limited(async () => {
      const tenure = this.#begin();
      await tenure.producer.connect();
      this.#assertCurrent(tenure);
      if (!this.#mayWrite()) throw new Error('this node may not write any more');
      return this.#commit(tenure, [record]);
    });
  }

  /**
   * Puts records on the topic, all or none. Resolves, once they are committed, with the offset of the last one. After a
   * failure they may or may not get there until the place is taken again.
   */
  commit(records: readonly Message[]): Promise<number> {
    const tenure = this.#tenure;
    if (tenure === undefined) return Promise.reject(new Error('nobody has begun to write'));
    return this.#limited(() => this.#commit(tenure, records));
  }

  /** Gives the place up. Nothing more of what is under way reaches a broker. */
  close(): void {
    this.#release();
  }

  #begin(): Tenure {
    this.#config = withNextBroker(this.#config);
    const sockets = new SeverableSockets();
    const kafka = new Kafka({
      ...this.#config,
      socketFactory: sockets.factory,
      logLevel: logLevel.NOTHING,
      logCreator: silent,
      retry: CONNECT_RETRY,
    });
    const producer = kafka.producer({
      transactionalId: `ekiden-log-${this.#topic}`,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: SEND_RETRY,
    });
    this.#tenure = { producer, sockets, nextOffset: undefined };
    return this.#tenure;
  }

  async #commit(tenure: Tenure, records: readonly Message[]): Promise<number> {
    const transaction = await tenure.producer.transaction();
    let next = tenure.nextOffset;
    for (const messages of inRequests(records, this.#requestBytes)) {
      this.#assertCurrent(tenure);
      const [metadata] = await transaction.send({ topic: this.#topic, acks: -1, messages });
      const first = offsetOf(metadata?.baseOffset);
      if (next !== undefined && first !== next) {
        // The next who takes the place ends it otherwise.
        await transaction.abort().catch(() => undefined);
        throw new UnexpectedOffsetError(next, first);
      }
      next = first + messages.length;
    }
    this.#assertCurrent(tenure);
    await transaction.commit();
    const last = (next ?? 0) - 1;
    tenure.nextOffset = last + 1 + END_MARKERS;
    return last;
  }

  /** What was given up must not go on in the place that another one has taken. */
  #assertCurrent(tenure: Tenure): void {
    if (tenure !== this.#tenure) throw new Error('the attempt was given up');
  }

  async #limited(attempt: () => Promise<number>): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#release();
        reject(new Error(`no answer within ${ATTEMPT_LIMIT_MS / 1000} s`));
      }, ATTEMPT_LIMIT_MS);
    });
    try {
      return await Promise.race([attempt(), limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  #release(): void {
    const tenure = this.#tenure;
    this.#tenure = undefined;
    tenure?.sockets.sever();
    // Nothing depends on how it goes: the connections are gone.
    tenure?.producer.disconnect().catch(() => undefined);
  }
}

/** The offset in a confirmation; one that has none does not confirm. */
function offsetOf(text: string | undefined): number {
  const offset = Number(text ?? -1);
  if (!Number.isSafeInteger(offset) || offset < 0) throw new Error(`the broker gave no offset but ${text}`);
  return offset;
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
