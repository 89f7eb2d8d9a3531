import { afterEach, expect, it } from 'vitest';
import { acceptApps, startCluster, type TestCluster } from './cluster.fixture.js';

let cluster: TestCluster;

afterEach(() => cluster.close());

const CLIENTS = 8;
const ROUNDS = 25;
const headers = { 'content-type': 'application/json' };

/** A standby sees the log in gusts. */
function gusts(): () => void {
  const timer = setInterval(() => {
    cluster.held.hold();
    setTimeout(() => cluster.held.release(), 4);
  }, 10);
  return () => clearInterval(timer);
}

it('whoever writes at one node reads the write at any other, at once and for certain', async () => {
  cluster = await startCluster();
  acceptApps(cluster);
  const urls = [cluster.leader.url, cluster.standby.url];
  const stop = gusts();
  const failures: string[] = [];
  const client = async (number: number): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = `/c${number}-${round}`;
      const [there, here] = round % 2 === 0 ? urls : urls.toReversed();
      const body = JSON.stringify({ id });
      const written = await fetch(`${there}/v2/apps`, { method: 'POST', body, headers });
      await written.text();
      const read = await fetch(`${here}/v2/apps${id}`);
      const { app } = (await read.json()) as { app?: { id: string } };
      const certain = !read.headers.has('x-ekiden-stale');
      if (written.status !== 201 || app?.id !== id || !certain) failures.push(`${id}: ${read.status}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  stop();
  expect(failures).toEqual([]);
  expect(cluster.leader.leader.submitted).toHaveLength(CLIENTS * ROUNDS);
});
