import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type zookeeperTypes from 'node-zookeeper-client';
import { afterEach, describe, expect, it } from 'vitest';
import { hasZooKeeper } from './support/real-services.js';
import { ZooKeeperEnsemble } from './support/zookeeper-server.js';

const zookeeper = createRequire(import.meta.url)('node-zookeeper-client') as typeof zookeeperTypes;

describe.runIf(hasZooKeeper)('real ZooKeeper servers', () => {
  const started: ZooKeeperEnsemble[] = [];
  afterEach(async () => {
    for (const ensemble of started.splice(0)) await ensemble.dispose();
  });

  async function start(size: number): Promise<ZooKeeperEnsemble> {
    const ensemble = await ZooKeeperEnsemble.start({ size });
    started.push(ensemble);
    return ensemble;
  }

  it('starts one that keeps its data over a kill', async () => {
    const ensemble = await start(1);
    expect(await ensemble.mode(0)).toBe('standalone');
    const path = await write(ensemble);
    await ensemble.kill(0);
    expect(await ensemble.mode(0)).toBe('none');
    await ensemble.restart(0);
    expect(await read(ensemble, path)).toBe('x');
  });

  it('grants sessions shorter than a second', async () => {
    const ensemble = await start(1);
    const client = await connected(ensemble, 600);
    expect(client.getSessionTimeout()).toBe(600);
    client.close();
  });

  it('survives the kill of any one of three, the leader first', async () => {
    const ensemble = await start(3);
    const path = await write(ensemble);
    const leader = await ensemble.leaderIndex();
    await ensemble.kill(leader);
    expect(await ensemble.leaderIndex()).not.toBe(leader);
    expect(await read(ensemble, path)).toBe('x');
    await ensemble.restart(leader);
    expect(await ensemble.mode(leader)).toBe('follower');
  });

  it('elects another while the leader is frozen', async () => {
    const ensemble = await start(3);
    const leader = await ensemble.leaderIndex();
    ensemble.freeze(leader);
    expect(await ensemble.leaderIndex()).not.toBe(leader);
    ensemble.thaw(leader);
    await write(ensemble);
  });

  it('comes back after all three were killed', async () => {
    const ensemble = await start(3);
    const path = await write(ensemble);
    await ensemble.killAll();
    await ensemble.restartAll();
    expect(await read(ensemble, path)).toBe('x');
  });
});

function connected(ensemble: ZooKeeperEnsemble, sessionTimeoutMs = 5000): Promise<zookeeperTypes.Client> {
  const client = zookeeper.createClient(ensemble.connectString, { sessionTimeout: sessionTimeoutMs });
  return new Promise((resolve) => {
    client.once('connected', () => resolve(client));
    client.connect();
  });
}

async function write(ensemble: ZooKeeperEnsemble): Promise<string> {
  const client = await connected(ensemble);
  const path = `/${randomUUID()}`;
  await new Promise<void>((resolve, reject) => {
    client.create(path, Buffer.from('x'), (error) => (error ? reject(error) : resolve()));
  });
  client.close();
  return path;
}

async function read(ensemble: ZooKeeperEnsemble, path: string): Promise<string> {
  const client = await connected(ensemble);
  const data = await new Promise<Buffer>((resolve, reject) => {
    client.getData(path, (error, value) => (error ? reject(error) : resolve(value)));
  });
  client.close();
  return data.toString();
}
