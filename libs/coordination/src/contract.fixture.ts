import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { RecordingCandidate, until } from './candidate.fixture.js';
import type { Coordination } from './port.js';

const ADDRESS = 'node1.example.net:8080';

/** A place of election of its own, as seen by one node. */
export interface Subject {
  readonly coordination: Coordination;
  dispose(): Promise<void>;
}

/** The promises of the `Coordination` port to a node without rivals. Every adapter's spec runs this suite. */
export function describeCoordinationContract(
  name: string,
  open: (hostPort: string) => Promise<Subject>,
): void {
  describe(`${name}: the coordination contract`, () => {
    let subject: Subject;
    let coordination: Coordination;
    let candidate: RecordingCandidate;
    let leaders: (string | undefined)[];

    beforeEach(async () => {
      subject = await open(ADDRESS);
      coordination = subject.coordination;
      candidate = new RecordingCandidate();
      leaders = [];
      coordination.onLeaderChange((leader) => leaders.push(leader));
    });
    afterEach(() => subject.dispose());

    async function lead(): Promise<void> {
      await coordination.start(candidate);
      await until(() => candidate.told.includes('elected'));
    }

    it('knows and does nothing before it is started', async () => {
      expect(coordination.leader).toBeUndefined();
      expect(coordination.mayAct()).toBe(false);
      expect(await coordination.confirm()).toBe(false);
    });

    it('elects the only candidate', async () => {
      await lead();
      expect(candidate.told).toEqual(['elected']);
      expect(coordination.mayAct()).toBe(true);
      expect(await coordination.confirm()).toBe(true);
      expect(coordination.leader).toBe(ADDRESS);
      expect(leaders).toEqual([ADDRESS]);
    });

    it('says that a node may act by the time it is told of its election', async () => {
      const seen: unknown[] = [];
      const looking = new RecordingCandidate(() => seen.push(coordination.mayAct(), coordination.leader));
      await coordination.start(looking);
      await until(() => looking.told.length > 0);
      expect(seen).toEqual([true, ADDRESS]);
    });

    it('tells the candidate nothing from within a call', () => {
      const started = coordination.start(candidate);
      expect(candidate.told).toEqual([]);
      return started;
    });

    it('does not let a node lead that only watches', async () => {
      await coordination.start();
      expect(coordination.mayAct()).toBe(false);
      expect(await coordination.confirm()).toBe(false);
      expect(coordination.leader).toBeUndefined();
    });

    it('takes the lead from who withdraws, before the call returns', async () => {
      await lead();
      const withdrawn = coordination.withdraw();
      expect(coordination.mayAct()).toBe(false);
      await withdrawn;
      expect(await coordination.confirm()).toBe(false);
      await until(() => leaders.length === 2);
      expect(leaders).toEqual([ADDRESS, undefined]);
      expect(candidate.told).toEqual(['elected']);
    });

    it('takes the lead from who closes', async () => {
      await lead();
      const closed = coordination.close();
      expect(coordination.mayAct()).toBe(false);
      await closed;
      await coordination.close();
      expect(coordination.leader).toBeUndefined();
      expect(candidate.told).toEqual(['elected']);
    });

    it('can be withdrawn from and closed before it is started', async () => {
      await coordination.withdraw();
      await coordination.close();
      expect(coordination.mayAct()).toBe(false);
    });

    it('tells nothing to who does not listen any more', async () => {
      const other: unknown[] = [];
      const end = coordination.onLeaderChange((leader) => other.push(leader));
      end();
      await lead();
      expect(other).toEqual([]);
    });

    it('outlives listeners that throw', async () => {
      coordination.onLeaderChange(() => {
        throw new Error('of the test');
      });
      const failing = new RecordingCandidate(() => {
        throw new Error('of the test');
      });
      await coordination.start(failing);
      await until(() => failing.told.length > 0);
      expect(coordination.mayAct()).toBe(true);
      await until(() => leaders.length > 0);
    });
  });
}
