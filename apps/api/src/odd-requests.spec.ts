import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from './api.fixture.js';
import { appDefinition, VERSION } from '../../../test/support/domain-objects.js';

let api: TestApi;

beforeEach(async () => {
  api = await startApi();
});

afterEach(() => api.close());

const http = () => request(api.url);

/** What comes back for these very bytes on a connection of their own. */
async function raw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.end(bytes);
  return text(socket);
}

const post = (body: Buffer | string) =>
  http().post('/v2/apps').set('content-type', 'application/json').send(body);

const invalidJson = (details: string) => ({ message: 'Invalid JSON', details });

describe('a body', () => {
  it.each(['[', '{"a":'])(
    'nested too deep with %s is refused before anybody walks through it',
    async (open) => {
      const answer = await post(`{"id":"a","zz":${open.repeat(9000)}`);
      expect([answer.status, answer.body]).toEqual([
        400,
        invalidJson('The request body is nested more than 512 levels deep'),
      ]);
      expect(api.leader.submitted).toEqual([]);
    },
  );

  it('with many brackets in a text is not nested', async () => {
    await post(JSON.stringify({ id: 'a', cmd: '[{"\\'.repeat(1000) }));
    expect(api.leader.submitted).toHaveLength(1);
  });

  it.each([
    ['is as long as a body may be', `{"id":"a","cmd":"${'x'.repeat(30_000_000)}"}`, 1],
    ['does not end', `["${'\\"'.repeat(500_000)}`, 0],
    ['ends within an escape', `["${'x'.repeat(2000)}\\`, 0],
  ])('with a text that %s is read in a moment', async (_, body, commands) => {
    const before = process.cpuUsage();
    await post(body);
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
    expect(api.leader.submitted).toHaveLength(commands);
  });

  it('that is not UTF-8 is refused, not altered', async () => {
    const latin1 = Buffer.from('{"id":"a","cmd":"echo \u00FF"}', 'latin1');
    // As a string supertest would encode it again.
    const answer = await post(latin1).serialize((body) => body);
    expect([answer.status, answer.body]).toEqual([400, invalidJson('The request body is not UTF-8')]);
  });

  it('may begin with a byte order mark', async () => {
    await post('\uFEFF{"id":"a","cmd":"x"}');
    expect(api.leader.submitted[0]?.command).toMatchObject({ json: { id: 'a', cmd: 'x' } });
  });

  it.each([
    ['/v2/apps', 'garbage', 415],
    ['/v2/apps', 'text/plain', 415],
    ['/v2/groups', 'text/plain', 204],
    ['/v2/groups/a', 'application/x-www-form-urlencoded', 204],
    ['/v2/plugins/x/y', 'text/plain', 404],
  ])('for %s of type %s is answered with %d', async (path, type, status) => {
    const answer = await http().post(path).set('content-type', type).send('{}');
    expect(answer.status).toBe(status);
  });
});

describe('a request that cannot be read', () => {
  it.each([
    ['FOO / HTTP/1.1\r\n\r\n', 400, 'Bad Request'],
    [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`, 431, 'Request Header Fields Too Large'],
  ])('%.12s gets an error envelope', async (bytes, status, message) => {
    const [head = '', body] = (await raw(bytes)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} ${message}`);
    expect(body).toBe(JSON.stringify({ message }));
  });
});

describe('an address', () => {
  it('may be whole', async () => {
    const answer = await raw('GET http://elsewhere:1/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*pong$/);
  });

  it.each(['', 'Host: a b/c\r\n'])('without a usable host (%j) leads back to the leader', async (host) => {
    api.leader.decide = () => ({
      reply: {
        kind: 'accepted',
        deploymentId: 'd',
        version: VERSION,
        plan: { id: 'd', version: VERSION, steps: [] },
        created: true,
        submitted: appDefinition({ id: '/a' }),
      },
    });
    const body = '{"id":"a","cmd":"x"}';
    const answer = await raw(
      `POST /v2/apps HTTP/1.0\r\n${host}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toContain(`location: http://ekiden.example:${new URL(api.url).port}/a\r\n`);
  });
});

describe('DELETE /v2/apps/{id}/tasks', () => {
  it.each([
    ['?host=a&host=b', { appId: '/foo', host: 'a' }],
    ['?host=', { appId: '/foo', host: '' }],
    ['', { appId: '/foo' }],
  ])('with %s means %j', async (query, selection) => {
    api.leader.decide = () => ({ reply: { kind: 'killed', instances: [] } });
    await http().delete(`/v2/apps/foo/tasks${query}`);
    expect(api.leader.submitted[0]?.command).toEqual({ type: 'KillTasks', selection, wipe: false });
  });
});
