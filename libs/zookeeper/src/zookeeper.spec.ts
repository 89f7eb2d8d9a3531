import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { hasZooKeeper } from '../../../test/support/real-services.js';
import { ZooKeeperEnsemble } from '../../../test/support/zookeeper-server.js';
import { CREATOR_ALL_WORLD_READ } from './acl.js';
import { recordChanges, until } from './changes.fixture.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { ZooKeeper, type ZooKeeperOptions } from './zookeeper.js';

const SESSION_TIMEOUT_MS = 1_500;

describe.runIf(hasZooKeeper)('ZooKeeper', () => {
  let server: ZooKeeperEnsemble;
  let proxy: TcpProxy;
  let root: string;
  let counter = 0;
  const open = new Set<ZooKeeper>();

  beforeAll(async () => {
    server = await ZooKeeperEnsemble.start();
  });
  afterAll(() => server.dispose());

  beforeEach(async () => {
    proxy = await TcpProxy.start(server.connectString);
    root = `/test-${(counter += 1)}`;
  });
  afterEach(async () => {
    await Promise.all([...open].map((zookeeper) => zookeeper.close()));
    open.clear();
    await proxy.stop();
  });

  /** Through the proxy unless `servers` says otherwise. */
  function connect(
    options: { servers?: string[]; credentials?: string } & Partial<ZooKeeperOptions> = {},
  ): ZooKeeper {
    const { servers = [proxy.address], credentials, ...rest } = options;
    const zookeeper = new ZooKeeper({
      address: { servers, credentials },
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      ...rest,
    });
    open.add(zookeeper);
    return zookeeper;
  }

  async function connected(options: Parameters<typeof connect>[0] = {}): Promise<ZooKeeper> {
    const zookeeper = connect(options);
    await zookeeper.connected(10_000);
    return zookeeper;
  }

  const direct = (): Promise<ZooKeeper> => connected({ servers: [server.connectString] });

  describe('requests', () => {
    it('creates, reads, changes and removes nodes', async () => {
      const zookeeper = await connected();
      await zookeeper.mkdirp(`${root}/a/b`);
      await zookeeper.mkdirp(`${root}/a/b`);
      await zookeeper.create(`${root}/a/c`, { data: Buffer.from('one') });
      expect((await zookeeper.children(`${root}/a`)).toSorted()).toEqual(['b', 'c']);
      expect(String(await zookeeper.data(`${root}/a/c`))).toBe('one');
      expect(await zookeeper.data(`${root}/a/b`)).toHaveLength(0);
      await zookeeper.setData(`${root}/a/c`, Buffer.from('two'));
      expect(String(await zookeeper.data(`${root}/a/c`))).toBe('two');
      expect(await zookeeper.exists(`${root}/a/c`)).toEqual({
        version: 1,
        childrenCount: 0,
        ephemeralOwner: undefined,
      });
      expect(await zookeeper.check(`${root}/a/c`)).toBe(true);
      expect(await zookeeper.remove(`${root}/a/c`)).toBe(true);
      expect(await zookeeper.remove(`${root}/a/c`)).toBe(false);
      expect(await zookeeper.check(`${root}/a/c`)).toBe(false);
      expect(await zookeeper.exists(`${root}/a/c`)).toBeUndefined();
    });

    it('fails with a code and the name of the node', async () => {
      const zookeeper = await connected();
      await expect(zookeeper.children(`${root}/nothing`)).rejects.toMatchObject({ code: 'NO_NODE' });
      await expect(zookeeper.data(`${root}/nothing`)).rejects.toThrow(`data of ${root}/nothing: NO_NODE`);
      await expect(zookeeper.create(`${root}/nothing/child`)).rejects.toMatchObject({ code: 'NO_NODE' });
      await zookeeper.create(root);
      await expect(zookeeper.create(root)).rejects.toMatchObject({ code: 'NODE_EXISTS' });
      await zookeeper.create(`${root}/child`);
      await expect(zookeeper.remove(root)).rejects.toMatchObject({ code: 'NOT_EMPTY' });
      await expect(zookeeper.children('no path')).rejects.toMatchObject({ code: 'BAD_ARGUMENTS' });
    });

    it('fails at once without a connection', async () => {
      const zookeeper = connect();
      await expect(zookeeper.children('/')).rejects.toMatchObject({ code: 'CONNECTION_LOSS' });
      await zookeeper.close();
      await expect(zookeeper.children('/')).rejects.toMatchObject({ code: 'CLOSED' });
      await expect(zookeeper.connected(1)).rejects.toMatchObject({ code: 'CLOSED' });
    });

    it('fails requests on their way when the connection is cut', async () => {
      const zookeeper = await connected();
      proxy.freeze();
      const request = zookeeper.children('/');
      proxy.cut();
      await expect(request).rejects.toMatchObject({ code: 'CONNECTION_LOSS' });
    });

    it('knows when a server answered last', async () => {
      let nowMs = 1_000;
      const zookeeper = await connected({ clock: () => ({ monotonicMs: nowMs, wallMs: nowMs }) });
      expect(zookeeper.lastContactMs).toBe(1_000);
      nowMs = 1_100;
      await zookeeper.children('/');
      expect(zookeeper.lastContactMs).toBe(1_100);
    });
  });

  describe('watches', () => {
    it('tell once of a change', async () => {
      const zookeeper = await connected();
      const other = await direct();
      await zookeeper.create(root);
      let calls = 0;
      await zookeeper.children(root, () => (calls += 1));
      await other.create(`${root}/a`);
      await until(() => calls === 1);
      await other.create(`${root}/b`);
      await zookeeper.check(root);
      expect(calls).toBe(1);
    });

    it('tell of a node that comes', async () => {
      const zookeeper = await connected();
      const told = new Promise((resolve) => {
        void zookeeper.exists(root, () => resolve('told')).then(async () => (await direct()).create(root));
      });
      expect(await told).toBe('told');
    });

    it('tell of what happened while the connection was lost', async () => {
      const zookeeper = await connected();
      const changes = recordChanges(zookeeper);
      const other = await direct();
      await zookeeper.create(root);
      let calls = 0;
      await zookeeper.children(root, () => (calls += 1));
      proxy.freeze();
      proxy.cut();
      await other.create(`${root}/a`);
      proxy.thaw();
      await until(() => calls === 1);
      expect(changes).toEqual(['suspended', 'connected again']);
    });
  });

  describe('ephemeral sequential nodes', () => {
    it('are numbered, belong to the session, and go when it is closed', async () => {
      const zookeeper = await connected();
      const other = await direct();
      await zookeeper.create(root);
      const first = await zookeeper.createEphemeralSequential(`${root}/n_`, { data: Buffer.from('x') });
      const second = await zookeeper.createEphemeralSequential(`${root}/n_`);
      expect([first, second]).toEqual([`${root}/n_0000000000`, `${root}/n_0000000001`]);
      expect((await other.exists(first))?.ephemeralOwner).toBe(zookeeper.session?.id);
      await zookeeper.close();
      expect(await other.children(root)).toEqual([]);
    });

    it('are created once when the answer is lost', async () => {
      const zookeeper = await connected();
      const other = await direct();
      await zookeeper.create(root);
      const before = await zookeeper.createEphemeralSequential(`${root}/n_`);
      proxy.loseNextAnswer();
      const created = await zookeeper.createEphemeralSequential(`${root}/n_`);
      expect(created).toBe(`${root}/n_0000000001`);
      expect((await other.children(root)).map((name) => `${root}/${name}`).toSorted()).toEqual([
        before,
        created,
      ]);
    });

    it('are created when the request itself is lost', async () => {
      const zookeeper = await connected();
      await zookeeper.create(root);
      proxy.freeze();
      const creation = zookeeper.createEphemeralSequential(`${root}/n_`);
      proxy.cut();
      proxy.thaw();
      expect(await creation).toBe(`${root}/n_0000000000`);
      expect(await zookeeper.children(root)).toHaveLength(1);
    });

    it('are not created in a later session', async () => {
      const zookeeper = await connected();
      await zookeeper.create(root);
      proxy.freeze();
      const creation = zookeeper.createEphemeralSequential(`${root}/n_`);
      const failure = creation.catch((error: unknown) => error);
      await delay(SESSION_TIMEOUT_MS + 1_000);
      proxy.cut();
      proxy.thaw();
      expect(await failure).toMatchObject({ code: 'SESSION_EXPIRED' });
      await zookeeper.connected(10_000);
      expect(await zookeeper.children(root)).toEqual([]);
    });
  });

  describe('connections', () => {
    it('come again by themselves', async () => {
      const zookeeper = await connected();
      const changes = recordChanges(zookeeper);
      const { id } = zookeeper.session!;
      proxy.cut();
      await until(() => changes.includes('connected again'));
      expect(zookeeper.session?.id).toBe(id);
      expect(changes).toEqual(['suspended', 'connected again']);
    });

    it('go to another server when one falls silent', async () => {
      const second = await TcpProxy.start(server.connectString);
      const proxies = [proxy, second];
      const zookeeper = await connected({ servers: proxies.map(({ address }) => address) });
      const changes = recordChanges(zookeeper);
      const { id } = zookeeper.session!;
      const startedMs = performance.now();
      proxies.find(({ openCount }) => openCount === 1)!.freeze();
      await until(() => changes.includes('connected again'));
      expect(performance.now() - startedMs).toBeLessThan(SESSION_TIMEOUT_MS);
      expect(zookeeper.session?.id).toBe(id);
      await zookeeper.close();
      await second.stop();
    });

    it('pass over a server that takes connections and says nothing', async () => {
      const silent = await TcpProxy.start(server.connectString);
      silent.freeze();
      const zookeeper = await connected({ servers: [proxy.address, silent.address] });
      const second = await connected({ servers: [silent.address, proxy.address] });
      expect([zookeeper.isConnected, second.isConnected]).toEqual([true, true]);
      await Promise.all([zookeeper.close(), second.close(), silent.stop()]);
    });

    it('stay as they are while nothing is asked', async () => {
      const zookeeper = await connected();
      const changes = recordChanges(zookeeper);
      await delay(2 * SESSION_TIMEOUT_MS);
      expect(changes).toEqual([]);
      expect(proxy.connectionCount).toBe(1);
    });

    it('get a new session when the old one expired', async () => {
      const zookeeper = await connected();
      const changes = recordChanges(zookeeper);
      const { id } = zookeeper.session!;
      proxy.freeze();
      await delay(SESSION_TIMEOUT_MS + 1_000);
      proxy.cut();
      proxy.thaw();
      await until(() => changes.includes('connected new'));
      expect(changes).toEqual(['suspended', 'expired', 'connected new']);
      expect(zookeeper.session?.id).not.toBe(id);
      expect(await zookeeper.children('/')).toContain('zookeeper');
    });

    it('reach servers by IPv6', async () => {
      const v6 = await TcpProxy.start(server.connectString, '::1').catch(() => undefined);
      if (v6 === undefined) return;
      const zookeeper = await connected({ servers: [`[::1]:${v6.port}`] });
      expect(await zookeeper.children('/')).toContain('zookeeper');
      await zookeeper.close();
      await v6.stop();
    });

    it('are given up after the time that the caller has', async () => {
      const zookeeper = connect({ servers: ['127.0.0.1:1'] });
      await expect(zookeeper.connected(300)).rejects.toThrow('no connection to 127.0.0.1:1 within 300 ms');
      await zookeeper.close();
      await zookeeper.close();
    });
  });

  describe('credentials', () => {
    it('are sent on every connection, before any request', async () => {
      const zookeeper = await connected({ credentials: 'user:p@ss:word' });
      const changes = recordChanges(zookeeper);
      await zookeeper.create(root, { access: CREATOR_ALL_WORLD_READ });
      proxy.cut();
      const written = new Promise<void>((resolve, reject) => {
        zookeeper.onChange(({ kind }) => {
          if (kind === 'connected') zookeeper.create(`${root}/again`).then(resolve, reject);
        });
      });
      await written;
      expect(changes).toEqual(['suspended', 'connected again']);
    });

    it('keep others from writing, not from reading', async () => {
      const owner = await connected({ credentials: 'user:secret' });
      await owner.create(root, { access: CREATOR_ALL_WORLD_READ, data: Buffer.from('x') });
      for (const stranger of [await direct(), await connected({ credentials: 'user:other' })]) {
        expect(String(await stranger.data(root))).toBe('x');
        expect(await stranger.check(root)).toBe(true);
        await expect(stranger.create(`${root}/a`)).rejects.toMatchObject({ code: 'NO_AUTH' });
      }
    });
  });
});
