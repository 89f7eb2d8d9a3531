import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { hasZooKeeper } from '../../../../test/support/real-services.js';
import { ZooKeeperEnsemble } from '../../../../test/support/zookeeper-server.js';
import { until } from '../candidate.fixture.js';
import { describeCoordinationContract } from '../contract.fixture.js';
import { CoordinationUnavailableError } from '../port.js';
import { Election, SESSION_TIMEOUT_MS, type Participant } from './election.fixture.js';

const elected = ({ candidate }: Participant) => until(() => candidate.told.includes('elected'));

describe.runIf(hasZooKeeper)('the election by ZooKeeper', () => {
  let server: ZooKeeperEnsemble;
  let election: Election;

  beforeAll(async () => {
    server = await ZooKeeperEnsemble.start();
  });
  afterAll(() => server.dispose());
  beforeEach(() => {
    election = new Election(server.connectString);
  });
  afterEach(() => election.dispose());

  describeCoordinationContract('ZooKeeper', async (hostPort) => {
    const { coordination } = await election.participant(hostPort);
    return { coordination, dispose: () => coordination.close() };
  });

  async function leaderAndStandby(): Promise<[Participant, Participant]> {
    const leader = await election.standing('a:1');
    await elected(leader);
    return [leader, await election.standing('b:2')];
  }

  describe('nodes', () => {
    it('are named as those of Curator and hold the address', async () => {
      await elected(await election.standing('a:1'));
      const client = await election.client();
      const names = await client.children(election.electionPath);
      expect(names).toEqual([expect.stringMatching(/^_c_[\da-f-]{36}-latch-\d{10}$/u)]);
      expect(String(await client.data(`${election.electionPath}/${names[0]}`))).toBe('a:1');
    });

    it('are at the place that is given', async () => {
      const electionPath = `${election.path}/elsewhere`;
      await elected(await election.standing('a:1', { electionPath }));
      expect(await (await election.client()).children(electionPath)).toHaveLength(1);
    });

    it('tell whether anybody else stands for election', async () => {
      const [leader, standby] = await leaderAndStandby();
      await until(() => leader.coordination.othersStand());
      expect(standby.coordination.othersStand()).toBe(true);
      await standby.coordination.withdraw();
      await until(() => !leader.coordination.othersStand());
    });

    it('of another form are passed over', async () => {
      const client = await election.client();
      await client.mkdirp(`${election.electionPath}/a-note`);
      const { coordination } = await election.standing('a:1');
      await until(() => coordination.mayAct());
      expect(coordination.leader).toBe('a:1');
    });

    it('are one of each candidate when an answer was lost', async () => {
      const client = await election.client();
      await client.mkdirp(election.electionPath);
      for (let round = 0; round < 8; round += 1) {
        const participant = await election.participant(`node:${round}`);
        const started = participant.coordination.start(participant.candidate);
        await until(() => participant.proxy.openCount > 0);
        await delay(round * 2);
        participant.proxy.loseNextAnswer();
        await started;
        await until(() => participant.coordination.leader !== undefined);
        await until(async () => (await client.children(election.electionPath)).length === 1);
        expect(participant.candidate.loss).toBeUndefined();
        await participant.coordination.close();
      }
    });
  });

  describe('one leads', () => {
    it('and the others know who', async () => {
      const [leader, standby] = await leaderAndStandby();
      const observer = await election.participant('c:3');
      await observer.coordination.start();
      expect([standby.coordination.leader, observer.coordination.leader]).toEqual(['a:1', 'a:1']);
      expect([leader.coordination.mayAct(), standby.coordination.mayAct()]).toEqual([true, false]);
      expect(await standby.coordination.confirm()).toBe(false);
    });

    it('until it withdraws: the next leads within milliseconds, and it can still see who', async () => {
      const [leader, standby] = await leaderAndStandby();
      const startedMs = performance.now();
      await leader.coordination.withdraw();
      await elected(standby);
      expect(performance.now() - startedMs).toBeLessThan(SESSION_TIMEOUT_MS / 2);
      await until(() => leader.coordination.leader === 'b:2');
      expect(leader.candidate.told).toEqual(['elected']);
    });

    it('until it closes', async () => {
      const [leader, standby] = await leaderAndStandby();
      await leader.coordination.close();
      await elected(standby);
      expect(standby.coordination.mayAct()).toBe(true);
    });

    it('and may withdraw at any moment of its start without leaving anything behind', async () => {
      const client = await election.client();
      for (let delayMs = 0; delayMs < 30; delayMs += 3) {
        const { coordination, candidate } = await election.participant('a:1');
        const started = coordination.start(candidate);
        await delay(delayMs);
        const toldBefore = candidate.told.length;
        await coordination.withdraw();
        await started;
        await until(async () => ((await client.exists(election.electionPath))?.childrenCount ?? 0) === 0);
        expect([coordination.mayAct(), candidate.told.length]).toEqual([false, toldBefore]);
      }
    });

    it('or is closed before it begins', async () => {
      const { coordination, candidate } = await election.participant('a:1');
      const started = coordination.start(candidate).catch((error: unknown) => error);
      await coordination.close();
      expect(await started).toBeInstanceOf(CoordinationUnavailableError);
    });

    it('and asks ZooKeeper once for all who want to know at the same time', async () => {
      let roundTrips = 0;
      const metrics = { suspended() {}, expired() {}, roundTrip: () => (roundTrips += 1) };
      const leader = await election.standing('a:1', { metrics, sessionTimeoutMs: 30_000 });
      await elected(leader);
      roundTrips = 0;
      const answers = await Promise.all(Array.from({ length: 100 }, () => leader.coordination.confirm()));
      expect(new Set(answers)).toEqual(new Set([true]));
      expect(roundTrips).toBe(2);
    });

    it('until its node is removed by somebody', async () => {
      const [leader, standby] = await leaderAndStandby();
      const client = await election.client();
      const [first] = (await client.children(election.electionPath)).toSorted((a, b) =>
        a.slice(-10).localeCompare(b.slice(-10)),
      );
      await client.remove(`${election.electionPath}/${first}`);
      await elected(standby);
      await until(() => leader.candidate.told.length === 2);
      expect(leader.candidate.told).toEqual(['elected', 'lost:withdrawn']);
      expect(leader.coordination.mayAct()).toBe(false);
    });

    it('and an observer sees the first that comes', async () => {
      const observer = await election.participant('c:3');
      await observer.coordination.start();
      expect(observer.coordination.leader).toBeUndefined();
      await election.standing('a:1');
      await until(() => observer.coordination.leader === 'a:1');
    });
  });

  describe('a lost connection', () => {
    it('suspends the leader at once, and lets it go on when the session is still there', async () => {
      const [leader] = await leaderAndStandby();
      leader.proxy.freeze();
      leader.proxy.cut();
      await until(() => leader.candidate.told.includes('suspended'));
      expect(leader.coordination.mayAct()).toBe(false);
      expect(await leader.coordination.confirm()).toBe(false);
      expect(leader.coordination.leader).toBe('a:1');
      leader.proxy.cut();
      leader.proxy.thaw();
      await until(() => leader.candidate.told.includes('resumed'));
      expect(leader.candidate.told).toEqual(['elected', 'suspended', 'resumed']);
      expect(leader.coordination.mayAct()).toBe(true);
      expect(await leader.coordination.confirm()).toBe(true);
    });

    it('ends the lead before another node can be elected', async () => {
      const [leader, standby] = await leaderAndStandby();
      const startedMs = performance.now();
      leader.proxy.freeze();
      leader.proxy.cut();
      await until(() => leader.candidate.loss !== undefined);
      expect(performance.now() - startedMs).toBeLessThan(SESSION_TIMEOUT_MS);
      await elected(standby);
      expect(leader.candidate.told).toEqual(['elected', 'suspended', 'lost:connection']);
      expect(leader.candidate.atMs.get('lost:connection')).toBeLessThan(
        standby.candidate.atMs.get('elected')!,
      );
      await until(() => leader.coordination.leader === undefined);
      leader.proxy.cut();
      leader.proxy.thaw();
      await until(() => leader.coordination.leader === 'b:2');
      expect(leader.coordination.mayAct()).toBe(false);
    });

    it('ends the lead when ZooKeeper falls silent without a word', async () => {
      const [leader, standby] = await leaderAndStandby();
      leader.proxy.freeze();
      await elected(standby);
      expect(leader.candidate.told.at(-1)).toBe('lost:connection');
      expect(leader.candidate.atMs.get('lost:connection')).toBeLessThan(
        standby.candidate.atMs.get('elected')!,
      );
    });

    it('is not told to a standby, which stands again after its session', async () => {
      const [leader, standby] = await leaderAndStandby();
      const client = await election.client();
      const before = await client.children(election.electionPath);
      standby.proxy.freeze();
      await until(async () => (await client.children(election.electionPath)).length === 1);
      await until(() => standby.coordination.leader === undefined);
      standby.proxy.cut();
      standby.proxy.thaw();
      await until(async () => (await client.children(election.electionPath)).length === 2);
      expect((await client.children(election.electionPath)).toSorted()).not.toEqual(before.toSorted());
      expect(standby.candidate.told).toEqual([]);
      await leader.coordination.close();
      await elected(standby);
    });

    it('that comes back after the lead is over removes the own node at once', async () => {
      const [leader, standby] = await leaderAndStandby();
      leader.proxy.freeze();
      leader.proxy.cut();
      await until(() => leader.candidate.loss !== undefined);
      leader.proxy.cut();
      leader.proxy.thaw();
      await elected(standby);
      const afterMs = standby.candidate.atMs.get('elected')! - leader.candidate.atMs.get('lost:connection')!;
      expect(afterMs).toBeLessThan(SESSION_TIMEOUT_MS / 3);
    });

    it.each([0, 1])('ends any candidacy with strictSuspend (%s)', async (index) => {
      const leader = await election.standing('a:1', { strictSuspend: true });
      await elected(leader);
      const standby = await election.standing('b:2', { strictSuspend: true });
      const participant = [leader, standby][index]!;
      participant.proxy.cut();
      await until(() => participant.candidate.loss !== undefined);
      expect(participant.candidate.loss?.reason).toBe('connection');
      expect(participant.coordination.mayAct()).toBe(false);
    });
  });

  describe('an address that two announce', () => {
    it('ends the candidacy of the later one', async () => {
      const first = await election.standing('a:1');
      const second = await election.standing('a:1');
      await until(() => second.candidate.loss !== undefined);
      expect(second.candidate.loss).toMatchObject({
        reason: 'duplicate',
        message: expect.stringMatching(/stands for election as a:1 .*--http_port of its own/u),
      });
      expect(first.candidate.told).toEqual(['elected']);
      await until(async () => (await (await election.client()).children(election.electionPath)).length === 1);
      expect(first.coordination.mayAct()).toBe(true);
    });

    it('does no harm when the first is left over from a run before', async () => {
      const first = await election.standing('a:1');
      await elected(first);
      // As a killed process: the session stays until its time-out.
      first.proxy.freeze();
      const second = await election.standing('a:1');
      await elected(second);
      expect(second.candidate.told).toEqual(['elected']);
    });
  });

  describe("Marathon's election", () => {
    const marathonLatch = '_c_00000000-0000-4000-8000-000000000000-latch-';

    it('keeps everybody from standing while somebody stands there', async () => {
      const marathon = await election.client();
      await marathon.mkdirp(`${election.path}/leader-curator`);
      const node = await marathon.createEphemeralSequential(
        `${election.path}/leader-curator/${marathonLatch}`,
      );
      const one = await election.standing('a:1');
      expect(one.coordination.leader).toBeUndefined();
      await delay(200);
      expect(one.candidate.told).toEqual([]);
      await marathon.remove(node);
      await elected(one);
    });

    it('does not end a lead that is there already, and keeps the others away', async () => {
      const [leader, standby] = await leaderAndStandby();
      const marathon = await election.client();
      await marathon.mkdirp(`${election.path}/leader-curator`);
      await marathon.createEphemeralSequential(`${election.path}/leader-curator/${marathonLatch}`);
      await until(async () => (await marathon.children(election.electionPath)).length === 1);
      expect(leader.coordination.mayAct()).toBe(true);
      expect(standby.candidate.told).toEqual([]);
    });

    it('is no other when it is the place of this one', async () => {
      const electionPath = `${election.path}/leader-curator`;
      const node = await election.standing('a:1', { electionPath });
      await elected(node);
      expect(node.coordination.mayAct()).toBe(true);
    });
  });

  describe('credentials', () => {
    it('make nodes that everybody reads and nobody else writes', async () => {
      const leader = await election.standing('a:1', { credentials: 'ekiden:secret' });
      await elected(leader);
      const stranger = await election.client();
      const [name] = await stranger.children(election.electionPath);
      expect(String(await stranger.data(`${election.electionPath}/${name}`))).toBe('a:1');
      for (const forbidden of [
        stranger.create(`${election.electionPath}/x`),
        stranger.remove(`${election.electionPath}/${name}`),
        stranger.setData(`${election.electionPath}/${name}`, Buffer.from('b:2')),
      ])
        await expect(forbidden).rejects.toMatchObject({ code: 'NO_AUTH' });
    });

    it('that are wrong are said so', async () => {
      await elected(await election.standing('a:1', { credentials: 'ekiden:secret' }));
      const stranger = await election.participant('b:2', { credentials: 'ekiden:wrong' });
      const failure = await stranger.coordination.start(stranger.candidate).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CoordinationUnavailableError);
      expect(String(failure)).toMatch(/create .*latch-: NO_AUTH/u);
      expect(String(failure)).not.toContain('wrong');
    });

    it('are never logged', async () => {
      const lines: unknown[] = [];
      const log = (...line: unknown[]): void => void lines.push(line);
      const logger = { debug: log, info: log, warn: log, error: log };
      const one = await election.standing('a:1', { credentials: 'ekiden:secret', logger });
      await elected(one);
      one.proxy.cut();
      await until(() => one.candidate.told.includes('resumed'));
      const other = await election.participant('b:2', { credentials: 'ekiden:wrong-secret', logger });
      await other.coordination.start(other.candidate).catch(() => {});
      expect(lines.length).toBeGreaterThan(3);
      expect(inspect(lines, { depth: 9 })).not.toContain('secret');
    });

    it('are not needed to watch', async () => {
      await elected(await election.standing('a:1', { credentials: 'ekiden:secret' }));
      const observer = await election.participant('b:2');
      await observer.coordination.start();
      expect(observer.coordination.leader).toBe('a:1');
    });

    it('are there again after a lost connection', async () => {
      const leader = await election.standing('a:1', { credentials: 'ekiden:secret' });
      await elected(leader);
      leader.proxy.cut();
      await until(() => leader.candidate.told.includes('resumed'));
      await leader.coordination.withdraw();
      const client = await election.client();
      expect(await client.children(election.electionPath)).toEqual([]);
    });
  });

  describe('a ZooKeeper that does not answer', () => {
    it.each([
      ['is not there', '127.0.0.1:1'],
      ['takes connections only', undefined],
    ])('and %s is found out in time', async (_, address) => {
      const { proxy } = await election.participant('x:0');
      proxy.freeze();
      const servers = [address ?? proxy.address];
      const coordination = election.coordination('a:1', servers, { connectionTimeoutMs: 700 });
      const startedMs = performance.now();
      const failure = await coordination.start().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CoordinationUnavailableError);
      expect(String(failure)).toMatch(/did not answer within 700 ms/u);
      expect(performance.now() - startedMs).toBeLessThan(1_500);
    });
  });
});
