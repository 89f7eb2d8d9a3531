import { afterEach, beforeEach, expect, it } from 'vitest';
import { startMuteBroker, type MuteBroker } from './mute-broker.fixture.js';
import { TopicReader } from './topic-reader.js';

let broker: MuteBroker;

beforeEach(async () => {
  broker = await startMuteBroker();
});
afterEach(() => broker.close());

const NOBODY = {
  handle: async () => undefined,
  reachedEnd: () => undefined,
  troubled: () => undefined,
  failed: () => undefined,
};

it('a reader that is closed while it connects ends at once, and leaves no connection', async () => {
  const config = { brokers: [broker.address], requestTimeout: 20_000, connectionTimeout: 20_000 };
  const reader = new TopicReader(config, 'log', NOBODY);
  reader.start(() => 0);
  await expect.poll(broker.connections).toBe(1);
  await reader.close();
  await expect.poll(broker.connections).toBe(0);
}, 10_000);
