import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebhookSettings, WebhookSummary } from '#domain';
import { WebhookSecrets } from '#secrets';
import { startApi, type TestApi } from './api.fixture.js';
import { VERSION, VERSION_MS } from './domain-objects.fixture.js';

const URL = 'https://receiver.example/hook';
const SETTINGS: WebhookSettings = {
  url: URL,
  eventTypes: [],
  apps: [],
  format: 'bus',
  maxAttempts: 50,
  timeoutMs: 10_000,
};

const SUMMARY: WebhookSummary = {
  ...SETTINGS,
  id: 'w-1',
  kind: 'webhook',
  createdAtMs: VERSION_MS,
  cursor: 7,
  state: 'active',
  hasSecret: false,
  deadLetters: 0,
  redeliveries: 0,
};

let api: TestApi;

afterEach(() => api.close());

const http = () => request(api.url);
const submitted = () => api.leader.submitted.map(({ command }) => command);

async function serve(...flags: string[]): Promise<void> {
  api = await startApi(flags);
  api.leader.decide = () => ({ reply: { kind: 'webhook', webhook: SUMMARY } });
}

describe('POST /ekiden/v1/webhooks', () => {
  it('fills in what is not said, and answers 201 with a Location', async () => {
    await serve();
    api.leader.decide = () => ({ reply: { kind: 'webhook', webhook: SUMMARY, created: true } });
    const answer = await http().post('/ekiden/v1/webhooks').send({ url: URL });
    expect(answer.status).toBe(201);
    expect(answer.headers['location']).toMatch(/\/ekiden\/v1\/webhooks\/w-1$/);
    expect(answer.body).toEqual({
      id: 'w-1',
      url: URL,
      eventTypes: [],
      apps: [],
      format: 'bus',
      secret: false,
      maxAttempts: 50,
      timeoutSeconds: 10,
      createdAt: VERSION,
      state: 'active',
      cursor: 7,
      attempts: 0,
      deadLetters: 0,
      redeliveries: 0,
    });
    expect(submitted()).toEqual([{ type: 'SubscribeWebhook', settings: SETTINGS }]);
  });

  it.each<[body: object, path: string, error: string]>([
    [{}, '/url', 'error.path.missing'],
    [{ url: null }, '/url', 'error.path.missing'],
    [{ url: 5 }, '/url', 'error.expected.jsstring'],
    [{ url: 'ftp://h/' }, '/url', 'must be an http:// or https:// address'],
    [{ url: 'http://user:hush@h/' }, '/url', 'without credentials'],
    [{ url: `http://h/${'x'.repeat(2048)}` }, '/url', 'at most 2048 characters'],
    [{ url: URL, eventTypes: 'a' }, '/eventTypes', 'error.expected.jsarray'],
    [{ url: URL, eventTypes: ['a', 1] }, '/eventTypes(1)', 'error.expected.jsstring'],
    [{ url: URL, apps: null }, '/apps', 'error.expected.jsarray'],
    [{ url: URL, format: 'xml' }, '/format', 'error.unknown.enum.literal'],
    [{ url: URL, maxAttempts: 0 }, '/maxAttempts', 'error.min'],
    [{ url: URL, maxAttempts: 1.5 }, '/maxAttempts', 'error.expected.int'],
    [{ url: URL, timeoutSeconds: 61 }, '/timeoutSeconds', 'error.max'],
    [{ url: URL, secret: '' }, '/secret', 'must have 1 to 1024 characters'],
    [{ url: URL, eventType: ['a'] }, '/eventType', 'is not known; known are url, eventTypes,'],
    // The API of the test has no key, as a node of a cluster without the flag.
    [{ url: URL, secret: 'hush' }, '/secret', '--webhook_key_file'],
  ])('refuses %j', async (body, path, error) => {
    await serve();
    const answer = await http().post('/ekiden/v1/webhooks').send(body);
    expect(answer.status).toBe(422);
    expect(answer.body.details).toEqual([{ path, errors: [expect.stringContaining(error)] }]);
    expect(JSON.stringify(answer.body)).not.toContain('hush');
    expect(submitted()).toEqual([]);
  });

  it.each([
    ['nonsense', 'Expecting a position or a time'],
    [{}, 'Expecting a position or a time'],
    [99, 'lies in the future'],
    ['2099-01-01T00:00:00Z', 'lies in the future'],
  ])('answers 400 to since %j', async (since, message) => {
    await serve();
    const answer = await http().post('/ekiden/v1/webhooks').send({ url: URL, since });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(message);
  });

  it.each([
    [0, 0],
    ['1', 1],
    [VERSION, 2],
  ])('takes since %j', async (since, after) => {
    await serve();
    const event = { type: 'GroupDeleted', data: { groupId: '/g' } } as const;
    await api.leader.append([event, event]);
    await http().post('/ekiden/v1/webhooks').send({ url: URL, since });
    expect(submitted()).toMatchObject([{ type: 'SubscribeWebhook', after }]);
  });

  it('seals the secret the same way each time, so that a request may come again with its key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ekiden-webhooks-'));
    const secrets = new WebhookSecrets({ kind: 'own', path: join(folder, 'key') });
    api = await startApi([], { secrets });
    const secret = randomBytes(16).toString('hex');
    for (let time = 0; time < 2; time++) await http().post('/ekiden/v1/webhooks').send({ url: URL, secret });
    const [one, other] = submitted();
    expect(one).toEqual(other);
    expect(JSON.stringify(one)).not.toContain(secret);
    expect(one).toMatchObject({ settings: { sealedSecret: expect.stringMatching(/^v1\./) } });
    rmSync(folder, { recursive: true });
  });
});

describe('one webhook', () => {
  it('is changed by what is given alone', async () => {
    await serve();
    const changes = { description: null, secret: null, timeoutSeconds: 3, apps: ['/a*'] };
    const answer = await http().patch('/ekiden/v1/webhooks/w-1').send(changes);
    expect(answer.status).toBe(200);
    expect(submitted()).toEqual([
      {
        type: 'ChangeWebhook',
        webhookId: 'w-1',
        changes: { description: null, sealedSecret: null, timeoutMs: 3000, apps: ['/a*'] },
      },
    ]);
    for (const body of [{ url: null }, { since: 0 }, { maxAttempts: null }]) {
      expect((await http().patch('/ekiden/v1/webhooks/w-1').send(body)).status).toBe(422);
    }
  });

  it.each<[body: object, path: string]>([
    [{}, '/from'],
    [{ to: 3 }, '/from'],
    [{ from: 0 }, '/from'],
    [{ from: 3, to: 2 }, '/to'],
    [{ deadLetters: false }, '/deadLetters'],
    [{ deadLetters: true, from: 1 }, '/deadLetters'],
  ])('is not delivered to again for %j', async (body, path) => {
    await serve();
    const answer = await http().post('/ekiden/v1/webhooks/w-1/redeliver').send(body);
    expect(answer.status).toBe(422);
    expect(answer.body.details).toMatchObject([{ path }]);
  });

  it('is paused, resumed, delivered to again and removed by command', async () => {
    await serve();
    const base = '/ekiden/v1/webhooks/w-1';
    expect((await http().post(`${base}/pause`)).status).toBe(200);
    expect((await http().post(`${base}/resume`)).status).toBe(200);
    expect((await http().post(`${base}/redeliver`).send({ from: 2, to: 4 })).status).toBe(202);
    api.leader.decide = () => ({ reply: { kind: 'done' } });
    expect((await http().delete(base)).status).toBe(204);
    const webhookId = 'w-1';
    expect(submitted()).toEqual([
      { type: 'PauseWebhook', webhookId },
      { type: 'ResumeWebhook', webhookId },
      { type: 'RedeliverWebhook', webhookId, what: { from: 2, to: 4 } },
      { type: 'UnsubscribeWebhook', webhookId },
    ]);
    api.leader.decide = () => ({ reply: { kind: 'refused', code: 'WebhookNotFound', webhookId } });
    expect((await http().post(`${base}/pause`)).status).toBe(404);
  });

  it('shows its state and its dead letters, newest first', async () => {
    await serve();
    const id = 'w-1';
    await api.leader.append([
      {
        type: 'WebhookSubscribed',
        data: { ...SETTINGS, id, kind: 'webhook', cursor: 0, sealedSecret: 'v1.x' },
      },
      { type: 'WebhookDeadLettered', data: { id, position: 1, attempts: 50, error: 'first' } },
      { type: 'WebhookDeadLettered', data: { id, position: 2, attempts: 50, error: 'second' } },
      {
        type: 'WebhookDeliveryFailed',
        data: { id, position: 3, attempts: 4, error: 'refused', nextAttemptMs: VERSION_MS },
      },
    ]);
    await expect
      .poll(async () => (await http().get('/ekiden/v1/webhooks/w-1')).body)
      .toMatchObject({
        state: 'backing-off',
        attempts: 4,
        lastError: 'refused',
        deadLetters: 2,
        secret: true,
      });
    const list = await http().get('/ekiden/v1/webhooks');
    expect(list.body.webhooks).toHaveLength(1);
    expect(list.text).not.toContain('v1.x');
    const letters = await http().get('/ekiden/v1/webhooks/w-1/dead-letters');
    expect(letters.body).toEqual({
      deadLetters: [
        { position: 2, attempts: 50, error: 'second', time: VERSION },
        { position: 1, attempts: 50, error: 'first', time: VERSION },
      ],
    });
    expect((await http().get('/ekiden/v1/webhooks/other')).status).toBe(404);
    expect((await http().get('/ekiden/v1/webhooks/other/dead-letters')).status).toBe(404);
  });
});

describe('/v2/eventSubscriptions', () => {
  const path = '/v2/eventSubscriptions?callbackUrl=http%3A%2F%2Fold.example%2Fcb';

  it('answers 400 unless it is switched on', async () => {
    await serve();
    for (const answer of [await http().get(path), await http().post(path), await http().delete(path)]) {
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/^\{"message/);
    }
    expect(submitted()).toEqual([]);
  });

  it('adds and removes, and prints the event', async () => {
    await serve('--event_subscriber', 'http_callback');
    const event = { callbackUrl: 'http://old.example/cb', clientIp: '192.0.2.1', timestamp: VERSION };
    const answered = async (
      eventType: 'subscribe_event' | 'unsubscribe_event',
      method: 'post' | 'delete',
    ) => {
      api.leader.decide = () => ({ reply: { kind: 'callback', eventType, ...event } });
      return http()[method](path);
    };
    expect((await answered('subscribe_event', 'post')).body).toEqual({
      eventType: 'subscribe_event',
      ...event,
    });
    expect((await answered('unsubscribe_event', 'delete')).status).toBe(200);
    const url = 'http://old.example/cb';
    expect(submitted()).toEqual([
      { type: 'AddCallback', url },
      { type: 'RemoveCallback', url },
    ]);
  });

  it.each(['', '?callbackUrl=', '?callbackUrl=nonsense', '?callbackUrl=http://u:p@h/'])(
    'refuses %j as a callback',
    async (query) => {
      await serve('--enable_features', 'http_callbacks');
      expect((await http().post(`/v2/eventSubscriptions${query}`)).status).toBe(422);
    },
  );

  it('lists callbacks only', async () => {
    await serve('--enable_features', 'http_callbacks');
    await api.leader.append([
      { type: 'WebhookSubscribed', data: { ...SETTINGS, id: 'a', kind: 'webhook', cursor: 0 } },
      {
        type: 'WebhookSubscribed',
        data: { ...SETTINGS, id: 'b', kind: 'callback', cursor: 0, url: 'http://cb/' },
      },
    ]);
    await expect
      .poll(async () => (await http().get('/v2/eventSubscriptions')).body)
      .toEqual({ callbackUrls: ['http://cb/'] });
  });
});
