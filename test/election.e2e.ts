import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CandidateProcess, type Reign } from './support/election-candidate.js';
import { eventually } from './support/eventually.js';
import { seededRandom } from './support/random.js';
import { hasZooKeeper } from './support/real-services.js';
import { ZooKeeperEnsemble } from './support/zookeeper-server.js';

const SESSION_TIMEOUT_MS = 3_000;

/** Long enough for an ensemble on a busy machine to find a new leader meanwhile. */
const LONG_SESSION_TIMEOUT_MS = 8_000;

/** Processes that stand for election in an ensemble of three: what a node can count on when anything fails. */
describe.runIf(hasZooKeeper)('an election among processes', () => {
  let ensemble: ZooKeeperEnsemble;
  let candidates: CandidateProcess[] = [];

  beforeAll(async () => {
    ensemble = await ZooKeeperEnsemble.start({ size: 3 });
  });
  afterAll(() => ensemble?.dispose());
  afterEach(() => {
    for (const candidate of candidates) candidate.signal('SIGKILL');
    candidates = [];
  });

  function stand(path: string, sessionTimeoutMs: number): CandidateProcess {
    const servers = ensemble.connectString.split(',');
    const hostPort = `node:${candidates.length + 1}`;
    const candidate = new CandidateProcess({ servers, path, hostPort, sessionTimeoutMs });
    candidates.push(candidate);
    return candidate;
  }

  async function leaderAndStandby(
    sessionTimeoutMs = SESSION_TIMEOUT_MS,
  ): Promise<[CandidateProcess, CandidateProcess]> {
    const path = `/election-${randomUUID()}`;
    const leader = stand(path, sessionTimeoutMs);
    await leader.hears('elected');
    const standby = stand(path, sessionTimeoutMs);
    await standby.hears('started');
    return [leader, standby];
  }

  test.each([
    ['by its timers', undefined],
    ['in the middle of its work, before any timer', 'spin 12000'],
  ])('a leader that is stopped for longer than its session knows on its first look (%s)', async (_, work) => {
    const [leader, standby] = await leaderAndStandby();
    if (work !== undefined) {
      leader.command(work);
      await leader.hears('spinning');
    }
    leader.signal('SIGSTOP');
    await standby.hears('elected');
    await delay(500);
    leader.signal('SIGCONT');
    const pause = await eventually(() =>
      leader.pauses.find(({ pauseMs }) => pauseMs > SESSION_TIMEOUT_MS / 2),
    );
    expect(pause.mayAct).toBe(false);
    await eventually(() => leader.isOver);
    expect(leader.told.find((what) => what.startsWith('lost:'))).toMatch(/connection|session/u);
    expect(lastActMs(leader)).toBeLessThan(firstActMs(standby));
  });

  test('each server of three is killed in turn: the lead stays where it is', async () => {
    const [leader, standby] = await leaderAndStandby(LONG_SESSION_TIMEOUT_MS);
    for (let index = 0; index < 3; index += 1) {
      await ensemble.kill(index);
      await delay(SESSION_TIMEOUT_MS);
      await ensemble.restart(index);
    }
    await delay(500);
    expect(leader.told.filter((what) => what.startsWith('lost:'))).toEqual([]);
    expect(standby.isElected).toBe(false);
    expect(performanceNowMs() - lastActMs(leader)).toBeLessThan(1_000);
  });

  test('a server that freezes does not take the lead with it', async () => {
    const [leader, standby] = await leaderAndStandby(LONG_SESSION_TIMEOUT_MS);
    const first = await ensemble.leaderIndex();
    for (const index of [0, 1, 2].filter((server) => server !== first)) {
      ensemble.freeze(index);
      await delay(LONG_SESSION_TIMEOUT_MS * 1.2);
      ensemble.thaw(index);
      await delay(500);
    }
    expect(leader.told.filter((what) => what.startsWith('lost:'))).toEqual([]);
    expect(standby.isElected).toBe(false);
  });

  test('all servers are killed: the leader gives up in time, the standby leads when they are back', async () => {
    const [leader, standby] = await leaderAndStandby();
    const killedAtMs = performanceNowMs();
    await ensemble.killAll();
    await leader.hears('lost:connection');
    expect(leader.toldAtMs.get('lost:connection')! - killedAtMs).toBeLessThan(SESSION_TIMEOUT_MS);
    await ensemble.restartAll();
    await standby.hears('elected');
    expect(standby.told.filter((what) => what.startsWith('lost:'))).toEqual([]);
    expect(lastActMs(leader)).toBeLessThan(firstActMs(standby));
  });

  test('five processes that are killed, stopped and withdraw at random never act two at a time', async () => {
    const random = seededRandom('five processes');
    const path = `/election-${randomUUID()}`;
    const sessionTimeoutMs = 1_000;
    const rivals = Array.from({ length: 5 }, () => stand(path, sessionTimeoutMs));
    await Promise.all(rivals.map((rival) => rival.hears('started')));
    for (let round = 0; round < 16; round += 1) {
      const leading = rivals.findIndex((rival) => rival.isElected);
      const index = leading >= 0 && random.between(0, 3) > 0 ? leading : random.between(0, 4);
      const rival = rivals[index]!;
      const action = random.between(0, 2);
      if (action === 0) rival.command('withdraw');
      if (action === 1) rival.signal('SIGKILL');
      if (action === 2) {
        rival.signal('SIGSTOP');
        await delay(random.between(100, 2 * sessionTimeoutMs));
        rival.signal('SIGCONT');
      }
      await delay(random.between(0, sessionTimeoutMs));
      for (const [place, { isOver }] of rivals.entries())
        if (isOver) rivals[place] = stand(path, sessionTimeoutMs);
    }
    await eventually(() => rivals.some((rival) => rival.isElected && !rival.isOver));
    const reigns = candidates
      .flatMap((candidate) => candidate.reigns)
      .toSorted((a, b) => a.fromMs - b.fromMs);
    expect(reigns.length).toBeGreaterThan(4);
    expect(overlaps(reigns)).toEqual([]);
  });
});

/** The clock that all processes of the machine share. */
const performanceNowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Pairs of neighbours that share a moment. */
function overlaps(reigns: readonly Reign[]): Reign[][] {
  return reigns.slice(1).flatMap((reign, index) => {
    const before = reigns[index]!;
    return reign.fromMs < before.toMs ? [[before, reign]] : [];
  });
}

const lastActMs = ({ reigns }: CandidateProcess): number => Math.max(...reigns.map(({ toMs }) => toMs));
const firstActMs = ({ reigns }: CandidateProcess): number => Math.min(...reigns.map(({ fromMs }) => fromMs));
