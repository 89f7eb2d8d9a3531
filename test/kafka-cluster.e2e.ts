import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import { KafkaCluster } from './support/kafka-cluster.js';
import { hasKafka, type KafkaLine } from './support/real-services.js';

const LINES: KafkaLine[] = ['3.9', '4'];

describe.runIf(hasKafka)('real Kafka brokers', () => {
  const started: KafkaCluster[] = [];
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
    for (const cluster of started.splice(0)) await cluster.dispose();
  });

  async function start(line: KafkaLine, size: number): Promise<{ cluster: KafkaCluster; kafka: Kafka }> {
    const cluster = await KafkaCluster.start({ line, size });
    started.push(cluster);
    const kafka = new Kafka({ brokers: cluster.brokers, logLevel: logLevel.NOTHING });
    return { cluster, kafka };
  }

  async function transactionalProducer(kafka: Kafka): Promise<Producer> {
    const producer = kafka.producer({ transactionalId: 'writer', idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    closers.push(() => producer.disconnect());
    return producer;
  }

  /** Reads the topic from its beginning until the value came. */
  async function valuesUntil(kafka: Kafka, last: string): Promise<string[]> {
    const consumer = kafka.consumer({ groupId: `reader-${Math.random()}`, readUncommitted: false });
    closers.push(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic: 'log', fromBeginning: true });
    const values: string[] = [];
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ message }) => {
            values.push(message.value!.toString());
            if (values.at(-1) === last) resolve();
          },
        })
        .catch(reject);
    });
    return values;
  }

  it.each(LINES)('%s: reads what was committed, and not what was aborted, over a kill', async (line) => {
    const { cluster, kafka } = await start(line, 1);
    await cluster.createTopic('log');
    const producer = await transactionalProducer(kafka);
    await commit(producer, 'a', 'b');
    const aborted = await producer.transaction();
    await aborted.send({ topic: 'log', acks: -1, messages: [{ value: 'never' }] });
    await aborted.abort();
    await cluster.kill(0);
    await cluster.restart(0);
    await commit(producer, 'c');
    expect(await valuesUntil(kafka, 'c')).toEqual(['a', 'b', 'c']);
  });

  it.each(LINES)('%s: goes on with two of three, and brings the third up to date', async (line) => {
    const { cluster, kafka } = await start(line, 3);
    await cluster.createTopic('log');
    const producer = await transactionalProducer(kafka);
    await commit(producer, 'a');
    await cluster.inSync('log');
    const leader = await cluster.leaderIndex('log');
    await cluster.kill(leader);
    const killedMs = performance.now();
    await commit(producer, 'b');
    expect(performance.now() - killedMs).toBeLessThan(20_000);
    expect(await cluster.leaderIndex('log')).not.toBe(leader);
    await cluster.restart(leader);
    await cluster.inSync('log');
    expect(await valuesUntil(kafka, 'b')).toEqual(['a', 'b']);
  });
});

async function commit(producer: Producer, ...values: string[]): Promise<void> {
  const transaction = await producer.transaction();
  await transaction.send({ topic: 'log', acks: -1, messages: values.map((value) => ({ value })) });
  await transaction.commit();
}
