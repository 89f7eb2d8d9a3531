import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MasterNode, silentLogger, ZooKeeperElection } from '#local-cluster';
import type { MasterInfo } from '#mesos';
import { ZooKeeper } from '#zookeeper';
import { eventually } from './support/eventually.js';
import { temporaryDirectory } from './support/site.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { ZooKeeperEnsemble } from './support/zookeeper-server.js';

const SESSION_TIMEOUT_MS = 1_000;

/** One candidate, and what it was told. */
class Candidate {
  readonly leaders: (string | undefined)[] = [];
  losses = 0;

  private constructor(
    readonly id: string,
    readonly proxy: TcpProxy,
    readonly election: ZooKeeperElection,
  ) {}

  static async enter(id: string, credentials?: string): Promise<Candidate> {
    const proxy = await TcpProxy.start(ensemble.connectString);
    const address = { servers: [proxy.address], path, credentials };
    const settings = { address, sessionTimeoutMs: SESSION_TIMEOUT_MS, logger: silentLogger };
    const candidate = new Candidate(id, proxy, new ZooKeeperElection(settings));
    candidates.push(candidate);
    const info: MasterInfo = { id, address: { ip: '127.0.0.1', port: 5050 } };
    await candidate.election.enter(info, {
      onAnnounced: () => undefined,
      onLeader: (leader) => candidate.leaders.push(leader?.id),
      onLost: () => (candidate.losses += 1),
    });
    await eventually(async () => (await announced()).includes(id), { what: `the announcement of ${id}` });
    return candidate;
  }
}

let ensemble: ZooKeeperEnsemble;
let observer: ZooKeeper;
let path: string;
let paths = 0;
let candidates: Candidate[];

/** Ids of masters in the order of their numbers. */
async function announced(): Promise<string[]> {
  const names = await observer.children(path).catch(() => []);
  const infos = names
    .toSorted((left, right) => left.localeCompare(right))
    .map(async (name) => {
      const data = await observer.data(`${path}/${name}`).catch(() => Buffer.from('{}'));
      return (JSON.parse(data.toString()) as { id?: string }).id ?? '';
    });
  return Promise.all(infos);
}

beforeAll(async () => {
  ensemble = await ZooKeeperEnsemble.start();
  const address = { servers: [ensemble.connectString], credentials: undefined };
  observer = new ZooKeeper({ address, sessionTimeoutMs: 10_000 });
  await observer.connected(10_000);
});

beforeEach(() => {
  path = `/masters-${(paths += 1)}/deep`;
  candidates = [];
});

afterEach(async () => {
  for (const { election, proxy } of candidates) {
    await election.leave();
    await proxy.stop();
  }
});

afterAll(async () => {
  await observer?.close();
  await ensemble?.dispose();
});

describe('the election of a master', () => {
  it('is won by whoever came first, and by the next one as soon as that leaves', async () => {
    const first = await Candidate.enter('first');
    const second = await Candidate.enter('second');
    await eventually(() => second.leaders.at(-1) === 'first');
    await first.election.leave();
    await eventually(() => second.leaders.at(-1) === 'second');
    expect(await announced()).toEqual(['second']);
    expect([first.losses, second.losses]).toEqual([0, 0]);
  });

  it('is lost by a leader that does not see ZooKeeper, before anybody tells it', async () => {
    const first = await Candidate.enter('first');
    const second = await Candidate.enter('second');
    first.proxy.freeze();
    await eventually(() => first.losses > 0);
    await eventually(() => second.leaders.at(-1) === 'second');
    expect(second.losses).toBe(0);
  });

  it('survives a short loss of the connection', async () => {
    const first = await Candidate.enter('first');
    await eventually(() => first.leaders.at(-1) === 'first');
    first.proxy.cut();
    await eventually(() => first.proxy.connectionCount > 1 && first.proxy.openCount > 0);
    await new Promise((resolve) => void setTimeout(resolve, SESSION_TIMEOUT_MS * 1.5));
    expect([first.losses, first.leaders]).toEqual([0, ['first']]);
  });

  it('is entered again, behind the others, by whoever lost its session', async () => {
    await Candidate.enter('first');
    const second = await Candidate.enter('second');
    second.proxy.freeze();
    await eventually(async () => (await announced()).length === 1);
    await Candidate.enter('third');
    second.proxy.thaw();
    await eventually(async () => (await announced()).length === 3);
    expect(await announced()).toEqual(['first', 'third', 'second']);
    expect(second.leaders.at(-1)).toBe('first');
  });

  it('keeps strangers out where there are credentials', async () => {
    const first = await Candidate.enter('first', 'mesos:hush');
    await eventually(() => first.leaders.at(-1) === 'first');
    const [node] = await observer.children(path);
    await expect(observer.remove(`${path}/${node}`)).rejects.toThrow('NO_AUTH');
    await expect(observer.create(`${path}/json.info_0000000000`)).rejects.toThrow(/NO_AUTH|NODE_EXISTS/);
  });
});

it('a master announces what Mesos masters announce', async () => {
  const address = { servers: [ensemble.connectString], path, credentials: undefined };
  const node = await MasterNode.start({
    master: { workDir: temporaryDirectory(), port: 0, hostname: 'localhost' },
    election: new ZooKeeperElection({ address, sessionTimeoutMs: 10_000, logger: silentLogger }),
    logger: silentLogger,
    onLost: () => undefined,
  });
  try {
    await eventually(() => node.isLeading, { what: 'the lead' });
    const [name] = await observer.children(path);
    expect(name).toBe('json.info_0000000000');
    const port = Number(new URL(node.url).port);
    const info = JSON.parse((await observer.data(`${path}/${name}`)).toString()) as MasterInfo;
    expect(info).toMatchObject({
      ip: 16_777_343,
      port,
      pid: `master@127.0.0.1:${port}`,
      hostname: 'localhost',
      version: '1.12.0',
      address: { hostname: 'localhost', ip: '127.0.0.1', port },
      capabilities: [{ type: 'AGENT_UPDATE' }, { type: 'AGENT_DRAINING' }, { type: 'QUOTA_V2' }],
    });
    const state = (await (await fetch(`${node.url}/state`)).json()) as { id: string };
    expect(state.id).toBe(info.id);
  } finally {
    await node.stop();
  }
  expect(await observer.children(path)).toEqual([]);
});
