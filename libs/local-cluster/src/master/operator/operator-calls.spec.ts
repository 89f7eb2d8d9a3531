import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Master } from '../master.js';

let workDir: string;
let master: Master;

beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'operator-'));
  master = await Master.start({ options: { workDir, port: 0 } });
});

afterEach(async () => {
  await master.stop();
  await rm(workDir, { recursive: true, force: true });
});

const machine = { hostname: 'one', ip: '10.0.0.1' };
const schedule = { windows: [{ machine_ids: [machine], unavailability: { start: { nanoseconds: 1e18 } } }] };

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${master.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${master.url}${path}`)).json();
}

it('serves the pages of maintenance, bare and below /master', async () => {
  expect(await get('/maintenance/schedule')).toEqual({});
  expect(await post('/maintenance/schedule', schedule)).toEqual({ status: 200, body: '' });
  expect(await get('/master/maintenance/schedule')).toEqual(schedule);
  expect(await get('/maintenance/status')).toEqual({ draining_machines: [{ id: machine }] });
  expect(await post('/master/machine/down', [machine])).toEqual({ status: 200, body: '' });
  expect(await get('/maintenance/status')).toEqual({ down_machines: [machine] });
  expect(await post('/machine/down', [machine])).toMatchObject({ status: 400 });
  expect(await post('/machine/up', [machine])).toEqual({ status: 200, body: '' });
  expect(await get('/maintenance/schedule')).toEqual({});
});

it.each<[status: number, path: string, body: unknown, headers?: Record<string, string>]>([
  [400, '/maintenance/schedule', 'no JSON'],
  [400, '/machine/down', []],
  [400, '/machine/up', [machine]],
  [405, '/maintenance/status', {}],
  [403, '/machine/down', [machine], { origin: 'http://page.example' }],
  [403, '/api/v1', { type: 'GET_MAINTENANCE_STATUS' }, { origin: 'http://page.example' }],
])('answers %i to a POST %s of %j', async (status, path, body, headers) => {
  expect((await post(path, body, headers)).status).toBe(status);
});

it('takes machines up and down with the methods they are named for only', async () => {
  const response = await fetch(`${master.url}/machine/down`);
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
});

const call = (type: string, more: Record<string, unknown> = {}) => post('/api/v1', { type, ...more });

describe('typed calls', () => {
  it('do the same', async () => {
    const empty = { status: 200, body: '' };
    expect(await call('UPDATE_MAINTENANCE_SCHEDULE', { update_maintenance_schedule: { schedule } })).toEqual(
      empty,
    );
    expect((await call('GET_MAINTENANCE_SCHEDULE')).body).toEqual({
      type: 'GET_MAINTENANCE_SCHEDULE',
      get_maintenance_schedule: { schedule },
    });
    expect((await call('GET_MAINTENANCE_STATUS')).body).toEqual({
      type: 'GET_MAINTENANCE_STATUS',
      get_maintenance_status: { status: { draining_machines: [{ id: machine }] } },
    });
    const machines = [machine];
    expect(await call('START_MAINTENANCE', { start_maintenance: { machines } })).toEqual(empty);
    expect((await call('GET_MAINTENANCE_STATUS')).body).toMatchObject({
      get_maintenance_status: { status: { down_machines: [machine] } },
    });
    expect(await call('STOP_MAINTENANCE', { stop_maintenance: { machines } })).toEqual(empty);
    expect((await call('GET_MAINTENANCE_SCHEDULE')).body).toMatchObject({
      get_maintenance_schedule: { schedule: {} },
    });
  });

  it.each<[status: number, answer: RegExp, body: unknown, headers?: Record<string, string>]>([
    [400, /not JSON/, '{'],
    [400, /Expecting 'type'/, []],
    [400, /Expecting 'type'/, 'null'],
    [400, /'start_maintenance.machines' to be present/, { type: 'START_MAINTENANCE' }],
    [400, /is empty/, { type: 'START_MAINTENANCE', start_maintenance: { machines: [] } }],
    [400, /not part of/, { type: 'STOP_MAINTENANCE', stop_maintenance: { machines: [machine] } }],
    [415, /Content-Type/, { type: 'GET_MAINTENANCE_STATUS' }, { 'content-type': 'text/plain' }],
    [501, /^$/, { type: 'UNHEARD_OF' }],
    [501, /^$/, { type: 'constructor' }],
  ])('answer %i %s to %j', async (status, answer, body, headers) => {
    expect(await post('/api/v1', body, headers)).toEqual({
      status,
      body: expect.stringMatching(answer) as string,
    });
  });
});
