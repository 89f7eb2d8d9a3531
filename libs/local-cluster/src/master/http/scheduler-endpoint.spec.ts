import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CALLS_WITH_BODY } from '../codec/call-schema.js';
import { SchedulerClient, send, type Answer } from '../contract/scheduler-client.fixture.js';
import { FRAMEWORK, until } from '../master-harness.fixture.js';
import { Master } from '../master.js';
import type { MasterOptions } from '../options.js';

let workDir: string;
let master: Master;

async function start(options: Partial<MasterOptions> = {}): Promise<void> {
  workDir = await mkdtemp(join(tmpdir(), 'endpoint-'));
  master = await Master.start({ options: { workDir, port: 0, ...options } });
}

async function end(): Promise<void> {
  await master.stop();
  await rm(workDir, { recursive: true, force: true });
}

async function restart(options: Partial<MasterOptions>): Promise<void> {
  await end();
  await start(options);
}

beforeEach(() => start());

afterEach(() => end());

const JSON_HEADERS = { 'Content-Type': 'application/json' };
const SUBSCRIBE = { type: 'SUBSCRIBE', subscribe: { framework_info: FRAMEWORK } };
const F = { value: 'f' };

function post(body: unknown, headers: Record<string, string> = JSON_HEADERS): Promise<Answer> {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return send(`${master.url}/api/v1/scheduler`, { method: 'POST', headers, body: text });
}

describe('requests that are refused (C§2)', () => {
  it.each<[string, number, string, () => Promise<Answer>]>([
    [
      'another method',
      405,
      "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.",
      () => send(`${master.url}/api/v1/scheduler`),
    ],
    ['no content type', 400, "Expecting 'Content-Type' to be present", () => post('{}', {})],
    [
      'a content type with a parameter',
      415,
      "Expecting 'Content-Type' of application/json or application/x-protobuf",
      () => post('{}', { 'Content-Type': 'application/json; charset=utf-8' }),
    ],
    [
      'protobuf',
      415,
      "Expecting 'Content-Type' of application/json or application/x-protobuf",
      () => post('', { 'Content-Type': 'application/x-protobuf' }),
    ],
    [
      'a streaming answer in protobuf only',
      406,
      "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'",
      () => post(SUBSCRIBE, { ...JSON_HEADERS, Accept: 'application/x-protobuf' }),
    ],
    [
      'SUBSCRIBE with a stream id',
      400,
      "Subscribe calls should not include the 'Mesos-Stream-Id' header",
      () => post(SUBSCRIBE, { ...JSON_HEADERS, 'Mesos-Stream-Id': 'x' }),
    ],
    [
      'an unknown framework',
      400,
      'Framework cannot be found',
      () => post({ type: 'REVIVE', framework_id: F }),
    ],
  ])('%s: %d', async (_, status, body, request) => {
    expect(await request()).toMatchObject({ status, body });
  });

  it.each<[object, string]>([
    [{}, "Expecting 'type' to be present"],
    [{ type: 'REVIVE' }, "Expecting 'framework_id' to be present"],
    ...CALLS_WITH_BODY.filter((type) => type !== 'SUBSCRIBE').map((type): [object, string] => [
      { type, framework_id: F },
      `Expecting '${type.toLowerCase()}' to be present`,
    ]),
    [{ type: 'SUBSCRIBE' }, "Expecting 'subscribe' to be present"],
    [{ ...SUBSCRIBE, framework_id: F }, "'framework_id' differs from 'subscribe.framework_info.id'"],
    [{ type: 'KILL', framework_id: F, kill: { task_id: {} } }, 'Not initialized: kill.task_id.value'],
    [
      {
        type: 'ACKNOWLEDGE',
        framework_id: F,
        acknowledge: { agent_id: F, task_id: F, uuid: 'c2hvcnQ=' },
      },
      'Not a valid UUID',
    ],
    [
      {
        type: 'ACKNOWLEDGE_OPERATION_STATUS',
        framework_id: F,
        acknowledge_operation_status: { operation_id: F, uuid: 'dyokPL64Ta2ck9xwpYSskg==' },
      },
      "Expecting 'agent_id' to be present",
    ],
  ])('%j has the wrong shape', async (call, problem) => {
    expect(await post(call)).toMatchObject({
      status: 400,
      body: `Failed to validate scheduler::Call: ${problem}`,
    });
  });

  it('a body that is no JSON, or JSON of the wrong types', async () => {
    expect((await post('{"type"：1}')).body).toMatch(/^Failed to parse body into JSON: /);
    expect(await post({ type: 1 })).toMatchObject({
      status: 400,
      body: "Failed to convert JSON into Call protobuf: Not expecting a JSON number for field 'type'",
    });
  });

  it('calls beside the current stream', async () => {
    const client = new SchedulerClient(master.url);
    await client.subscribe(SUBSCRIBE);
    await until(() => client.frameworkId !== '');
    const call = { type: 'REVIVE', framework_id: { value: client.frameworkId } };
    expect(await post(call)).toMatchObject({
      status: 400,
      body: "All non-subscribe calls should include the 'Mesos-Stream-Id' header",
    });
    expect(
      (await post({ ...call, type: 'UNKNOWN' }, { ...JSON_HEADERS, 'Mesos-Stream-Id': client.streamId }))
        .status,
    ).toBe(501);
    client.disconnect();
    await until(() => client.isEnded);
    await expect
      .poll(() => post(call, { ...JSON_HEADERS, 'Mesos-Stream-Id': client.streamId }))
      .toMatchObject({
        status: 403,
        body: 'Framework is not subscribed',
      });
  });
});

it('understands gzip', async () => {
  const answer = await post(gzipSync(JSON.stringify({ type: 'REVIVE', framework_id: F })), {
    ...JSON_HEADERS,
    'Content-Encoding': 'gzip',
  });
  expect(answer.body).toBe('Framework cannot be found');
});

it('refuses bodies beyond the limit', async () => {
  await restart({ maxRequestBytes: 100 });
  expect((await post('x'.repeat(200))).status).toBe(413);
});

it('asks for credentials when told to, and fills in the principal', async () => {
  await restart({ authenticateHttpFrameworks: true, credentials: [{ principal: 'p', secret: 's' }] });
  const refused = await post(SUBSCRIBE);
  expect(refused).toMatchObject({ status: 401, body: '401 Unauthorized.' });
  expect(refused.headers['www-authenticate']).toBe('Basic realm="mesos-master-scheduler"');
  const authorized = { ...JSON_HEADERS, Authorization: `Basic ${Buffer.from('p:s').toString('base64')}` };
  const other = { ...SUBSCRIBE, subscribe: { framework_info: { ...FRAMEWORK, principal: 'q' } } };
  expect((await post(other, authorized)).body).toContain(
    "Authenticated principal 'p' does not match principal 'q'",
  );
});

it('answers a semantically bad SUBSCRIBE with an ERROR on the stream', async () => {
  const client = new SchedulerClient(master.url);
  await client.subscribe({ subscribe: { framework_info: { ...FRAMEWORK, roles: ['a', 'a'] } } });
  await until(() => client.isEnded);
  expect(client.events).toEqual([
    { type: 'ERROR', error: { message: `'FrameworkInfo.roles' contains duplicate items: ["a"]` } },
  ]);
});

it('sends heartbeats whether or not anything else happens', async () => {
  await restart({ heartbeatIntervalMs: 10 });
  const client = new SchedulerClient(master.url);
  await client.subscribe(SUBSCRIBE);
  await until(() => client.events.filter((event) => event.type === 'HEARTBEAT').length >= 3);
  expect(client.events[0]).toMatchObject({ subscribed: { heartbeat_interval_seconds: 0.01 } });
  client.disconnect();
});

it('serves the operator pages, bare and under /master', async () => {
  const client = new SchedulerClient(master.url);
  await client.subscribe(SUBSCRIBE);
  await until(() => client.frameworkId !== '');
  const state = JSON.parse((await send(`${master.url}/master/state`)).body) as Record<string, unknown>;
  expect(state).toMatchObject({
    id: master.id,
    cluster: 'local',
    slaves: [],
    frameworks: [{ id: client.frameworkId, active: true, tasks: [], roles: ['*'] }],
    completed_frameworks: [],
    orphan_tasks: [],
  });
  const page = async (path: string): Promise<unknown> => JSON.parse((await send(master.url + path)).body);
  expect(await page('/slaves')).toEqual({ slaves: [], recovered_slaves: [] });
  expect(await page('/tasks')).toEqual({ tasks: [] });
  expect(await page('/frameworks')).toMatchObject({ frameworks: [{ name: 'test' }] });
  expect(await page('/version')).toEqual({ version: '1.12.0', local_cluster: true });
  expect(await page('/flags')).toMatchObject({
    flags: { agent_ping_timeout: '15secs', allocation_interval: '1secs' },
  });
  expect(await page('/metrics/snapshot')).toMatchObject({
    'master/frameworks_active': 1,
    'master/elected': 1,
  });
  expect((await send(`${master.url}/health`)).status).toBe(200);
  expect((await send(`${master.url}/version?jsonp=cb`)).body).toMatch(/^cb\(\{.*\}\);$/);
  const redirect = await send(`${master.url}/master/redirect`);
  expect(redirect).toMatchObject({ status: 307, headers: { location: master.url.slice('http:'.length) } });
  expect((await send(`${master.url}/redirect/x`)).status).toBe(404);
  client.disconnect();
});
