import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { appDefinition, launchEvents } from '../../../../test/support/domain-objects.js';
import { SseClient } from '../event-stream/sse-client.fixture.js';
import {
  acceptApps,
  FACTS,
  serveHttp,
  serveRaw,
  startCluster,
  type ClusterFlags,
  type OtherServer,
  type TestCluster,
} from './cluster.fixture.js';

let cluster: TestCluster;
const others: OtherServer[] = [];
const streams: SseClient[] = [];

afterEach(async () => {
  for (const other of others.splice(0)) other.close();
  for (const stream of streams.splice(0)) stream.close();
  await cluster.close();
});

async function start(flags?: ClusterFlags) {
  cluster = await startCluster(flags);
  acceptApps(cluster);
}

const atLeader = () => request(cluster.leader.url);
const atStandby = () => request(cluster.standby.url);
const launching = () => launchEvents(appDefinition(), 1).slice(0, 1);
const create = (id: string) =>
  cluster.leader.leader.append([{ type: 'AppCreated', data: { app: appDefinition({ id }) } }]);

describe('a read at a standby', () => {
  it('waits until it shows what the leader has acknowledged', async () => {
    await start();
    cluster.held.hold();
    await atLeader().post('/v2/apps').send({ id: '/own' }).expect(201);
    setTimeout(() => cluster.held.release(), 50);
    const answer = await atStandby().get('/v2/apps').expect(200);
    expect(answer.body.apps).toMatchObject([{ id: '/own' }]);
    expect(answer.headers).not.toHaveProperty('x-ekiden-stale');
    expect(answer.headers['x-marathon-leader']).toBe(cluster.leader.url);
  });

  it('knows the past up to what the leader has acknowledged, and waits for what it is told to', async () => {
    await start();
    cluster.held.hold();
    const position = await create('/first');
    await create('/second');
    setTimeout(() => cluster.held.release(), 50);
    const former = await atStandby().get(`/v2/apps?at=${position}`).expect(200);
    expect(former.body.apps).toMatchObject([{ id: '/first' }]);
    expect(former.headers['x-ekiden-sequence']).toBe(String(position));
    cluster.held.hold();
    const third = await create('/third');
    setTimeout(() => cluster.held.release(), 50);
    const stale = await atStandby().get(`/v2/apps?consistency=stale&min_sequence=${third}`).expect(200);
    expect(stale.body.apps).toHaveLength(3);
  });

  it('shows nothing as current that the leader does not know yet to be on the log', async () => {
    await start();
    const position = await create('/new');
    await atStandby().get(`/v2/apps?min_sequence=${position}&consistency=stale`).expect(200);
    let known = position - 1;
    let questions = 0;
    const leader = await serveHttp((_, response) => {
      questions += 1;
      if (questions === 4) known = position;
      response.end(JSON.stringify({ ...JSON.parse(FACTS), position: known }));
    });
    others.push(leader);
    cluster.follows.leader = leader.hostPort;
    const confirmed = await atStandby().get('/v2/apps').expect(200);
    expect([questions, confirmed.headers['x-ekiden-stale']]).toEqual([4, undefined]);
    known = position - 1;
    for (let read = 0; read < 2; read += 1) {
      const unconfirmed = await atStandby().get('/v2/apps').expect(200);
      expect(unconfirmed.headers).toHaveProperty('x-ekiden-stale');
    }
  });

  it('shares its question with those that wait at the same time', async () => {
    await start();
    let questions = 0;
    const slow = await serveHttp((_, response) => {
      questions += 1;
      setTimeout(() => response.end(FACTS), 400);
    });
    others.push(slow);
    cluster.follows.leader = slow.hostPort;
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => fetch(`${cluster.standby.url}/v2/apps`)),
    );
    expect(
      answers.filter(({ status, headers }) => status === 200 && !headers.has('x-ekiden-stale')),
    ).toHaveLength(40);
    // The first read asks at once; the others, as they come in, share the next question or two.
    expect(questions).toBeLessThanOrEqual(4);
  });

  it('asks nobody when it may be stale, or when there is nothing to read', async () => {
    await start();
    cluster.held.hold();
    await create('/later');
    const stale = await atStandby().get('/v2/apps?consistency=stale').expect(200);
    expect(stale.body).toEqual({ apps: [] });
    await atStandby().get('/v2/nothing').expect(404);
    expect(cluster.questions()).toBe(0);
  });

  it('is answered as it is without a leader, and says so', async () => {
    await start();
    cluster.follows.leader = undefined;
    const answer = await atStandby().get('/v2/apps').expect(200);
    expect(answer.headers['x-ekiden-stale']).toMatch(/^\d+$/);
    expect(answer.headers).not.toHaveProperty('x-marathon-leader');
    await atStandby().get('/v2/leader').expect(404, { message: 'There is no leader', details: [] });
    await atStandby().get('/ready').expect(503, { message: 'No leader is known' });
  });

  it('is answered as it is when the leader may have been deposed', async () => {
    await start();
    cluster.leads.leads = false;
    await atLeader().get('/ekiden/v1/position').expect(503);
    for (const node of [atStandby(), atLeader()]) {
      expect((await node.get('/v2/apps').expect(200)).headers).toHaveProperty('x-ekiden-stale');
    }
    const ready = await atStandby().get('/ready').expect(503);
    expect(ready.body.message).toMatch(/cannot be asked for its position: it answers 503$/);
    const doubtful = 'It is not certain that this node still leads';
    await atLeader().get('/ready').expect(503, { message: doubtful });
    cluster.leads.leads = true;
    // A leader that refuses costs no time: the very next read asks it.
    expect((await atStandby().get('/v2/apps')).headers).not.toHaveProperty('x-ekiden-stale');
  });

  it('asks a leader that refused connections at once, again', async () => {
    await start();
    const gone = await serveHttp(() => undefined);
    gone.close();
    cluster.follows.leader = gone.hostPort;
    expect((await atStandby().get('/v2/apps')).headers).toHaveProperty('x-ekiden-stale');
    others.push(await serveHttp((_, response) => response.end(FACTS), Number(gone.hostPort.split(':')[1])));
    expect((await atStandby().get('/v2/apps')).headers).not.toHaveProperty('x-ekiden-stale');
  });

  it('is sure again once a leader that was silent answers, although nobody reads meanwhile', async () => {
    await start();
    let questions = 0;
    const once = await serveHttp((_, response) => {
      questions += 1;
      if (questions > 1) response.end(FACTS);
    });
    others.push(once);
    cluster.follows.leader = once.hostPort;
    expect((await atStandby().get('/v2/apps')).headers).toHaveProperty('x-ekiden-stale');
    await expect.poll(() => questions, { timeout: 5000 }).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await atStandby().get('/v2/apps')).headers).not.toHaveProperty('x-ekiden-stale');
  });

  it('waits for a leader that does not answer once, not again and again', async () => {
    await start();
    const silent = await serveRaw(() => undefined);
    others.push(silent);
    cluster.follows.leader = silent.hostPort;
    const timed = async () => {
      const beganMs = performance.now();
      const answer = await atStandby().get('/v2/apps').expect(200);
      expect(answer.headers).toHaveProperty('x-ekiden-stale');
      return performance.now() - beganMs;
    };
    const first = await timed();
    expect(first).toBeGreaterThan(900);
    expect(first).toBeLessThan(2500);
    for (let count = 0; count < 5; count += 1) expect(await timed()).toBeLessThan(500);
    await atStandby().get('/ready').expect(503);
    cluster.follows.leader = cluster.leader.hostPort;
    expect((await atStandby().get('/v2/apps')).headers).not.toHaveProperty('x-ekiden-stale');
    await atStandby().get('/ready').expect(200);
  });

  it('does not take another cluster for its own', async () => {
    await start({ standby: ['--framework_name', 'other'] });
    expect((await atStandby().get('/v2/apps').expect(200)).headers).toHaveProperty('x-ekiden-stale');
    const ready = await atStandby().get('/ready').expect(503);
    expect(ready.body.message).toMatch(/`--framework_name` is `other` here and `marathon` at the leader/);
  });

  it('is not that of a node that is elected and still loads', async () => {
    await start();
    cluster.follows.leader = cluster.standby.hostPort;
    expect((await atStandby().get('/v2/apps').expect(200)).headers).toHaveProperty('x-ekiden-stale');
    const message = 'This node is elected and loads the state';
    await atStandby().get('/ready').expect(503, { message });
    cluster.held.hold();
    await create('/later');
    cluster.follows.leads = true;
    await atStandby().get('/ready').expect(503, { message });
    cluster.held.release();
    await atStandby().get('/ready').expect(200);
  });
});

describe('what only the leader remembers', () => {
  it('is read from the leader', async () => {
    await start();
    const info = await atStandby().get('/v2/info').expect(200);
    expect(info.body).toMatchObject({ elected: true, leader: cluster.leader.hostPort });
    expect(info.headers['x-marathon-via']).toBe(`1.1 ${cluster.standby.hostPort}`);
    await cluster.leader.leader.append([
      { type: 'AppCreated', data: { app: appDefinition() } },
      ...launching(),
    ]);
    expect((await atStandby().get('/v2/queue').expect(200)).body).toEqual({ queue: [] });
  });

  it.each([
    ['says nothing', ''],
    ['stops in the middle', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{'],
  ])('is told as far as the log knows it when the leader %s', async (_, sent) => {
    await start();
    const facts = `HTTP/1.1 200 OK\r\nContent-Length: ${FACTS.length}\r\n\r\n${FACTS}`;
    const stuck = await serveRaw((socket) => {
      socket.on('data', (chunk) => {
        socket.write(chunk.toString().includes('/ekiden/v1/position') ? facts : sent);
      });
    });
    others.push(stuck);
    cluster.follows.leader = stuck.hostPort;
    const beganMs = performance.now();
    const info = await atStandby().get('/v2/info').expect(200);
    expect(performance.now() - beganMs).toBeLessThan(4000);
    expect(info.body).toMatchObject({ elected: false, leader: stuck.hostPort });
    expect(info.headers).toHaveProperty('x-ekiden-stale');
  });

  it('is read past writes that are stuck', async () => {
    await start({ standby: ['--leader_proxy_max_open_connections', '1'] });
    let writes = 0;
    const leader = await serveHttp(({ method, url }, response) => {
      if (method === 'POST') writes += 1;
      else response.end(url === '/v2/info' ? '{"from":"leader"}' : FACTS);
    });
    others.push(leader);
    cluster.follows.leader = leader.hostPort;
    const write = fetch(`${cluster.standby.url}/v2/apps`, { method: 'POST', body: '{}' });
    await expect.poll(() => writes).toBe(1);
    const beganMs = performance.now();
    const info = await fetch(`${cluster.standby.url}/v2/info`);
    expect(await info.json()).toEqual({ from: 'leader' });
    expect(performance.now() - beganMs).toBeLessThan(2000);
    leader.close();
    await write;
  });

  it('is told as far as the log knows it without one', async () => {
    await start();
    await cluster.leader.leader.append([
      { type: 'AppCreated', data: { app: appDefinition() } },
      ...launching(),
    ]);
    cluster.follows.leader = undefined;
    await expect
      .poll(async () => (await atStandby().get('/v2/queue')).body.queue)
      .toMatchObject([{ app: { id: '/foo' }, count: 1, delay: { overdue: true } }]);
    expect((await atStandby().get('/v2/queue')).headers).toHaveProperty('x-ekiden-stale');
    const info = await atStandby().get('/v2/info').expect(200);
    expect(info.body).toMatchObject({ elected: false, frameworkId: null, leader: null });
    expect(info.headers).toHaveProperty('x-ekiden-stale');
  });
});

describe('every node', () => {
  it('tells of itself, or of the leader when asked to', async () => {
    await start({ standby: ['--env_vars_prefix', 'X_'] });
    for (const path of ['/ping', '/live', '/ready', '/metrics', '/metrics/prometheus', '/logging']) {
      const answer = await atStandby().get(path).expect(200);
      expect(answer.headers).not.toHaveProperty('x-marathon-via');
    }
    const own = await atStandby().get('/config').expect(200);
    expect(own.body.env_vars_prefix.value).toBe('X_');
    const leaders = await atStandby().get('/config?leader=true').expect(200);
    expect(leaders.body.env_vars_prefix.value).toBeNull();
    await atStandby().post('/logging').send({ logger: 'ROOT', level: 'debug' }).expect(200);
    expect((await atLeader().get('/logging')).body.ROOT).toBe('INFO');
    await atStandby().get('/v2/leader').expect(200, { leader: cluster.leader.hostPort });
  });

  it('says where it is only while it leads', async () => {
    await start();
    await create('/a');
    await atStandby().get('/v2/apps').expect(200);
    const position = await atLeader().get('/ekiden/v1/position').expect(200);
    expect(position.body).toEqual({ position: 1, frameworkName: 'marathon', log: 'sqlite' });
    await atStandby().get('/ekiden/v1/position').expect(503);
  });

  it('sends a subscriber that comes from another node every position once', async () => {
    await start();
    cluster.held.hold();
    for (let number = 1; number <= 3; number += 1) {
      await cluster.leader.leader.append(launchEvents(appDefinition(), number).slice(0, 1));
    }
    const stream = await SseClient.open(`${cluster.standby.url}/v2/events`, { 'last-event-id': '2' });
    streams.push(stream);
    await stream.frames(1);
    cluster.held.release();
    await cluster.leader.leader.append(launchEvents(appDefinition(), 4).slice(0, 1));
    const frames = await stream.frames(3);
    expect(frames.map(({ id }) => id)).toEqual([undefined, '3', '4']);
  });

  it('sends a subscriber that speaks of another log what happens from now on', async () => {
    await start();
    const stream = await SseClient.open(`${cluster.standby.url}/v2/events`, { 'last-event-id': '99' });
    streams.push(stream);
    await stream.frames(1);
    await expect.poll(() => cluster.questions()).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await cluster.leader.leader.append(launchEvents(appDefinition(), 1).slice(0, 1));
    expect((await stream.frames(2)).map(({ id }) => id)).toEqual([undefined, '1']);
  });
});

describe('a standby as those of Marathon', () => {
  it('passes reads on with --standby_reads proxy', async () => {
    await start({ standby: ['--standby_reads', 'proxy'] });
    await create('/a');
    const answer = await atStandby().get('/v2/apps').expect(200);
    expect(answer.headers['x-marathon-via']).toBe(`1.1 ${cluster.standby.hostPort}`);
    const ping = await atStandby().get('/ping').expect(200);
    expect(ping.headers).not.toHaveProperty('x-marathon-via');
    const events = await atStandby().get('/v2/events?event_type=x').redirects(0).expect(302);
    expect(events.headers['location']).toBe(`${cluster.leader.url}/v2/events?event_type=x`);
  });

  it('answers nothing itself with --standby_serves_nothing', async () => {
    await start({ standby: ['--standby_serves_nothing', '--leader_wait_timeout', '50'] });
    const ping = await atStandby().get('/ping').expect(200);
    expect(ping.headers['x-marathon-via']).toBe(`1.1 ${cluster.standby.hostPort}`);
    const events = await atStandby().get('/v2/events').redirects(0).expect(302);
    expect(events.headers['location']).toBe(`${cluster.leader.url}/v2/events`);
    cluster.follows.leader = undefined;
    await atStandby().get('/ping').expect(502, { message: 'Could not determine the current leader' });
  });
});
