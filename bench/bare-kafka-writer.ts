/**
 * The peer of `cluster`: a bare program that puts records on a Kafka topic with the transactional producer of kafkajs
 * and does nothing else. Settings of topic and producer are those of the log (`libs/event-log/src/kafka`).
 *
 * A command is the very records that one creation has put on Ekiden's topic. So many clients give one command after the
 * other; all commands that wait when a transaction has been committed go into the next one. There is no limit to a
 * transaction, and as nothing stands between the clients and the producer, every one of them takes part in every
 * transaction: no group is bigger than these. Run as a process of its own: `bare-kafka-writer.js BROKERS TOPIC`.
 */
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
// Node finds some exports of this package only on its default.
import kafkajs, { type Message, type Producer } from 'kafkajs';
import type { Round } from './shots.js';

/** What the parent asks for first: the records of one command. */
export interface Template {
  readonly records: readonly Message[];
}

/** And then, again and again. */
export interface RoundRequest {
  readonly clients: number;
  readonly durationSeconds: number;
}

export interface BareRound extends Round {
  readonly transactionsPerSecond: number;
}

const RETRY = { initialRetryTime: 4, multiplier: 1.5, factor: 0.2, maxRetryTime: 500, retries: 24 };

/** Collects what arrives while a transaction is under way. */
class GroupingWriter {
  transactions = 0;
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #records: readonly Message[];
  #waiting: (() => void)[] = [];
  #isBusy = false;

  constructor(producer: Producer, topic: string, records: readonly Message[]) {
    this.#producer = producer;
    this.#topic = topic;
    this.#records = records;
  }

  /** Resolves when the records of a command are committed. */
  command(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isBusy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      const group = this.#waiting;
      this.#waiting = [];
      const messages = group.flatMap(() => this.#records.map((record) => ({ ...record, partition: 0 })));
      const transaction = await this.#producer.transaction();
      await transaction.send({ topic: this.#topic, acks: -1, messages });
      await transaction.commit();
      this.transactions += 1;
      for (const done of group) done();
      // Clients give their next command in the same turn.
      await nextTurn();
    }
    this.#isBusy = false;
  }
}

async function round(writer: GroupingWriter, { clients, durationSeconds }: RoundRequest): Promise<BareRound> {
  const latenciesMs: number[] = [];
  const before = writer.transactions;
  const startedMs = performance.now();
  const endMs = startedMs + durationSeconds * 1000;
  const client = async (): Promise<void> => {
    for (let askedMs = startedMs; askedMs < endMs;) {
      await writer.command();
      const nowMs = performance.now();
      latenciesMs.push(nowMs - askedMs);
      askedMs = nowMs;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - startedMs) / 1000;
  latenciesMs.sort((a, b) => a - b);
  const quantile = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0;
  return {
    requestsPerSecond: latenciesMs.length / seconds,
    transactionsPerSecond: (writer.transactions - before) / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}

async function prepareTopic(kafka: kafkajs.Kafka, topic: string): Promise<void> {
  const settings = {
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'unclean.leader.election.enable': 'false',
    'min.insync.replicas': '2',
    'max.message.bytes': String(64 * 1024 ** 2),
  };
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 3, configEntries }] });
  await admin.disconnect();
}

const [brokers = '', topic = ''] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({
  clientId: 'bare',
  brokers: brokers.split(','),
  logLevel: kafkajs.logLevel.NOTHING,
  connectionTimeout: 2_000,
  requestTimeout: 3_000,
  retry: RETRY,
});
await prepareTopic(kafka, topic);
const producer = kafka.producer({
  transactionalId: `bare-${topic}`,
  transactionTimeout: 30_000,
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  retry: RETRY,
});
await producer.connect();
process.send?.('ready');
const [{ records }] = (await once(process, 'message')) as [Template];
const writer = new GroupingWriter(producer, topic, records);
process.on('message', (request: RoundRequest) => {
  void round(writer, request).then((result) => process.send?.(result));
});
