import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventStream } from './support/event-stream.js';
import { Site } from './support/site.js';

interface BadRequest {
  readonly what: string;
  readonly method: 'post' | 'put' | 'patch';
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

const schemaErrors = (errors: Record<string, string>) => ({
  message: 'Invalid JSON',
  details: expect.toSatisfy((details: { path: string; errors: string[] }[]) => {
    expect(Object.fromEntries(details.map(({ path, errors: codes }) => [path, codes.join()]))).toEqual(
      errors,
    );
    return true;
  }),
});

const CASES: readonly BadRequest[] = [
  {
    what: 'a full-width colon',
    method: 'post',
    path: '/v2/apps',
    body: '{"id":"my-first-app","cmd":"python3 -m http.server 31500","ports"：[31500]}',
    status: 400,
    answer: { message: 'Invalid JSON', details: expect.stringMatching(/U\+FF1A.*line 1, column 66/) },
  },
  {
    what: 'JSON that ends too early, on its third line',
    method: 'put',
    path: '/v2/apps/stays',
    body: '{\n  "instances": 3,\n  "cpus": ',
    status: 400,
    answer: { message: 'Invalid JSON', details: expect.stringMatching(/line 3/) },
  },
  {
    what: 'no body',
    method: 'post',
    path: '/v2/apps',
    body: '',
    status: 400,
    answer: { message: 'Please specify data in JSON format', details: expect.any(String) },
  },
  {
    what: 'one update where the path takes many',
    method: 'put',
    path: '/v2/apps',
    body: { instances: 5 },
    status: 422,
    answer: expect.toSatisfy((answer: unknown) => {
      const text = JSON.stringify(answer);
      return (
        /PUT \/v2\/apps takes an array of apps.* PUT \/v2\/apps\/\{id\}/.test(text) &&
        text.includes('error.expected.jsarray')
      );
    }),
  },
  {
    what: 'an array where the path takes one app',
    method: 'post',
    path: '/v2/apps',
    body: [],
    status: 422,
    answer: { message: 'Invalid JSON', details: [{ path: '', errors: ['error.expected.jsobject'] }] },
  },
  {
    what: 'wrong types, each named by its path',
    method: 'post',
    path: '/v2/apps',
    body: {
      id: 'typed',
      cmd: 5,
      cpus: '1',
      instances: 'x',
      env: [],
      labels: { a: 1 },
      portDefinitions: [{ port: 0 }, { port: 'http' }],
    },
    status: 422,
    answer: schemaErrors({
      '/cmd': 'error.expected.jsstring',
      '/cpus': 'error.expected.jsnumber',
      '/instances': 'error.expected.jsnumber',
      '/env': 'error.expected.jsobject',
      '/labels/a': 'error.expected.jsstring',
      '/portDefinitions(1)/port': 'error.expected.jsnumber',
    }),
  },
  {
    what: 'a fraction of an instance',
    method: 'put',
    path: '/v2/apps/stays',
    body: { instances: 1.5 },
    status: 422,
    answer: schemaErrors({ '/instances': 'error.expected.int' }),
  },
  {
    what: 'values out of range',
    method: 'put',
    path: '/v2/apps/stays',
    body: { cpus: -1, backoffFactor: 0.5 },
    status: 422,
    answer: schemaErrors({ '/cpus': 'error.min', '/backoffFactor': 'error.min' }),
  },
  {
    what: 'an app without anything to run',
    method: 'post',
    path: '/v2/apps',
    body: { id: 'nothing' },
    status: 422,
    answer: {
      message: 'Object is not valid',
      details: [
        { path: '/', errors: [expect.stringContaining("must either contain one of 'cmd' or 'args'")] },
      ],
    },
  },
  {
    what: 'an id that is none',
    method: 'post',
    path: '/v2/apps',
    body: { id: 'Not An Id', cmd: 'true' },
    status: 422,
    answer: schemaErrors({ '/id': 'error.pattern' }),
  },
  {
    what: 'an array of which one update is wrong',
    method: 'put',
    path: '/v2/apps',
    body: [
      { id: 'stays', instances: 7 },
      { id: 'fresh', cmd: 'true' },
      { id: 'broken', cmd: 5 },
    ],
    status: 422,
    answer: schemaErrors({ '(2)/cmd': 'error.expected.jsstring' }),
  },
  {
    what: 'a change of an app that does not exist',
    method: 'patch',
    path: '/v2/apps',
    body: [
      { id: 'stays', instances: 7 },
      { id: 'missing', cmd: 'true' },
    ],
    status: 404,
    answer: { message: "App '/missing' does not exist" },
  },
  {
    what: 'what this version does not run yet, instead of dropping it silently',
    method: 'post',
    path: '/v2/apps',
    body: { id: 'terminal', cmd: 'true', tty: true },
    status: 422,
    answer: {
      message: 'Object is not valid',
      details: [{ path: '/tty', errors: [expect.stringContaining('not supported by this version')] }],
    },
  },
];

describe('bad input is refused with a reason and changes nothing', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.start();
    await site.api.createApp({ id: 'stays', cmd: 'sleep 1000', cpus: 0.1, mem: 16 });
    await site.api.running('/stays', 1);
    await site.api.settled();
  });

  afterAll(() => site?.dispose());

  test.each(CASES)('$what → $status', async ({ method, path, body, status, answer }) => {
    const before = await site.api.get('/v2/apps?embed=apps.tasks');
    const refused = await site.api[method](path, body);
    expect(refused.status, refused.text).toBe(status);
    expect(refused.body).toEqual(answer);
    expect(refused.text.startsWith('{"message"')).toBe(true);

    const after = await site.api.get('/v2/apps?embed=apps.tasks');
    expect(after.body).toEqual(before.body);
    expect((await site.api.deployments()).length).toBe(0);
  });

  test('the log holds nothing of it but the refusals that Marathon tells of', async () => {
    const history = await EventStream.open(site.api.url, { query: '?since=0' });
    const last = await site.api.createApp({ id: 'last', cmd: 'true', instances: 0 });
    await history.waitFor('the last change', ({ event, data }) => {
      return event === 'deployment_success' && data['id'] === last;
    });
    await history.close();
    const posted = history
      .ofType('api_post_event')
      .map(({ data }) => (data['appDefinition'] as { id: string }).id);
    expect(posted).toEqual(['/stays', '/last']);
    expect(history.ofType('group_change_success')).toHaveLength(2);
  });
});
