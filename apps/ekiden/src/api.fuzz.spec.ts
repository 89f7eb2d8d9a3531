import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { inPieces, mutatedBytes } from '../../../test/support/fuzz/bytes.js';
import { APP_ARRAYS, APPS, GROUPS, PODS, UPDATES } from '../../../test/support/fuzz/definitions.js';
import { fuzz } from '../../../test/support/fuzz/fuzz.js';
import { anyJson, mutated, type Json } from '../../../test/support/fuzz/json.js';
import { anyText, longText, nearly, textOf } from '../../../test/support/fuzz/texts.js';
import { Nodes, request, until, type Node } from './nodes.fixture.js';
import { sendBytes, sendRaw, type RawAnswer, type RawRequest } from './raw-request.fixture.js';

let nodes: Nodes;
let node: Node;

beforeAll(async () => {
  nodes = new Nodes();
  node = await nodes.start('--disable_http_compression');
  await until(async () => (await request('GET', `${node.url}/ready`)).status === 200);
  for (const id of ['sleeper', 'web', 'shop/cart'])
    await request('POST', `${node.url}/v2/apps`, { id, cmd: 'sleep 1' });
});

afterAll(() => nodes.stop());

/** For the whole node: what it does besides counts as well. */
const CPU_MS = 10_000;

/** How much clients have changed since then. That a change of the tree was refused is told on the log, too. */
async function changesSince(position: number): Promise<number> {
  const events = await nodes.memory.log.read(position, 100_000);
  return events.filter(({ type, actor }) => actor.kind === 'user' && type !== 'RootGroupChangeRefused')
    .length;
}

/** An error in the form of `spec/rest-api.md` §3.3. */
function expectErrorBody({ text, status }: RawAnswer): void {
  const { message, details = '' } = JSON.parse(text) as { message: unknown; details?: unknown };
  expect([status, typeof message]).toEqual([status, 'string']);
  if (typeof details === 'string') return;
  for (const detail of details as { path: unknown; errors: unknown[] }[]) {
    expect(typeof detail.path).toBe('string');
    expect(detail.errors.every((error) => typeof error === 'string')).toBe(true);
  }
}

/** Sends it: no 5xx; what is refused says why in the form of the contract and has changed nothing. */
async function sent(raw: RawRequest): Promise<RawAnswer> {
  const before = await nodes.memory.log.head();
  const answer = await sendRaw(node.url, raw);
  expect(answer.status, answer.text.slice(0, 500)).toBeLessThan(500);
  expect(node.end()).toBeUndefined();
  if (answer.status >= 400) {
    if (raw.method !== 'HEAD') expectErrorBody(answer);
    expect(await changesSince(before)).toBe(0);
  }
  return answer;
}

const id = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('sleeper', 'web', 'shop', 'shop/cart', '/shop/cart', '*', 'shop/*', 'none'),
  },
  { weight: 1, arbitrary: anyText(20) },
  {
    weight: 1,
    arbitrary: textOf(['a', '/', '..', '.', '-', '%2F', 'tasks', 'versions', 'restart', '*', '//']),
  },
);

const suffix = fc.constantFrom('', '', '', '/restart', '/tasks', '/versions', '/tasks/x', '/versions/2020-05-04T10:00:00.000Z', '/apps', '/rollback', '/why', '/delay'); // prettier-ignore

const value = fc.oneof(
  fc.constantFrom(
    'true',
    'false',
    '',
    '0',
    '1',
    '-1',
    '1e3',
    '99999999999999999999',
    '2020-05-04T10:00:00Z',
    'apps.tasks',
  ),
  nearly('team==a,b in (c)', '2020-05-04T10:00:00+02:00', 'group.apps', '/shop/cart', 'asc', 'AppCreated'),
  anyText(30),
);

/** Parameters that some endpoint takes. A read that asks for a position to come waits for it, so none does. */
const parameter = fc.oneof(
  fc.tuple(
    fc.constantFrom('force', 'embed', 'label', 'id', 'cmd', 'partialUpdate', 'scale', 'wipe', 'host', 'status', 'at', 'from', 'to', 'app', 'group', 'actor', 'instance', 'deployment', 'correlation', 'causedBy', 'stream', 'type', 'event_type', 'order', 'limit', 'cursor', 'offset', 'length', 'path', 'since', 'callbackUrl', 'plan', 'ids', 'extended', 'format', '__proto__', 'constructor'), // prettier-ignore
    value,
  ),
  fc.tuple(fc.constant('min_sequence'), fc.constantFrom('0', '1', 'x', '-1', '1e3', ' 1', '9'.repeat(16))),
);

const query = fc.tuple(fc.array(parameter, { maxLength: 3 }), fc.boolean()).map(([pairs, isEncoded]) =>
  pairs
    .map(([name, text], index) => {
      const written = isEncoded
        ? Buffer.from(text)
            .toString('latin1')
            .replace(/[^\w.-]/g, escape)
        : text;
      return `${index === 0 ? '?' : '&'}${name}=${written.replaceAll('#', '%23')}`;
    })
    .join(''),
);

const escape = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;

const header = fc.oneof(
  fc.tuple(
    fc.constant('accept'),
    fc.oneof(
      textOf([
        'application/json',
        'text/plain',
        'text/event-stream',
        '*/*',
        ';q=',
        '0',
        '1',
        '.5',
        ',',
        ' ',
        ';',
      ]),
      anyText(),
    ),
  ),
  fc.tuple(
    fc.constantFrom('authorization', 'idempotency-key', 'last-event-id', 'if-none-match', 'if-match', 'origin', 'x-forwarded-for', 'x-marathon-via', 'x-http-method-override', 'range', 'content-encoding', 'accept-encoding', 'x-ekiden-plan', 'x-ekiden-on-behalf-of', 'traceparent', 'access-control-request-method', 'access-control-request-headers', 'cookie', 'user-agent', 'referer', 'forwarded', 'expect-ct', 'x-ekiden-actor'), // prettier-ignore
    fc.oneof(
      anyText(60),
      nearly(
        'Basic YTpi',
        'Bearer x',
        '"abc"',
        'W/"1"',
        '1',
        'bytes=0-1',
        'gzip',
        'for=1.2.3.4',
        '1.1 host:80',
      ),
    ),
  ),
);

const someHeaders = fc.array(header, { maxLength: 3 }).map((entries) => Object.fromEntries(entries));

const WEBHOOKS: readonly Json[] = [
  {
    url: 'http://127.0.0.1:1/hook',
    eventTypes: ['deployment_success'],
    apps: ['/shop/*'],
    format: 'bus',
    since: 0,
  },
  {
    url: 'http://127.0.0.1:1/',
    secret: 's',
    description: 'd',
    maxAttempts: 1,
    timeoutSeconds: 1,
    format: 'cloudevents',
  },
  { from: 1, to: 2 },
  { deadLetters: true },
];

const PLANS: readonly Json[] = [
  { method: 'POST', path: '/v2/apps', body: { id: 'planned', cmd: 'true' } },
  { method: 'PUT', path: '/v2/groups/shop?force=true', body: GROUPS[0]! },
  { method: 'DELETE', path: '/v2/apps/sleeper' },
];

const OTHERS: readonly Json[] = [
  { ids: ['sleeper.instance-1b2c3d4e-8df4-11ea-9c1e-02420a000001._app.1', 'x'] },
  { level: 'debug', logger: 'api', durationSeconds: 5 },
  { toVersion: '2020-05-04T10:00:00.000Z', position: 1 },
];

const json: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: mutated([...APPS, ...UPDATES]) },
  { weight: 3, arbitrary: mutated(GROUPS) },
  { weight: 1, arbitrary: mutated(APP_ARRAYS) },
  { weight: 1, arbitrary: mutated([...PODS, ...OTHERS]) },
  { weight: 2, arbitrary: mutated([...PLANS, ...WEBHOOKS]) },
  { weight: 1, arbitrary: anyJson },
);

const bytes = fc.oneof(
  { weight: 8, arbitrary: json.map((body) => Buffer.from(JSON.stringify(body))) },
  {
    weight: 1,
    arbitrary: mutatedBytes([...APPS, ...GROUPS].map((body) => Buffer.from(JSON.stringify(body)))),
  },
  { weight: 1, arbitrary: anyText(200).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
);

/** Every route but `DELETE /v2/leader`, which does what it says. */
const target = fc
  .oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom('/v2/apps', '/v2/groups', '/v2/apps/', '/v2/groups/'), id, suffix),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('/v2/queue/', '/v2/deployments/', '/v2/pods/', '/v2/artifacts/', '/v2/plugins/'), id, suffix) }, // prettier-ignore
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constantFrom('/ekiden/v1/apps/', '/ekiden/v1/groups/', '/ekiden/v1/instances/', '/ekiden/v1/commands/', '/ekiden/v1/deployments/', '/ekiden/v1/webhooks/'), // prettier-ignore
        id,
        fc.constantFrom('', '/rollback', '/why', '/versions', '/history', '/pause', '/resume', '/redeliver', '/dead-letters', '/files', '/files/read', '/files/download'), // prettier-ignore
      ),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(
        fc.constantFrom('/v2/apps', '/v2/groups', '/v2/tasks', '/v2/tasks/delete', '/v2/queue', '/v2/deployments', '/v2/info', '/v2/events', '/v2/eventSubscriptions', '/v2/plugins', '/ping', '/live', '/ready', '/metrics', '/metrics/prometheus', '/logging', '/config', '/ekiden/v1/diff', '/ekiden/v1/stream', '/ekiden/v1/webhooks', '/ekiden/v1/plan', '/ekiden/v1/status', '/ekiden/v1/history', '/ekiden/v1/deployments', '/ekiden/v1/audit/digest', '/ekiden/v1/audit/export', '/ekiden/v1/position', '/', '//', '/help', '/ui'), // prettier-ignore
        fc.constant(''),
        fc.constant(''),
      ),
    },
    { weight: 1, arbitrary: fc.tuple(anyText(60), fc.constant(''), fc.constant('')) },
  )
  .map((parts) => parts.join(''));

const anyRequest: fc.Arbitrary<RawRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
    path: target,
    query,
    type: fc.oneof(
      { weight: 8, arbitrary: fc.constant('application/json') },
      {
        weight: 1,
        arbitrary: fc.oneof(anyText(), fc.constantFrom('text/plain', 'application/json; charset=x')),
      },
    ),
    headers: someHeaders,
    body: bytes,
  })
  .map(({ method, path, query: text, type, headers: more, body }) => ({
    method,
    target: `${path.startsWith('/') ? '' : '/'}${path}${text}`,
    headers: { ...more, 'content-type': type },
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  }))
  .filter((raw) => !(raw.method === 'DELETE' && raw.target.includes('leader')));

const CONNECTIONS = [
  'POST /v2/apps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\nConnection: close\r\n\r\n{"id":"a","cmd":"b"}',
  'PUT /v2/groups HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'GET /v2/events HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\nGET /v2/apps HTTP/1.1\r\n\r\n',
];

describe('the API', () => {
  fuzz(
    'answers any request below 500, and what it refuses changes nothing',
    {
      input: anyRequest,
      runs: 700,
      cpuMs: CPU_MS,
    },
    async (raw) => {
      await sent(raw);
    },
  );

  fuzz(
    'takes any body on any route that writes',
    {
      input: fc.tuple(
        fc.constantFrom(['POST', '/v2/apps'], ['PUT', '/v2/apps'], ['PATCH', '/v2/apps'], ['PUT', '/v2/apps/web'], ['PUT', '/v2/apps/web?partialUpdate=false'], ['PATCH', '/v2/apps/web'], ['POST', '/v2/groups'], ['PUT', '/v2/groups/shop'], ['POST', '/v2/groups/shop'], ['PATCH', '/v2/groups/shop'], ['POST', '/v2/tasks/delete'], ['POST', '/ekiden/v1/plan'], ['POST', '/ekiden/v1/webhooks'], ['POST', '/ekiden/v1/apps/web/rollback'], ['POST', '/logging'], ['POST', '/v2/pods']), // prettier-ignore
        bytes,
        fc.boolean(),
      ),
      runs: 500,
      cpuMs: CPU_MS,
    },
    async ([[method = '', path = ''], body, force]) => {
      const forced = force ? `${path.includes('?') ? '&' : '?'}force=true` : '';
      await sent({ method, target: path + forced, headers: { 'content-type': 'application/json' }, body });
    },
  );

  fuzz(
    'outlives any bytes on a connection',
    {
      input: inPieces(
        mutatedBytes(
          CONNECTIONS.map((text) => Buffer.from(text)),
          3,
        ),
      ),
      runs: 60,
      cpuMs: CPU_MS,
    },
    async (pieces) => {
      await sendBytes(node.url, pieces);
      expect((await sent({ method: 'GET', target: '/ping' })).status).toBe(200);
    },
  );

  fuzz(
    'takes bodies of a megabyte',
    {
      input: fc.tuple(
        fc.constantFrom(['POST', '/v2/apps'], ['PUT', '/v2/groups/shop'], ['POST', '/ekiden/v1/plan'], ['POST', '/ekiden/v1/webhooks']), // prettier-ignore
        mutated([APPS[0]!, GROUPS[0]!, PLANS[0]!, WEBHOOKS[0]!], 0),
        fc.nat(10),
        fc.oneof(longText(1 << 20), fc.constantFrom(400, 600, 100_000)),
      ),
      runs: 15,
      cpuMs: CPU_MS,
    },
    async ([[method = '', path = ''], shape, at, text]) => {
      const big = typeof text === 'string' ? JSON.stringify(text) : '['.repeat(text) + ']'.repeat(text);
      const names = Object.keys(shape as object);
      const name = names[at % names.length]!;
      const whole = JSON.stringify({ ...(shape as object), [name]: 'BIG' }).replace('"BIG"', () => big);
      const headers = { 'content-type': 'application/json' };
      for (const body of [whole, big]) await sent({ method, target: path, headers, body: Buffer.from(body) });
    },
  );
});

const putApp = (body: unknown, partial: string) =>
  sent({
    method: 'PUT',
    target: `/v2/apps/fuzzed/app?force=true&partialUpdate=${partial}`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  });

const readApp = async () => {
  const { text, status } = await sent({ method: 'GET', target: '/v2/apps/fuzzed/app' });
  expect(status).toBe(200);
  return (JSON.parse(text) as { app: ReadApp }).app;
};

fuzz(
  'an app that is accepted reads back, and is no change when it is sent again',
  { input: fc.tuple(mutated(APPS), fc.constantFrom('true', 'false')), runs: 250, cpuMs: CPU_MS },
  async ([app, partialUpdate]) => {
    const first = await putApp(app, partialUpdate);
    if (first.status >= 300 || usesDeprecatedTexts(app)) return;
    const stored = await readApp();
    // Sent with the ports that it was given, a check that leaves its port open names one (`spec/definitions.md` §10.1).
    if (stored.healthChecks?.some(({ port, portIndex }) => port === undefined && portIndex === undefined))
      return;
    expect((await putApp(stored, 'false')).status).toBe(200);
    const again = await readApp();
    expect(withoutDeployments(again)).toEqual(withoutDeployments(stored));
  },
);

/** Whether it has texts whose modern form has limits that the deprecated one has not (`spec/definitions.md` §2.4, §7.3). */
const usesDeprecatedTexts = (app: Json): boolean =>
  Object.keys(app ?? {}).some((key) => key === 'uris' || key === 'ipAddress');

interface ReadApp {
  readonly version: string;
  readonly deployments: unknown;
  readonly healthChecks?: readonly { readonly port?: number; readonly portIndex?: number }[];
}

const withoutDeployments = ({ deployments: _deployments, ...app }: ReadApp): object => app;
