import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import {
  acceptApps,
  serveHttp,
  serveRaw,
  startCluster,
  type ClusterFlags,
  type OtherServer,
  type TestCluster,
} from './cluster.fixture.js';

let cluster: TestCluster;
const others: OtherServer[] = [];

afterEach(async () => {
  for (const other of others.splice(0)) other.close();
  await cluster.close();
});

async function start(flags?: ClusterFlags) {
  cluster = await startCluster(flags);
  acceptApps(cluster);
}

/** Something that is not Ekiden leads, as far as the standby knows. */
async function followInstead(other: Promise<OtherServer>) {
  const server = await other;
  others.push(server);
  cluster.follows.leader = server.hostPort;
}

const atStandby = () => request(cluster.standby.url);
const submitted = () => cluster.leader.leader.submitted;
const via = () => `1.1 ${cluster.standby.hostPort}`;

/** Sends a body in pieces of unknown number, as with chunked encoding; answers the status. */
async function sendChunks(path: string, chunks: readonly string[]): Promise<number | undefined> {
  const sent = httpRequest(`${cluster.standby.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  for (const chunk of chunks) {
    sent.write(chunk);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  await buffer(response);
  return response.statusCode;
}

describe('a write at a standby', () => {
  it('is answered by the leader, and read at once', async () => {
    await start();
    cluster.held.hold();
    setTimeout(() => cluster.held.release(), 50);
    const answer = await atStandby()
      .post('/v2/apps')
      .set('Idempotency-Key', 'k-1')
      .send({ id: '/a' })
      .expect(201);
    expect(answer.headers).toMatchObject({
      'x-marathon-via': via(),
      'x-marathon-leader': cluster.leader.url,
      'marathon-deployment-id': 'd-1',
      'x-ekiden-sequence': '1',
      location: `${cluster.leader.url}/a`,
    });
    expect(answer.body).toMatchObject({ id: '/a' });
    expect(submitted()).toMatchObject([{ command: { type: 'CreateApp' }, idempotencyKey: 'k-1' }]);
    expect(cluster.standby.leader.submitted).toEqual([]);
    const read = await atStandby().get('/v2/apps?consistency=stale').expect(200);
    expect(read.body.apps).toMatchObject([{ id: '/a' }]);
  });

  it.each([
    ['post', '/v2/apps//x/restart?force=true', 'RestartApp'],
    ['put', '/v2/apps/x', 'PutApp'],
    ['patch', '/v2/apps/x', 'PatchApp'],
    ['delete', '/v2/queue//x/delay', 'ResetDelay'],
  ] as const)('by %s %s is forwarded', async (method, path, type) => {
    await start();
    const sent = atStandby()[method](path);
    await (method === 'put' || method === 'patch' ? sent.send({ cmd: 'x' }) : sent);
    expect(submitted().map(({ command }) => command.type)).toEqual([type]);
  });

  it('may have a body of any length', async () => {
    await start();
    expect(await sendChunks('/v2/apps', ['{"id":', '"/a",', '"cmd":"x"}'])).toBe(201);
    const text = 'x'.repeat(5_000_000);
    await atStandby().post('/v2/apps').send({ id: '/b', cmd: text }).expect(201);
    expect(submitted().map(({ command }) => command)).toMatchObject([
      { json: { id: '/a', cmd: 'x' } },
      { json: { id: '/b', cmd: text } },
    ]);
  });

  it('that is too large is told so', async () => {
    await start();
    const answer = await fetch(`${cluster.standby.url}/v2/apps`, {
      method: 'POST',
      body: ' '.repeat(33 * 1024 * 1024),
    });
    expect([answer.status, await answer.json()]).toEqual([413, { message: 'Request body is too large' }]);
  });

  it('that the leader does not want to hear to its end is answered all the same', async () => {
    await start();
    await followInstead(serveRaw((socket) => void socket.once('data', () => socket.destroy())));
    const body = JSON.stringify({ id: 'x'.repeat(20_000_000) });
    const answer = await atStandby().post('/v2/apps').set('content-type', 'application/json').send(body);
    expect(answer.status).toBe(502);
  });

  it('that breaks off half way is never carried out', async () => {
    await start();
    const sent = httpRequest(`${cluster.standby.url}/v2/apps`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '1000' },
    });
    sent.on('error', () => undefined);
    sent.write('{"id":"/a"');
    await new Promise((resolve) => setTimeout(resolve, 50));
    sent.destroy();
    await atStandby().post('/v2/apps').send({ id: '/b' }).expect(201);
    expect(submitted()).toHaveLength(1);
  });

  it('is refused where it came by before', async () => {
    await start();
    for (const given of [via(), `1.1 a:1, ${via()}`]) {
      await atStandby()
        .post('/v2/apps')
        .set('X-Marathon-Via', given)
        .send({ id: '/a' })
        .expect(502, { message: 'Detected proxying loop.' });
    }
    // Two nodes that each take the other for the leader.
    cluster.leads.leads = false;
    cluster.leads.leader = cluster.standby.hostPort;
    const answer = await atStandby().post('/v2/apps').send({ id: '/a' });
    expect([answer.status, answer.body]).toEqual([502, { message: 'Detected proxying loop.' }]);
  });

  it('is refused while the leader is known to be that of another cluster', async () => {
    const told: string[] = [];
    await start({ onDifference: (text) => told.push(text) });
    let frameworkName = 'other';
    let writes = 0;
    await followInstead(
      serveHttp(({ method }, response) => {
        if (method === 'POST') writes += 1;
        response.end(JSON.stringify({ position: 0, frameworkName, log: 'sqlite' }));
      }),
    );
    for (let count = 0; count < 2; count += 1) await atStandby().get('/v2/apps').expect(200);
    const answer = await atStandby().post('/v2/apps').send({ id: '/a' }).expect(502);
    expect(answer.body.message).toMatch(/`--framework_name` is `marathon` here and `other` at the leader/);
    expect(told).toEqual([answer.body.message]);
    expect(writes).toBe(0);
    // Started anew, with the right settings.
    frameworkName = 'marathon';
    await atStandby().post('/v2/apps').send({ id: '/a' }).expect(200);
    expect(writes).toBe(1);
  });

  it('is refused at once while the node stops', async () => {
    await start();
    cluster.follows.stopping = true;
    cluster.leads.stopping = true;
    for (const node of [atStandby(), request(cluster.leader.url)]) {
      const answer = await node.post('/v2/apps').send({ id: '/a' }).expect(503);
      expect(answer.headers['retry-after']).toBe('1');
    }
    await atStandby().get('/v2/apps').expect(200);
    await request(cluster.leader.url).get('/v2/apps').expect(200);
  });
});

describe('an answer', () => {
  it('of any kind is passed on as it is', async () => {
    await start({ standby: ['--standby_reads', 'proxy'] });
    const zipped = gzipSync('{"zipped":true}');
    let requests = 0;
    await followInstead(
      serveHttp((received, response) => {
        requests += 1;
        if (received.url === '/v2/away?x=%20y') {
          response.writeHead(307, { location: '/elsewhere' }).end();
          return;
        }
        response.writeHead(299, 'Fine', { 'content-encoding': 'gzip', 'set-cookie': ['a=1', 'b=2'] });
        response.end(zipped);
      }),
    );
    const moved = await fetch(`${cluster.standby.url}/v2/away?x=%20y`, {
      redirect: 'manual',
      method: 'DELETE',
    });
    expect([moved.status, moved.headers.get('location')]).toEqual([307, '/elsewhere']);
    const answer = await fetch(`${cluster.standby.url}/v2/apps`);
    expect([answer.status, await answer.json()]).toEqual([299, { zipped: true }]);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    const head = await fetch(`${cluster.standby.url}/v2/apps`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-encoding')]).toEqual([299, 'gzip']);
    expect(requests).toBe(3);
  });

  it('is passed on piece by piece', async () => {
    await start({ standby: ['--standby_reads', 'proxy'] });
    let finish: (() => void) | undefined;
    await followInstead(
      serveHttp((_, response) => {
        response.write('first');
        finish = () => response.end('second');
      }),
    );
    const { body } = await fetch(`${cluster.standby.url}/v2/apps`);
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('first');
    finish?.();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('second');
  });
});

describe('a leader that fails', () => {
  const BROKE = /^The connection to the leader broke\. It is not known whether/;

  it('by being gone is told as it is', async () => {
    await start();
    const gone = await serveRaw(() => undefined);
    gone.close();
    cluster.follows.leader = gone.hostPort;
    const answer = await atStandby().post('/v2/apps').send({ id: '/a' });
    expect([answer.status, answer.body]).toEqual([502, { message: 'Connection to leader refused.' }]);
  });

  it.each([
    ['before it answers', ''],
    ['in the head of its answer', 'HTTP/1.1 200 OK\r\nContent-'],
  ])('%s is not asked again', async (_, sent) => {
    await start();
    const requests: string[] = [];
    await followInstead(
      serveRaw((socket) => {
        socket.on('data', (chunk) => {
          requests.push(chunk.toString());
          if (requests.join('').includes('"/a"')) socket.end(sent);
        });
      }),
    );
    const answer = await atStandby().post('/v2/apps').send({ id: '/a' }).expect(502);
    expect(answer.body.message).toMatch(BROKE);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(requests.join('').match(/POST /g)).toHaveLength(1);
  });

  it('in the middle of its answer breaks off the answer', async () => {
    await start();
    await followInstead(
      serveRaw((socket) => {
        socket.on('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
          setTimeout(() => socket.destroy(), 20);
        });
      }),
    );
    const answer = await fetch(`${cluster.standby.url}/v2/apps`, { method: 'DELETE' });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('terminated');
  });

  it('to answer in time is given up', async () => {
    await start({ standby: ['--leader_proxy_read_timeout', '200'] });
    let connections = 0;
    await followInstead(
      serveRaw((socket) => {
        connections += 1;
        socket.on('data', () => undefined);
      }),
    );
    const answer = await atStandby().post('/v2/apps').send({ id: '/a' }).expect(504);
    expect(answer.body.message).toMatch(/^The leader did not answer in time\. It is not known whether/);
    expect(connections).toBe(1);
  });
});

describe('a node that knows no leader', () => {
  it('waits for one, then gives up', async () => {
    await start({ standby: ['--leader_wait_timeout', '100'] });
    cluster.follows.leader = undefined;
    const answer = await atStandby().post('/v2/apps').send({ id: '/a' });
    expect([answer.status, answer.body]).toEqual([
      502,
      { message: 'Could not determine the current leader' },
    ]);
    expect(answer.headers['retry-after']).toBe('1');
  });

  it.each([
    ['that is found meanwhile', () => (cluster.follows.leader = cluster.leader.hostPort)],
    ['that it becomes itself', () => (cluster.follows.leads = true)],
  ])('waits for one %s', async (_, happen) => {
    await start();
    acceptApps({ ...cluster, leader: cluster.standby });
    // Elected, but still loading.
    cluster.follows.leader = cluster.standby.hostPort;
    setTimeout(happen, 100);
    const answer = await atStandby().post('/v2/apps').send({ id: '/a' });
    expect(answer.status).toBe(201);
  });
});

describe('who asks', () => {
  const asStranger = { 'X-Forwarded-For': '198.51.100.7', 'X-Marathon-Via': '1.1 a:1' };

  it('is known to the leader by the account that the nodes share', async () => {
    await start({
      both: ['--http_credentials', 'ada:word'],
      standby: ['--trusted_proxies', '127.0.0.0/8'],
    });
    await atStandby().post('/v2/apps').send({ id: '/a' }).expect(401);
    await atStandby()
      .post('/v2/apps')
      .auth('ada', 'word')
      .set('X-Forwarded-For', '198.51.100.7')
      .send({ id: '/a' })
      .expect(201);
    // The leader trusts no proxy: the last address is the one that the standby has seen.
    expect(submitted()[0]?.actor).toEqual({ kind: 'user', address: '127.0.0.1', name: 'ada' });
  });

  it('is who the nodes say, through proxies that the leader trusts', async () => {
    await start({ both: ['--http_credentials', 'ada:word', '--trusted_proxies', '127.0.0.0/8'] });
    const address = '198.51.100.7';
    await atStandby().post('/v2/apps').auth('ada', 'word').set('X-Forwarded-For', address).send({ id: '/a' });
    expect(submitted()[0]?.actor).toEqual({ kind: 'user', address, name: 'ada', via: '127.0.0.1' });
  });

  it('is not believed of somebody who is nobody', async () => {
    await start();
    await request(cluster.leader.url).post('/v2/apps').set(asStranger).send({ id: '/a' }).expect(201);
    expect(submitted()[0]?.actor).toEqual({ kind: 'user', address: '127.0.0.1' });
  });

  it('is believed of a node that has shown the account', async () => {
    await start({ both: ['--http_credentials', 'ada:word'] });
    await request(cluster.leader.url).post('/v2/apps').auth('ada', 'word').set(asStranger).send({ id: '/a' });
    expect(submitted()[0]?.actor).toMatchObject({ address: '198.51.100.7', via: '127.0.0.1' });
  });
});

describe('DELETE /v2/leader', () => {
  it('makes the leader give up, through any node', async () => {
    await start();
    await atStandby().delete('/v2/leader').expect(200, { message: 'Leadership abdicated', details: [] });
    expect(cluster.leads.abdications).toBe(1);
  });

  it.each([
    ['backup=file:///tmp/b', /Backup and restore are not supported/],
    ['restore=s3://bucket/key', /Backup and restore are not supported/],
    ['backup=ftp://x/y', /^Invalid URI or unsupported scheme: ftp:\/\/x\/y$/],
    ['backup=', /^Invalid URI or unsupported scheme: $/],
  ])('with %s does nothing', async (query, message) => {
    await start();
    const answer = await request(cluster.leader.url).delete(`/v2/leader?${query}`).expect(422);
    expect(answer.body.message).toMatch(message);
    expect(cluster.leads.abdications).toBe(0);
  });
});
