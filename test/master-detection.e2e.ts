import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ZooKeeperDetector, type Logger, type MasterInfo } from '#mesos';
import { CREATOR_ALL_WORLD_READ, ZooKeeper } from '#zookeeper';
import { eventually } from './support/eventually.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { ZooKeeperEnsemble } from './support/zookeeper-server.js';

const SESSION_TIMEOUT_MS = 1_000;
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

let ensemble: ZooKeeperEnsemble;
let proxy: TcpProxy;
/** In the place of the masters. */
let masters: ZooKeeper;
let path: string;
let paths = 0;
let stopping: AbortController;
let leaders: string[];

function info(port: number): MasterInfo {
  return {
    id: `master-${port}`,
    version: '1.11.0',
    address: { ip: '127.0.0.1', hostname: 'localhost', port },
  };
}

function announce(port: number): Promise<string> {
  const data = Buffer.from(JSON.stringify(info(port)));
  return masters.createEphemeralSequential(`${path}/json.info_`, { data });
}

function detect(detector: ZooKeeperDetector): Promise<string> {
  return detector.detect(stopping.signal).then(({ host }) => host);
}

function createDetector(changes: { credentials?: string; logger?: Logger } = {}): ZooKeeperDetector {
  const { credentials, logger = silent } = changes;
  const address = { servers: [proxy.address], path, credentials };
  const detector = new ZooKeeperDetector({ address, sessionTimeoutMs: SESSION_TIMEOUT_MS, logger });
  detector.onLeaderChange(({ host }) => leaders.push(host));
  return detector;
}

/** Whether a question has an answer already. */
function isPending(question: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    question.then(() => false),
    new Promise<boolean>((resolve) => void setTimeout(() => resolve(true), 100)),
  ]);
}

beforeAll(async () => {
  ensemble = await ZooKeeperEnsemble.start();
});

beforeEach(async () => {
  path = `/mesos-${(paths += 1)}`;
  stopping = new AbortController();
  leaders = [];
  proxy = await TcpProxy.start(ensemble.connectString);
  const address = { servers: [ensemble.connectString], credentials: undefined };
  masters = new ZooKeeper({ address, sessionTimeoutMs: 10_000 });
  await masters.connected(10_000);
});

afterEach(async () => {
  stopping.abort();
  await masters.close();
  await proxy.stop();
});

afterAll(() => ensemble?.dispose());

describe('masters in ZooKeeper', () => {
  it('are found through the smallest number; others that come and go change nothing', async () => {
    await masters.mkdirp(`${path}/log_replicas`);
    const first = await announce(1);
    await announce(2);
    const detector = createDetector();
    expect(await detect(detector)).toBe('127.0.0.1:1');
    const third = await announce(3);
    await masters.remove(third);
    await announce(4);
    await masters.remove(first);
    await eventually(() => leaders.includes('127.0.0.1:2'));
    expect(leaders).toEqual(['127.0.0.1:1', '127.0.0.1:2']);
    expect(await detect(detector)).toBe('127.0.0.1:2');
  });

  it('are waited for, before there is a path and after the last one went', async () => {
    const detector = createDetector();
    const question = detect(detector);
    expect(await isPending(question)).toBe(true);
    await masters.mkdirp(path);
    expect(await isPending(question)).toBe(true);
    const node = await announce(1);
    expect(await question).toBe('127.0.0.1:1');
    await masters.remove(node);
    await eventually(async () => await isPending(detect(detector)));
    const next = detect(detector);
    expect(await isPending(next)).toBe(true);
    await announce(2);
    expect(await next).toBe('127.0.0.1:2');
  });

  it('stay what they were while ZooKeeper is away', async () => {
    await masters.mkdirp(path);
    await announce(1);
    const detector = createDetector();
    await detect(detector);
    proxy.cut();
    expect(await detect(detector)).toBe('127.0.0.1:1');
    await ensemble.kill(0);
    expect(await detect(detector)).toBe('127.0.0.1:1');
    await ensemble.restart(0);
    await eventually(() => proxy.openCount > 0 && masters.isConnected);
    const [node] = await masters.children(path);
    await announce(2);
    await masters.remove(`${path}/${node}`);
    await eventually(() => leaders.at(-1) === '127.0.0.1:2');
    expect(leaders).toEqual(['127.0.0.1:1', '127.0.0.1:2']);
  });

  it('are read anew when the session has expired', async () => {
    await masters.mkdirp(path);
    const first = await announce(1);
    const detector = createDetector();
    await detect(detector);
    proxy.freeze();
    await masters.remove(first);
    await announce(2);
    await new Promise((resolve) => void setTimeout(resolve, SESSION_TIMEOUT_MS * 2));
    expect(leaders).toEqual(['127.0.0.1:1']);
    proxy.thaw();
    await eventually(() => leaders.at(-1) === '127.0.0.1:2');
    expect(await detect(detector)).toBe('127.0.0.1:2');
  });

  it('that say what nobody understands are no leaders, and that is said', async () => {
    await masters.mkdirp(path);
    const odd = await masters.createEphemeralSequential(`${path}/json.info_`, { data: Buffer.from('odd') });
    await announce(2);
    const messages: string[] = [];
    const logger = { ...silent, error: (_: object, message: string) => void messages.push(message) };
    const question = detect(createDetector({ logger }));
    await eventually(() => messages.includes('a master announces what cannot be read'));
    expect(await isPending(question)).toBe(true);
    await masters.remove(odd);
    expect(await question).toBe('127.0.0.1:2');
  });

  it('may want a login', async () => {
    const address = { servers: [ensemble.connectString], credentials: 'mesos:hush' };
    const owner = new ZooKeeper({ address, sessionTimeoutMs: 10_000 });
    await owner.connected(10_000);
    const [all] = CREATOR_ALL_WORLD_READ;
    await owner.mkdirp(path, [all!]);
    const data = Buffer.from(JSON.stringify(info(7)));
    await owner.createEphemeralSequential(`${path}/json.info_`, { data, access: [all!] });
    const messages: string[] = [];
    const logger = { ...silent, error: ({ error }: { error?: string }) => void messages.push(error ?? '') };
    const stranger = detect(createDetector({ logger }));
    await eventually(() => messages.some((message) => message.includes('NO_AUTH')));
    expect(await isPending(stranger)).toBe(true);
    expect(await detect(createDetector({ credentials: 'mesos:hush' }))).toBe('127.0.0.1:7');
    stranger.catch(() => undefined);
    await owner.close();
  });
});

it('a detector is connected only while somebody asks', async () => {
  const detector = createDetector();
  expect(proxy.connectionCount).toBe(0);
  const question = detector.detect(stopping.signal);
  const other = new AbortController();
  const second = detector.detect(other.signal);
  await eventually(() => proxy.openCount > 0);
  other.abort();
  await expect(second).rejects.toThrow('aborted');
  expect(proxy.openCount).toBe(1);
  stopping.abort();
  await expect(question).rejects.toThrow('aborted');
  await eventually(() => proxy.openCount === 0);
  stopping = new AbortController();
  await masters.mkdirp(path);
  await announce(1);
  expect(await detect(detector)).toBe('127.0.0.1:1');
});
