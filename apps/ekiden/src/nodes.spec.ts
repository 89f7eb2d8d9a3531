import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp, Nodes, readApp, request, until } from './nodes.fixture.js';

let nodes: Nodes;
beforeEach(() => {
  nodes = new Nodes();
});
afterEach(() => nodes.stop());

/** A leader and a node that stands by. */
async function pair() {
  const leader = await nodes.start();
  const standby = await nodes.start();
  await until(async () => (await request('GET', `${standby.url}/ready`)).status === 200);
  return { leader, standby };
}

const leaders = async (): Promise<number> => (await nodes.events('LeadershipAcquired')).length;

describe('nodes of one cluster', () => {
  it('take commands on any of them, and show them on all at once', async () => {
    const { leader, standby } = await pair();
    expect((await createApp(standby, 'one')).status).toBe(201);
    expect((await readApp(leader, 'one')).status).toBe(200);
    expect((await createApp(leader, 'two')).status).toBe(201);
    expect((await readApp(standby, 'two')).status).toBe(200);
    expect(await leaders()).toBe(1);
  });

  it('say on the log which cluster they are', async () => {
    await pair();
    expect((await nodes.events('LeadershipAcquired'))[0]?.data).toMatchObject({
      frameworkName: 'marathon',
      electionPath: '/marathon/ekiden/leader',
    });
  });

  it('that serve the API alone never lead', async () => {
    const leader = await nodes.start();
    const api = await nodes.start('--roles', 'api');
    expect((await createApp(api, 'one')).status).toBe(201);
    expect((await readApp(api, 'one')).status).toBe(200);
    leader.candidate.lose('session');
    await until(() => leader.end() !== undefined);
    expect(nodes.election.leader).toBeUndefined();
    expect((await readApp(api, 'one')).headers.get('x-ekiden-stale')).not.toBeNull();
  });

  it.each([
    [['--framework_name', 'other'], /framework name is 'other', that of the cluster is 'marathon'/],
    [
      ['--zk', 'zk://z/elsewhere'],
      /in ZooKeeper is '\/elsewhere\/ekiden\/leader', that of the cluster is '\/marathon\/ekiden\/leader'/,
    ],
    [['--roles', 'api', '--election_path', '/x'], /is '\/x', that of the cluster is/],
  ])('do not take in one with %j', async (flags, message) => {
    await pair();
    await expect(nodes.start(...flags)).rejects.toMatchObject({ name: 'WrongClusterError', message });
  });

  it.each([[[]], [['--roles', 'api']]])('do not take in one with another log %j', async (flags) => {
    await pair();
    await expect(nodes.start('--event_log', 'kafka://b1/other', ...flags)).rejects.toMatchObject({
      name: 'WrongClusterError',
      message: expect.stringMatching(
        /`--event_log` is `kafka:\/\/other` here and `kafka:\/\/ekiden` at the leader/,
      ),
    });
  });

  it('lose one with another log as soon as it hears of it', async () => {
    await nodes.start();
    nodes.election.isHidden = true;
    const other = await nodes.start('--event_log', 'kafka://b1/other');
    nodes.election.isHidden = false;
    const heard = () => other.end() !== undefined;
    await until(async () => heard() || (await readApp(other, 'one').catch(() => undefined), heard()));
    expect(other.end()).toMatchObject({ exitCode: 112, message: expect.stringContaining('--event_log') });
  });

  it('may change name and path after a term without an election', async () => {
    const { leader, standby } = await pair();
    for (const node of [leader, standby]) await node.ekiden.stop({ keepTasks: true });
    nodes.election.leader = undefined;
    const alone = await nodes.start('--disable_ha', '--framework_name', 'other');
    await alone.ekiden.stop({ keepTasks: true });
    const flags = ['--framework_name', 'other', '--zk', 'zk://z/elsewhere'];
    expect((await createApp(await nodes.start(...flags), 'one')).status).toBe(201);
  });
});

describe('giving up the lead on request', () => {
  it('has another node take commands within a second, and ends with 103', async () => {
    const { leader, standby } = await pair();
    await createApp(leader, 'before');
    expect(await request('DELETE', `${standby.url}/v2/leader`)).toMatchObject({
      status: 200,
      body: { message: 'Leadership abdicated' },
    });
    const askedMs = performance.now();
    await until(() => standby.candidate.mayAct());
    expect((await createApp(standby, 'after')).status).toBe(201);
    expect(performance.now() - askedMs).toBeLessThan(1000);
    expect((await readApp(standby, 'before')).status).toBe(200);
    await until(() => leader.end() !== undefined);
    expect(leader.end()?.exitCode).toBe(103);
  });

  it('loses no command that was accepted meanwhile', async () => {
    const { leader, standby } = await pair();
    await request('DELETE', `${leader.url}/v2/leader`);
    const created: string[] = [];
    for (let n = 0; leader.end() === undefined && n < 1000; n++) {
      const answer = await createApp(standby, `app-${n}`).catch(() => undefined);
      if (answer?.status === 201) created.push(`app-${n}`);
    }
    await until(() => leader.end() !== undefined);
    const known = (await nodes.events('AppCreated')).map(
      ({ data }) => (data as { app: { id: string } }).app.id,
    );
    expect(known).toEqual(expect.arrayContaining(created.map((id) => `/${id}`)));
    expect(new Set(known).size).toBe(known.length);
  });
});

describe('a leader that loses', () => {
  it.each([
    ['session', 101],
    ['connection', 101],
    ['duplicate', 104],
    ['withdrawn', 103],
  ] as const)(
    'its lead (%s) ends with %i, and another goes on with what it acknowledged',
    async (reason, exitCode) => {
      const { leader, standby } = await pair();
      expect((await createApp(leader, 'one')).status).toBe(201);
      leader.candidate.lose(reason);
      expect((await createApp(standby, 'two')).status).toBe(201);
      expect((await readApp(standby, 'one')).status).toBe(200);
      await until(() => leader.end() !== undefined);
      expect(leader.end()?.exitCode).toBe(exitCode);
      expect(await leaders()).toBe(2);
    },
  );

  it('the log to a newer term writes nothing more, claims nothing, and ends with 104', async () => {
    const { leader } = await pair();
    const { log } = nodes.memory;
    const epoch = await log.claimEpoch();
    expect((await createApp(leader, 'late')).status).toBe(503);
    await until(() => leader.end() !== undefined);
    expect(leader.end()?.exitCode).toBe(104);
    expect(await nodes.events('AppCreated')).toEqual([]);
    expect((await nodes.events('LeadershipAcquired')).map((event) => event.epoch)).not.toContain(epoch);
  });

  it('sight of ZooKeeper decides nothing until it is back', async () => {
    const { leader } = await pair();
    leader.candidate.suspend();
    const created = createApp(leader, 'one');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await nodes.events('AppCreated')).toEqual([]);
    leader.candidate.resume();
    expect((await created).status).toBe(201);
    expect(leader.end()).toBeUndefined();
  });

  it('sight of ZooKeeper for long refuses commands, and answers reads', async () => {
    const { leader } = await pair();
    await createApp(leader, 'one');
    leader.candidate.suspend();
    const refused = await createApp(leader, 'two');
    expect([502, 503]).toContain(refused.status);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await readApp(leader, 'one')).status).toBe(200);
    expect(leader.end()).toBeUndefined();
  });
});

describe('a log that is lost while leading', () => {
  it('refuses commands with the reason, answers reads, and takes commands again when it is back', async () => {
    const { leader } = await pair();
    await createApp(leader, 'one');
    nodes.memory.faults.diskFull = true;
    await createApp(leader, 'two');
    const refused = await createApp(leader, 'three');
    expect(refused.status).toBe(503);
    expect(refused.body.message).toMatch(/takes no writes at the moment: no room left/);
    expect((await readApp(leader, 'one')).status).toBe(200);
    nodes.memory.faults.diskFull = false;
    await until(async () => (await createApp(leader, 'four')).status === 201);
    expect(leader.end()).toBeUndefined();
  });

  it('is not claimed again by a node that does not lead any more', async () => {
    const { leader } = await pair();
    nodes.memory.faults.diskFull = true;
    await createApp(leader, 'one');
    leader.candidate.confirm = () => Promise.resolve(false);
    nodes.memory.faults.diskFull = false;
    await until(() => leader.end() !== undefined);
    expect(leader.end()?.exitCode).toBe(103);
    const terms = (await nodes.events('LeadershipAcquired')).map(
      ({ data }) => (data as { node: string }).node,
    );
    expect(terms.filter((node) => node === leader.candidate.hostPort)).toHaveLength(1);
  });
});
