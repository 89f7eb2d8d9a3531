import { afterEach, beforeEach, expect, it } from 'vitest';
import { startMuteBroker, type MuteBroker } from './mute-broker.fixture.js';
import { TopicWriter } from './topic-writer.js';

let broker: MuteBroker;

beforeEach(async () => {
  broker = await startMuteBroker();
});
afterEach(() => broker.close());

it('an attempt that was given up leaves no connection, and does not hold up the next one', async () => {
  const config = { brokers: [broker.address], requestTimeout: 20_000, connectionTimeout: 1_000 };
  const writer = new TopicWriter(config, 'log', { maxBatchBytes: 1e6, mayWrite: () => true });
  const record = { value: '{}' };
  await expect(writer.take(record)).rejects.toThrow('no answer within 6 s');
  await expect.poll(broker.connections).toBe(0);
  const second = writer.take(record);
  await expect.poll(broker.connections, { timeout: 5_000 }).toBe(1);
  writer.close();
  await expect(second).rejects.toThrow(/given up|not connected|Connection/i);
  await expect.poll(broker.connections).toBe(0);
}, 30_000);
