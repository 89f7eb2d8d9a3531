import { afterEach, describe, expect, it } from 'vitest';

import { recordChanges, until } from './changes.fixture.js';
import { errorReply, ServerDouble } from './server-double.fixture.js';
import { ZooKeeper } from './zookeeper.js';

const NO_NODE = -101;
const SESSION_MOVED = -118;
const AUTH_FAILED = -115;
const AUTH_XID = -4;

describe('a client of a server that misbehaves', () => {
  let zookeeper: ZooKeeper | undefined;
  let server: ServerDouble;

  afterEach(async () => {
    await server.stop();
    await zookeeper?.close();
  });

  async function connect(
    answer: Parameters<typeof ServerDouble.start>[0],
    credentials?: string,
  ): Promise<ZooKeeper> {
    server = await ServerDouble.start(answer);
    const address = { servers: [server.address], credentials };
    zookeeper = new ZooKeeper({ address, sessionTimeoutMs: 2_000 });
    await zookeeper.connected(5_000);
    return zookeeper;
  }

  it('connects again after an error code that it does not know', async () => {
    const client = await connect((socket, xid, connection) =>
      socket.write(errorReply(xid, connection === 1 ? SESSION_MOVED : NO_NODE)),
    );
    const changes = recordChanges(client);
    await expect(client.children('/a')).rejects.toMatchObject({ code: 'CONNECTION_LOSS' });
    await until(() => changes.includes('connected again'));
    await expect(client.children('/a')).rejects.toMatchObject({ code: 'NO_NODE' });
  });

  it('does not read the rest of a broken connection into the next one', async () => {
    const client = await connect((socket, xid, connection) => {
      const reply = errorReply(xid, NO_NODE);
      if (connection === 1) socket.end(reply.subarray(0, 10));
      else socket.write(reply);
    });
    const changes = recordChanges(client);
    await expect(client.children('/a')).rejects.toMatchObject({ code: 'CONNECTION_LOSS' });
    await until(() => changes.includes('connected again'));
    await expect(client.children('/a')).rejects.toMatchObject({ code: 'NO_NODE' });
    expect(server.connectionCount).toBe(2);
  });

  it('asks for a new session when its credentials are refused', async () => {
    const client = await connect((socket, xid, connection) => {
      if (xid === AUTH_XID && connection > 1) return;
      socket.write(errorReply(xid, xid === AUTH_XID ? AUTH_FAILED : NO_NODE));
    }, 'user:secret');
    const changes = recordChanges(client);
    await until(() => changes.includes('connected new'));
    expect(changes).toEqual(['expired', 'connected new']);
  });

  it('is closed within two seconds by a server that does not answer', async () => {
    const client = await connect(() => {});
    const startedMs = performance.now();
    const failure = client.children('/a').catch((error: unknown) => error);
    await client.close();
    expect(await failure).toMatchObject({ code: 'CLOSED' });
    expect(performance.now() - startedMs).toBeLessThan(2_500);
  });

  it('does not connect again and again without a pause when every connection is cut at once', async () => {
    const client = await connect((socket) => socket.destroy());
    const endMs = performance.now() + 1_000;
    client.onChange(({ kind }) => {
      if (kind === 'connected') client.children('/').catch(() => {});
    });
    client.children('/').catch(() => {});
    await until(() => performance.now() > endMs);
    expect(server.connectionCount).toBeLessThan(60);
  });
});
