import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TopicWriter } from './topic-writer.js';

let server: Server;
let broker: string;
const connections = new Set<Socket>();

/** Takes connections and never answers, as a broker that was stopped does. */
beforeEach(async () => {
  server = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket)).on('error', () => undefined);
    socket.resume();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  broker = `127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterEach(() => server.close());

it('an attempt that was given up leaves no connection, and does not hold up the next one', async () => {
  const config = { brokers: [broker], requestTimeout: 20_000, connectionTimeout: 1_000 };
  const writer = new TopicWriter(config, 'log', { maxBatchBytes: 1e6, mayWrite: () => true });
  const record = { value: '{}' };
  await expect(writer.take(record)).rejects.toThrow('no answer within 6 s');
  await expect.poll(() => connections.size).toBe(0);
  const second = writer.take(record);
  await expect.poll(() => connections.size, { timeout: 5_000 }).toBe(1);
  writer.close();
  await expect(second).rejects.toThrow(/given up|not connected|Connection/i);
  await expect.poll(() => connections.size).toBe(0);
}, 30_000);
