import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.js';
import { KafkaCluster } from './support/kafka-cluster.js';
import { LocalClusterProcess } from './support/local-cluster-process.js';
import { hasKafka, hasZooKeeper } from './support/real-services.js';
import { Site } from './support/site.js';
import { ZooKeeperEnsemble } from './support/zookeeper-server.js';

const NODES = 3;
const SESSION_MS = 2000;

let kafka: KafkaCluster;
let zooKeeper: ZooKeeperEnsemble;
let cluster: LocalClusterProcess;
const nodes: Site[] = [];
let created = 0;

/** Creates an app with one task; whether that was acknowledged. */
async function create(node: Site): Promise<boolean> {
  const app = { id: `app-${(created += 1)}`, cmd: 'sleep 1000', instances: 1, cpus: 0.01, mem: 8 };
  const answer = await fetch(`http://127.0.0.1:${node.port}/v2/apps`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(app),
    signal: AbortSignal.timeout(1000),
  }).catch(() => undefined);
  return answer?.status === 201;
}

/** The node that leads, and one that does not. */
async function roles(): Promise<{ leader: Site; other: Site }> {
  return eventually(
    async () => {
      const told = await Promise.all(
        nodes.map(async ({ api }) => (await api.get('/v2/leader')).body['leader']),
      );
      const at = nodes.findIndex(({ port }) => told.every((address) => address === `127.0.0.1:${port}`));
      return at < 0 ? undefined : { leader: nodes[at]!, other: nodes[(at + 1) % NODES]! };
    },
    { what: 'a leader that all nodes know' },
  );
}

/** Time until a node has a write acknowledged again. */
async function firstWriteMs(node: Site): Promise<number> {
  const startedMs = performance.now();
  while (!(await create(node))) await delay(20);
  return Math.round(performance.now() - startedMs);
}

beforeAll(async () => {
  if (!hasKafka || !hasZooKeeper) return;
  kafka = await KafkaCluster.start();
  [zooKeeper, cluster] = await Promise.all([ZooKeeperEnsemble.start(), LocalClusterProcess.start()]);
  const args = [
    ['--event_log', `kafka://${kafka.brokers.join(',')}/ekiden`, '--kafka_replication_factor', '1'],
    ['--zk', `zk://${zooKeeper.connectString}/ekiden`, '--zk_session_timeout', String(SESSION_MS)],
    ['--master', cluster.address, '--hostname', '127.0.0.1'],
  ].flat();
  for (let n = 0; n < NODES; n++) nodes.push(await Site.create({ ownCluster: true, args }));
  for (const node of nodes) await node.start();
});
afterAll(async () => {
  for (const node of nodes) await node.dispose();
  await Promise.all([kafka?.dispose(), zooKeeper?.dispose(), cluster?.dispose()]);
});

describe.runIf(hasKafka && hasZooKeeper)('the term of a leader', () => {
  it.each([
    ['killed', null, (leader: Site) => leader.crash()],
    ['stopped by a signal', 0, (leader: Site) => leader.stop()],
    ['asked to give up the lead', 103, (leader: Site) => leader.api.delete('/v2/leader')],
  ])('that is %s is followed by the next one in time', async (how, exitCode, end) => {
    const { leader, other } = await roles();
    const { ekiden } = leader;
    await eventually(() => create(other), { what: 'a first write' });
    const ended = end(leader);
    if (how === 'asked to give up the lead') await ended.then(() => delay(500));
    const waitedMs = await firstWriteMs(other);
    expect(waitedMs).toBeLessThan(how === 'killed' ? SESSION_MS + 2000 : 1000);
    expect((await ekiden.exited).code).toBe(exitCode);
    await leader.start();
  });

  it('that was frozen for longer than its session writes nothing late, and ends', async () => {
    const { leader, other } = await roles();
    const { ekiden } = leader;
    process.kill(ekiden.pid, 'SIGSTOP');
    await firstWriteMs(other);
    const late = create(leader);
    process.kill(ekiden.pid, 'SIGCONT');
    expect(await late).toBe(false);
    expect([101, 103, 104]).toContain((await ekiden.exited).code);
    await leader.start();
  });

  it('leaves the tasks of its predecessors as they are', async () => {
    const { other } = await roles();
    const tasks = await eventually(
      async () => {
        const { body } = await other.api.get('/v2/tasks');
        const list = (body as { tasks: readonly { id: string; state: string }[] }).tasks;
        return list.length > 0 && list.every(({ state }) => state === 'TASK_RUNNING') ? list : undefined;
      },
      { what: 'running tasks only' },
    );
    // A task that was ever replaced would be the second one of its instance.
    expect(tasks.filter(({ id }) => !id.endsWith('._app.1'))).toEqual([]);
  });
});
