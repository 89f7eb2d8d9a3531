import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EkidenCluster, type EkidenNode } from '../support/ekiden-cluster.js';
import { EkidenProcess } from '../support/ekiden-process.js';
import { eventually } from '../support/eventually.js';
import { hasKafka, hasZooKeeper } from '../support/real-services.js';
import { temporaryDirectory } from '../support/site.js';

const idle = (id: string, instances = 0) => ({ id, cmd: 'sleep 1000', cpus: 0.01, mem: 8, instances });

describe.runIf(hasKafka && hasZooKeeper)('three equal nodes', () => {
  let cluster: EkidenCluster;

  beforeAll(async () => {
    cluster = await EkidenCluster.start();
  });
  afterAll(() => cluster?.dispose());

  it('answer every request on any of them: own writes are read at once on another node', async () => {
    const apis = cluster.nodes.map(({ api }) => api);
    let turn = 0;
    const next = () => apis[turn++ % apis.length]!;
    for (let round = 0; round < 20; round += 1) {
      const id = `/round/app-${round}`;
      expect((await next().post('/v2/apps', idle(id))).status).toBe(201);
      expect((await next().get(`/v2/apps/${id}`)).status).toBe(200);
      expect((await next().put(`/v2/apps/${id}`, { instances: 1 })).status).toBe(200);
      const read = await next().get<{ app: { instances: number } }>(`/v2/apps/${id}`);
      expect(read.body.app.instances).toBe(1);
      expect((await next().delete(`/v2/apps/${id}`)).status).toBe(200);
      expect((await next().get(`/v2/apps/${id}`)).status).toBe(404);
    }
  });

  it('agree on who leads, in /v2/leader and in the headers of every answer', async () => {
    const leader = await cluster.leader();
    for (const { api } of cluster.nodes) {
      const answer = await api.get<{ leader: string }>('/v2/leader');
      expect(answer.body.leader).toBe(leader.hostPort);
      const missing = await api.get('/v2/apps/nothing-here');
      expect([missing.status, missing.headers.get('x-marathon-leader')]).toEqual([404, leader.url]);
    }
    const [standby] = await cluster.standbys();
    const forwarded = await standby!.api.post('/v2/apps', { id: '/via', cmd: 'x', instances: 0 });
    expect(forwarded.headers.get('x-marathon-via')).toBe(`1.1 ${standby!.hostPort}`);
  });

  it('pass on a body that comes in pieces', async () => {
    const [standby] = await cluster.standbys();
    expect(await postInPieces(standby!, JSON.stringify(idle('/in-pieces')))).toBe(201);
    expect((await standby!.api.get('/v2/apps/in-pieces')).status).toBe(200);
  });

  it.each([
    ['framework name', ['--framework_name', 'other'], /framework.*'?other'?/i],
    ['path in ZooKeeper', ['--election_path', '/elsewhere/leader'], /elsewhere/],
  ])('refuse a node with another %s, and say what differs', async (_, flags, message) => {
    const [node] = cluster.nodes;
    const stranger = EkidenProcess.run([
      ...node!.flags,
      '--data_dir',
      temporaryDirectory(),
      '--http_port',
      '0',
      ...flags,
    ]);
    expect(await stranger.exited).toMatchObject({ code: 112 });
    expect(stranger.output).toMatch(message);
    expect((await node!.api.post('/v2/apps', idle(`/still/${flags.length}${flags[0]}`))).status).not.toBe(
      502,
    );
  });

  it('change the leader when it is asked to go: tasks stay, the next write comes within a second', async () => {
    await cluster.nodes[0]!.api.post('/v2/apps', idle('/stays', 3));
    await eventually(async () => (await tasksOf(cluster.nodes[0]!)).length === 3);
    const before = await tasksOf(cluster.nodes[0]!);
    for (let round = 0; round < 3; round += 1) {
      const leader = await cluster.leader();
      const [standby] = await cluster.standbys();
      const answer = await standby!.api.delete<{ message: string }>('/v2/leader');
      const askedMs = performance.now();
      expect([answer.status, answer.body.message]).toEqual([200, 'Leadership abdicated']);
      const gapMs = (await firstWriteBy(standby!, leader, round)) - askedMs;
      process.stdout.write(`first write after DELETE /v2/leader: ${Math.round(gapMs)} ms\n`);
      await eventually(() => leader.exits.at(-1)?.code === 103);
      await cluster.complete();
    }
    expect((await tasksOf(cluster.nodes[1]!)).toSorted()).toEqual(before.toSorted());
  });

  it('hand the lead over when the one that has it is stopped', async () => {
    const leader = await cluster.leader();
    const [standby] = await cluster.standbys();
    const stopped = leader.stop();
    const stoppedMs = performance.now();
    const gapMs = (await firstWriteBy(standby!, leader, 'stop')) - stoppedMs;
    process.stdout.write(`first write after SIGTERM of the leader: ${Math.round(gapMs)} ms\n`);
    await stopped;
    expect(leader.exits.at(-1)).toMatchObject({ code: 0 });
    await leader.start();
    expect((await leader.api.get('/v2/apps/stays')).status).toBe(200);
  });
});

/** When the first write that another leader than this one accepted was answered. */
async function firstWriteBy(node: EkidenNode, former: EkidenNode, round: number | string): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await node.api.post('/v2/apps', idle(`/handed-over/r${round}-${attempt}`));
    if (answer.status === 201 && answer.headers.get('x-marathon-leader') !== former.url)
      return performance.now();
  }
}

/** A chunked upload; resolves with the status. */
function postInPieces({ port }: EkidenNode, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const sending = request(
      { port, host: '127.0.0.1', path: '/v2/apps', method: 'POST', headers },
      (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sending.once('error', reject);
    const middle = body.length >> 1;
    sending.write(body.slice(0, middle));
    setTimeout(() => sending.end(body.slice(middle)), 50);
  });
}

/** Ids of the running tasks of an app, as a node shows them. */
async function tasksOf(node: EkidenNode): Promise<string[]> {
  const { body } = await node.api.get<{ tasks: { id: string; state: string }[] }>('/v2/apps/stays/tasks');
  return body.tasks.filter(({ state }) => state === 'TASK_RUNNING').map(({ id }) => id);
}
