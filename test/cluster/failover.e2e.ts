import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteEventLog, type StoredEvent } from '#event-log';
import type { AppView } from '../support/api-client.js';
import { EkidenCluster, type EkidenNode } from '../support/ekiden-cluster.js';
import { eventually } from '../support/eventually.js';
import { LaunchDiary } from '../support/launch-diary.js';
import { hasKafka, hasZooKeeper } from '../support/real-services.js';
import { runEkidenctl } from '../support/run-ekidenctl.js';
import { temporaryDirectory } from '../support/site.js';
import { ClusterLoad } from './support/cluster-load.js';
import { MovingSubscriber } from './support/moving-subscriber.js';

/** How often the leader is killed; FAILOVERS=30 for a long run. */
const FAILOVERS = Number(process.env['FAILOVERS'] ?? 5);

const SESSION_TIMEOUT_MS = 3_000;

/** From the death of a leader to the first write that another one accepts (`spec/operations.md` §6.2). */
const WRITE_LIMIT_MS = SESSION_TIMEOUT_MS + 2_000;

const fourTasks = (id: string, diary: LaunchDiary) => ({
  id,
  instances: 4,
  cpus: 0.01,
  mem: 8,
  disk: 0,
  cmd: diary.command('exec sleep 100000'),
});

async function create(node: EkidenNode, app: unknown): Promise<void> {
  const { status, text } = await node.api.post('/v2/apps', app);
  if (status !== 201) throw new Error(text);
}

/** Writes again and again, at one survivor after the other, until one is accepted; how long that took. */
async function firstWrite(survivors: readonly EkidenNode[], round: number): Promise<number> {
  const startedMs = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    const { api } = survivors[attempt % survivors.length]!;
    const id = `/first/r${round}-${attempt}`;
    const answer = await api.post('/v2/apps', { id, cmd: 'sleep 1', instances: 0 }).catch(() => undefined);
    if (answer?.status === 201) return performance.now() - startedMs;
    await delay(20);
  }
}

describe.runIf(hasKafka && hasZooKeeper)('leaders that are killed under load', () => {
  let cluster: EkidenCluster;
  let steady: LaunchDiary;
  let victims: LaunchDiary;
  let load: ClusterLoad;
  let subscriber: MovingSubscriber;
  const gapsMs: number[] = [];

  const running = async (id: string): Promise<readonly { id: string }[]> => {
    const { body } = await (await cluster.leader()).api.get<{ app: AppView }>(`/v2/apps${id}`);
    return body.app.tasks.filter(({ state }) => state === 'TASK_RUNNING');
  };

  beforeAll(async () => {
    cluster = await EkidenCluster.start({ sessionTimeoutMs: SESSION_TIMEOUT_MS });
    const directory = temporaryDirectory();
    steady = new LaunchDiary(join(directory, 'steady'));
    victims = new LaunchDiary(join(directory, 'victims'));
    const [node] = cluster.nodes;
    await create(node!, fourTasks('/steady', steady));
    await create(node!, fourTasks('/victims', victims));
    await eventually(
      async () => (await running('/steady')).length === 4 && (await running('/victims')).length === 4,
    );
    load = new ClusterLoad(cluster.nodes, '/victims');
    subscriber = new MovingSubscriber(cluster.nodes);
    load.start();
    subscriber.start();
  });
  afterAll(() => cluster?.dispose());

  it.each(Array.from({ length: FAILOVERS }, (_, round) => round + 1))(
    'kill %i: writes go on',
    async (round) => {
      const leader = await cluster.leader();
      const survivors = cluster.nodes.filter((node) => node !== leader);
      await delay(500);
      await leader.kill();
      gapsMs.push(await firstWrite(survivors, round));
      await eventually(() => cluster.nodes.every(({ output }) => output.includes('Ekiden is ready.')));
      expect(gapsMs.at(-1)).toBeLessThan(WRITE_LIMIT_MS);
    },
  );

  it('lost nothing that was acknowledged, did nothing twice, and let no read fail', async () => {
    await load.stop();
    const median = gapsMs.toSorted((a, b) => a - b)[gapsMs.length >> 1]!;
    process.stdout.write(
      `first write after the death of a leader: median ${Math.round(median)} ms, longest ` +
        `${Math.round(Math.max(...gapsMs))} ms (${gapsMs.length} times, session ${SESSION_TIMEOUT_MS} ms); ` +
        `${load.created.length} creates, ${load.killed.length} kills, ${load.reads} reads\n`,
    );
    expect(load.failedReads).toEqual([]);
    const leader = await cluster.leader();
    const { body } = await leader.api.get<{ apps: AppView[] }>('/v2/apps');
    const ids = new Set(body.apps.map(({ id }) => id));
    expect(load.created.filter((id) => !ids.has(id))).toEqual([]);
    for (const [id, versions] of load.scaled) {
      const stored = await leader.api.get<{ versions: string[] }>(`/v2/apps${id}/versions?all=true`);
      expect(stored.body.versions).toEqual(expect.arrayContaining(versions));
    }
  });

  it('launched and killed nothing by itself', async () => {
    await eventually(async () => {
      const ids = (await running('/victims')).map(({ id }) => id);
      return ids.length === 4 && !ids.some((id) => load.killed.includes(id));
    });
    expect(steady.taskIds.toSorted()).toEqual((await running('/steady')).map(({ id }) => id).toSorted());
    expect(steady.taskIds).toHaveLength(4);
    const alive = (await running('/victims')).map(({ id }) => id);
    // Every task that is gone was killed by somebody, and every kill brought one task.
    const gone = victims.taskIds.filter((id) => !alive.includes(id));
    const killed = new Set([...load.killed, ...load.maybeKilled]);
    expect(gone.filter((id) => !killed.has(id))).toEqual([]);
    expect(new Set(victims.taskIds).size).toBe(victims.taskIds.length);
  });

  it('gave a moving subscriber each position once; the log copied to SQLite makes the same state', async () => {
    const events = await copiedEvents();
    await subscriber.stopAt(events.at(-1)!.position);
    expect(subscriber.moves).toBeGreaterThan(1);
    const ids = subscriber.frames.flatMap(({ id }) => id ?? []);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
    const told = subscriber.frames.filter(({ event }) => event === 'api_post_event').length;
    const changes = events.filter(({ type }) => type === 'AppCreated' || type === 'AppUpdated').length;
    expect(told).toBe(changes);
    const createdIds = events.filter(({ type }) => type === 'AppCreated').map(({ stream }) => stream);
    expect(new Set(createdIds).size).toBe(createdIds.length);
  });

  /** All events, by way of `ekidenctl log copy` from Kafka to a file. */
  async function copiedEvents(): Promise<readonly StoredEvent[]> {
    const directory = temporaryDirectory();
    const path = join(directory, 'copy.db');
    const source = `kafka://${cluster.kafka.brokers.join(',')}/ekiden`;
    const flags = ['--event_log', source, '--kafka_replication_factor', '1', '--data_dir', directory];
    const { code, output } = await runEkidenctl(['log', 'copy', ...flags, '--to', `sqlite:${path}`]);
    expect([code, output]).toEqual([0, expect.stringContaining('The copy is good.')]);
    const log = await openSqliteEventLog({ path, onWarning: () => undefined });
    const events = await log.read(0, 10_000_000);
    await log.close();
    return events;
  }
});
