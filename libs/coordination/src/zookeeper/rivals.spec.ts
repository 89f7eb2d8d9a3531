import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { seededRandom } from '../../../../test/support/random.js';
import { hasZooKeeper } from '../../../../test/support/real-services.js';
import { ZooKeeperEnsemble } from '../../../../test/support/zookeeper-server.js';
import { until } from '../candidate.fixture.js';
import { Election, type Participant } from './election.fixture.js';

const RIVALS = 5;
const ROUNDS = 40;

/** The shortest session that the server grants: everything happens often. */
const SESSION_TIMEOUT_MS = 750;

describe.runIf(hasZooKeeper)('five rivals', () => {
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

  it('never lead two at a time, whatever happens to them, and somebody leads in the end', async () => {
    const random = seededRandom('five rivals');
    let count = 0;
    const enter = (): Promise<Participant> =>
      election.standing(`node:${(count += 1)}`, { sessionTimeoutMs: SESSION_TIMEOUT_MS });
    const rivals = await Promise.all(Array.from({ length: RIVALS }, enter));
    const leaders = new Set<Participant>();
    let worst = 0;
    const looks = setInterval(() => {
      const acting = rivals.filter(({ coordination }) => coordination.mayAct());
      worst = Math.max(worst, acting.length);
      for (const rival of acting) leaders.add(rival);
    }, 1);

    for (let round = 0; round < ROUNDS; round += 1) {
      const leading = rivals.findIndex(({ coordination }) => coordination.mayAct());
      const index = leading >= 0 && random.between(0, 2) > 0 ? leading : random.between(0, RIVALS - 1);
      const rival = rivals[index]!;
      switch (random.between(0, 4)) {
        case 0:
          await rival.coordination.withdraw();
          break;
        case 1:
          void rival.coordination.close();
          break;
        case 2:
          rival.proxy.cut();
          break;
        default:
          rival.proxy.freeze();
          setTimeout(() => rival.proxy.thaw(), random.between(50, 2 * SESSION_TIMEOUT_MS));
      }
      await delay(random.between(0, 400));
      for (const [place, { candidate, coordination }] of rivals.entries()) {
        const isOut = candidate.loss !== undefined || (place === index && !coordination.mayAct());
        if (!isOut) continue;
        void coordination.close();
        rivals[place] = await enter();
      }
    }
    await until(() => rivals.some(({ coordination }) => coordination.mayAct()));
    clearInterval(looks);
    expect(worst).toBe(1);
    expect(leaders.size).toBeGreaterThan(5);
  });
});
