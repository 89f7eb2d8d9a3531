import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { EkidenCluster, EkidenNode } from '../test/support/ekiden-cluster.js';
import { rounded } from './result.js';
import { median } from './shots.js';

/** Between attempts that were refused. */
const PAUSE_MS = 5;

/** Between two failures, so that one does not make the next one longer. */
const REST_MS = 1_500;

/** One way for a cluster to lose something. */
interface Failure {
  readonly name: string;
  readonly limit: string;
  /** Makes it happen and resolves when the first write that counts has been accepted: how long that took. */
  happen(cluster: EkidenCluster): Promise<number>;
  /** Puts right what is not put right by itself. */
  repair?(cluster: EkidenCluster): Promise<void>;
}

/** Prints how long no write is accepted: until another leader takes the first one, or the same one after a broker. */
export async function measureFailovers(
  cluster: EkidenCluster,
  { runs, sessionTimeoutMs }: { runs: number; sessionTimeoutMs: number },
): Promise<void> {
  console.log(`first accepted write after …, session time-out ${sessionTimeoutMs} ms, ${runs} runs each`);
  for (const failure of failures(sessionTimeoutMs)) {
    const timesMs: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      timesMs.push(await failure.happen(cluster));
      await failure.repair?.(cluster);
      await cluster.complete();
      await delay(REST_MS);
    }
    const all = timesMs.map((timeMs) => Math.round(timeMs)).join(' ');
    console.log(
      `  ${failure.name.padEnd(30)} median ${Math.round(median(timesMs))} ms, ` +
        `longest ${Math.round(Math.max(...timesMs))} ms, limit ${failure.limit} (${all}; load ${rounded(loadavg()[0] ?? 0)})`,
    );
  }
}

function failures(sessionTimeoutMs: number): readonly Failure[] {
  let broker = 0;
  return [
    {
      name: 'kill -9 of the leader',
      limit: `${sessionTimeoutMs + 2000} ms`,
      happen: (cluster) => deposed(cluster, (leader) => leader.kill()),
    },
    {
      name: 'SIGTERM to the leader',
      limit: `${sessionTimeoutMs + 2000} ms`,
      happen: (cluster) => deposed(cluster, (leader) => leader.stop()),
      repair: async (cluster) => {
        for (const node of cluster.nodes) await node.start();
      },
    },
    {
      name: 'DELETE /v2/leader',
      limit: '1000 ms',
      happen: (cluster) => deposed(cluster, async (leader) => void (await leader.api.delete('/v2/leader'))),
    },
    {
      name: 'kill -9 of the topic’s broker',
      limit: 'none',
      happen: async (cluster) => {
        const leader = await cluster.leader();
        broker = await cluster.kafka.leaderIndex('ekiden');
        const startedMs = performance.now();
        await cluster.kafka.kill(broker);
        return (await firstWrite([leader])) - startedMs;
      },
      repair: async (cluster) => {
        await cluster.kafka.restart(broker);
        await cluster.kafka.inSync('ekiden');
        await cluster.kafka.inSync('__transaction_state');
      },
    },
  ];
}

/** How long it takes from the end of a lead to the first write that another leader accepts. */
async function deposed(cluster: EkidenCluster, end: (leader: EkidenNode) => Promise<void>): Promise<number> {
  const leader = await cluster.leader();
  const others = cluster.nodes.filter((node) => node !== leader);
  const startedMs = performance.now();
  const ended = end(leader);
  const acceptedMs = await firstWrite(others, leader);
  await ended;
  return acceptedMs - startedMs;
}

let count = 0;

/** When a write was first accepted, and not by the former leader. Asks one node after the other. */
async function firstWrite(nodes: readonly EkidenNode[], former?: EkidenNode): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const node = nodes[attempt % nodes.length]!;
    const app = { id: `/first/write-${(count += 1)}`, cmd: 'sleep 1', instances: 0 };
    const answer = await node.api.post('/v2/apps', app).catch(() => undefined);
    const isNews = former === undefined || answer?.headers.get('x-marathon-leader') !== former.url;
    if (answer?.status === 201 && isNews) return performance.now();
    await delay(PAUSE_MS);
  }
}
