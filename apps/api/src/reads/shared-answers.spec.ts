import request from 'supertest';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { appDefinition } from '../../../../test/support/domain-objects.js';
import { startApi, type TestApi } from '../api.fixture.js';

/** Enough of them for an answer that is shared. */
const LABELS = Object.fromEntries(Array.from({ length: 8000 }, (_, index) => [`label-${index}`, 'value']));

let api: TestApi;

beforeEach(async () => {
  api = await startApi([]);
  await api.leader.append([{ type: 'AppCreated', data: { app: appDefinition({ labels: LABELS }) } }]);
  await shown(1);
});

afterEach(() => api.close());

const ask = (encoding: string, path = '/v2/apps') =>
  request(api.url).get(path).set('Accept-Encoding', encoding);

const shown = (apps: number) =>
  vi.waitFor(async () => expect((await ask('identity')).body.apps).toHaveLength(apps));

it('answers the same long question alike, compressed or not, until something changes', async () => {
  const [first, again, plain] = [await ask('gzip'), await ask('gzip'), await ask('identity')];
  expect(first.headers['content-encoding']).toBe('gzip');
  expect(first.headers['vary']).toContain('accept-encoding');
  expect(plain.headers).not.toHaveProperty('content-encoding');
  expect(first.body.apps[0].labels).toEqual(LABELS);
  expect([again.body, plain.body]).toEqual([first.body, first.body]);

  await api.leader.append([{ type: 'AppCreated', data: { app: appDefinition({ id: '/other' }) } }]);
  await shown(2);
  expect((await ask('gzip')).body.apps).toHaveLength(2);
});

it('tells questions apart', async () => {
  expect((await ask('gzip')).body.apps).toHaveLength(1);
  expect((await ask('gzip', '/v2/apps?id=nobody')).body.apps).toEqual([]);
  expect((await ask('gzip', '/v2/groups')).body.apps).toHaveLength(1);
  expect((await ask('gzip', '/v2/apps?embed=apps.tasks')).body.apps[0].tasks).toEqual([]);
});
