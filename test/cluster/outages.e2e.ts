import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EkidenCluster, type EkidenNode } from '../support/ekiden-cluster.js';
import { eventually } from '../support/eventually.js';
import { hasKafka, hasZooKeeper } from '../support/real-services.js';

const SESSION_TIMEOUT_MS = 3_000;

const idle = (id: string) => ({ id, cmd: 'sleep 1000', cpus: 0.01, mem: 8, instances: 0 });

const read = (node: EkidenNode) => node.api.get<{ apps: unknown[] }>('/v2/apps');

describe.runIf(hasKafka && hasZooKeeper)('a cluster over three ZooKeeper servers and three brokers', () => {
  let cluster: EkidenCluster;
  let count = 0;

  beforeAll(async () => {
    cluster = await EkidenCluster.start({
      nodes: 2,
      zooKeepers: 3,
      kafka: { size: 3 },
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
    });
  }, 180_000);
  afterAll(() => cluster?.dispose());

  const write = (node: EkidenNode) => node.api.post('/v2/apps', idle(`/app-${(count += 1)}`));

  /** Writes without a pause from each node until told to stop; gives the answers that were no success. */
  function steadyWrites() {
    const over = new AbortController();
    const failures: string[] = [];
    let accepted = 0;
    const sides = cluster.nodes.map(async (node) => {
      while (!over.signal.aborted) {
        const answer = await write(node).catch((error: unknown) => ({ status: 0, text: String(error) }));
        if (answer.status === 201) accepted += 1;
        else failures.push(`${answer.status} ${answer.text}`);
      }
    });
    const stop = async () => {
      over.abort();
      await Promise.all(sides);
    };
    return { failures, stop, accepted: () => accepted };
  }

  it('does not mind the loss of a ZooKeeper server', async () => {
    const leader = await cluster.leader();
    for (let server = 0; server < 3; server += 1) {
      const { failures, stop } = steadyWrites();
      await cluster.zooKeeper.kill(server);
      await delay(SESSION_TIMEOUT_MS + 1_000);
      await cluster.zooKeeper.restart(server);
      await stop();
      expect(failures).toEqual([]);
    }
    expect(await cluster.leader()).toBe(leader);
    expect(leader.exits).toEqual([]);
  }, 120_000);

  it('pauses for the loss of a broker under load, without an error', async () => {
    const { failures, stop, accepted } = steadyWrites();
    await eventually(() => accepted() > 20);
    await cluster.kafka.kill(await cluster.kafka.leaderIndex('ekiden'));
    const before = accepted();
    await eventually(() => accepted() > before + 50);
    await stop();
    expect(failures).toEqual([]);
    await cluster.kafka.restartAll();
    await cluster.kafka.inSync('ekiden');
  }, 120_000);

  it('refuses writes while all brokers are gone, serves reads, and recovers by itself', async () => {
    await cluster.kafka.killAll();
    const refused = await eventually(
      async () => {
        const answer = await write(await cluster.leader());
        return answer.status === 503 ? answer : undefined;
      },
      { timeoutMs: 90_000, what: 'the refusal of a write' },
    );
    expect(refused.text).toMatch(/Kafka topic ekiden/);
    for (const node of cluster.nodes) expect((await read(node)).status).toBe(200);
    await cluster.kafka.restartAll();
    for (const node of cluster.nodes) {
      await eventually(async () => (await write(node).catch(() => undefined))?.status === 201, {
        what: `a write at ${node.hostPort}`,
      });
    }
  }, 240_000);

  it('has nobody who leads while ZooKeeper is gone, serves stale reads, and elects when it is back', async () => {
    const leader = await cluster.leader();
    const [standby] = await cluster.standbys();
    await cluster.zooKeeper.killAll();
    await eventually(() => leader.exits.length > 0);
    expect(leader.exits[0]).toMatchObject({ code: 101 });
    const stale = await eventually(async () => {
      const answer = await read(standby!);
      return answer.headers.has('x-ekiden-stale') ? answer : undefined;
    });
    expect(stale.status).toBe(200);
    expect(Number(stale.headers.get('x-ekiden-stale'))).toBeGreaterThanOrEqual(0);
    expect((await write(standby!)).status).toBe(502);
    await cluster.zooKeeper.restartAll();
    await cluster.complete();
    const next = await cluster.leader();
    expect((await write(next)).status).toBe(201);
    expect((await read(standby!)).headers.has('x-ekiden-stale')).toBe(false);
  }, 240_000);

  it('fences a leader that was stopped for longer than its session: it steps down, clients see one', async () => {
    await cluster.complete();
    const former = await cluster.leader();
    const [standby] = await cluster.standbys();
    const inFlight = write(former).catch(() => undefined);
    former.freeze();
    await eventually(async () => (await write(standby!).catch(() => undefined))?.status === 201);
    await delay(SESSION_TIMEOUT_MS);
    const runs = former.exits.length;
    former.thaw();
    const [late, answer] = await Promise.all([inFlight, write(former).catch(() => undefined)]);
    // What it was asked before and after is refused, or done by the one that leads.
    for (const { status, text } of [late, answer].filter((one) => one !== undefined))
      expect([status === 201 || status === 502 || status === 503, text]).toEqual([true, expect.anything()]);
    await eventually(() => former.exits.length > runs);
    expect([101, 103, 104]).toContain(former.exits.at(-1)?.code);
    await cluster.complete();
    const [one, other] = await Promise.all(cluster.nodes.map((node) => read(node)));
    expect(one!.body.apps.length).toBe(other!.body.apps.length);
    expect((await cluster.leader()).hostPort).toBe(standby!.hostPort);
  }, 120_000);
});
