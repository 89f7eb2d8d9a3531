import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.js';
import { LocalClusterProcess } from './support/local-cluster-process.js';
import { signal, taskPids } from './support/processes.js';
import { Site } from './support/site.js';
import { ZooKeeperEnsemble } from './support/zookeeper-server.js';

const TASKS = 20;

let zooKeeper: ZooKeeperEnsemble;
let cluster: LocalClusterProcess;
let site: Site;
let frameworkId: string;

interface Task {
  readonly id: string;
  readonly state: string;
  readonly startedAt?: string;
}

async function tasks(): Promise<readonly Task[]> {
  const { body } = await site.api.get('/v2/apps/sleepers/tasks');
  return (body as { tasks: readonly Task[] }).tasks;
}

const idsOf = (list: readonly Task[]): string[] => list.map(({ id }) => id).toSorted();

/** Waits until so many tasks run, and the cluster has a process for each. */
async function running(count: number): Promise<readonly Task[]> {
  return eventually(
    async () => {
      const list = await tasks();
      const isRight = list.length === count && list.every(({ state }) => state === 'TASK_RUNNING');
      return isRight && Object.keys(taskPids(cluster.dataDir)).length === count ? list : undefined;
    },
    { what: `${count} running tasks` },
  );
}

/** Waits until a task has given way to another one. */
async function replaced(victim: string, count: number): Promise<readonly Task[]> {
  return eventually(
    async () => {
      const list = await running(count);
      return idsOf(list).includes(victim) ? undefined : list;
    },
    { what: `a task in the place of ${victim}` },
  );
}

async function scaleTo(instances: number): Promise<void> {
  const { status } = await site.api.put('/v2/apps/sleepers', { instances });
  expect(status).toBe(200);
}

/** Waits until Ekiden is subscribed with the master that leads, and the agents are back there. */
async function subscribedAt(master: number): Promise<void> {
  await eventually(
    async () => {
      if ((await cluster.leader()) !== master) return false;
      const { frameworks, activated_slaves: agents } = await cluster.state();
      const own = frameworks.find(({ id }) => id === frameworkId);
      return agents === 2 && own?.active === true && own.tasks.length > 0;
    },
    { what: `the subscription with master ${master}` },
  );
}

async function transitions(): Promise<number> {
  return (site.ekiden.output.match(/TASK_(?:LOST|FAILED|KILLED|GONE|UNREACHABLE|UNKNOWN|DROPPED)/g) ?? [])
    .length;
}

beforeAll(async () => {
  zooKeeper = await ZooKeeperEnsemble.start();
  const zk = `zk://${zooKeeper.connectString}/mesos`;
  cluster = await LocalClusterProcess.start({ zk, masters: 2, agents: 2 });
  site = await Site.start({ ownCluster: true, args: ['--master', zk] });
  const app = { id: '/sleepers', cmd: 'sleep 3600', cpus: 0.1, mem: 16, instances: TASKS };
  await site.api.post('/v2/apps', app);
  await running(TASKS);
  frameworkId = ((await site.api.get('/v2/info')).body as { frameworkId: string }).frameworkId;
});

afterAll(async () => {
  await site?.dispose();
  await cluster?.dispose();
  await zooKeeper?.dispose();
});

describe('the master fails over', () => {
  it('and Ekiden goes on with the next one: same tasks, same processes', async () => {
    const before = { tasks: await tasks(), pids: taskPids(cluster.dataDir), state: await cluster.state() };
    const first = await cluster.leader();
    await cluster.masters[first]!.kill();
    await subscribedAt(1 - first);
    expect((await cluster.state()).id).not.toBe(before.state.id);
    expect(await tasks()).toEqual(before.tasks);
    expect(taskPids(cluster.dataDir)).toEqual(before.pids);

    await scaleTo(TASKS + 2);
    const after = await running(TASKS + 2);
    expect(idsOf(after)).toEqual(expect.arrayContaining(idsOf(before.tasks)));
    expect(taskPids(cluster.dataDir)).toMatchObject(before.pids);
    expect(await transitions()).toBe(0);
  });

  it('and back again', async () => {
    const before = { tasks: await tasks(), pids: taskPids(cluster.dataDir) };
    const second = await cluster.leader();
    await cluster.masters[1 - second]!.start();
    await cluster.masters[second]!.kill();
    await subscribedAt(1 - second);
    expect(await tasks()).toEqual(before.tasks);
    expect(taskPids(cluster.dataDir)).toEqual(before.pids);
    const [victim] = idsOf(before.tasks);
    expect((await site.api.delete(`/v2/apps/sleepers/tasks/${victim}`)).status).toBe(200);
    const after = await replaced(victim!, before.tasks.length);
    expect(idsOf(after)).toEqual(expect.arrayContaining(idsOf(before.tasks).slice(1)));
  });

  it('and a task that ended while no master was there is replaced', async () => {
    const before = { tasks: await tasks(), pids: taskPids(cluster.dataDir) };
    const former = await cluster.leader();
    await cluster.masters[former]!.kill();
    const [victim] = idsOf(before.tasks);
    signal(before.pids[victim!]!, 'SIGKILL');
    await cluster.masters[1 - former]!.start();
    await subscribedAt(1 - former);
    const after = await replaced(victim!, before.tasks.length);
    expect(idsOf(after)).toEqual(expect.arrayContaining(idsOf(before.tasks).slice(1)));
  });

  it('also from a master that hangs, which does not come back as a second leader', async () => {
    const before = { tasks: await tasks(), pids: taskPids(cluster.dataDir) };
    const hung = await cluster.leader();
    await cluster.masters[1 - hung]!.start();
    cluster.masters[hung]!.freeze();
    try {
      await subscribedAt(1 - hung);
    } finally {
      cluster.masters[hung]!.thaw();
    }
    expect((await cluster.masters[hung]!.exited).code).toBe(1);
    expect(cluster.masters[hung]!.output).toContain('does not lead any more');
    expect(await tasks()).toEqual(before.tasks);
    expect(taskPids(cluster.dataDir)).toEqual(before.pids);
  });

  it('by the loss of ZooKeeper, and everything is found again when that is back', async () => {
    const before = { tasks: await tasks(), pids: taskPids(cluster.dataDir) };
    const leader = await cluster.leader();
    await zooKeeper.kill(0);
    // It cannot know whether another master leads by now.
    expect((await cluster.masters[leader]!.exited).code).toBe(1);
    expect(taskPids(cluster.dataDir)).toEqual(before.pids);
    expect((await site.api.get('/v2/apps/sleepers')).status).toBe(200);
    await zooKeeper.restart(0);
    await cluster.masters[leader]!.start();
    await subscribedAt(leader);
    expect(await tasks()).toEqual(before.tasks);
    expect(taskPids(cluster.dataDir)).toEqual(before.pids);
  });
});
