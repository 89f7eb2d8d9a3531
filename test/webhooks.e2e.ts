import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { idleApp } from './support/app-definitions.js';
import { projectRoot } from './support/ekiden-process.js';
import { EventStream } from './support/event-stream.js';
import { eventually } from './support/eventually.js';
import { Site, temporaryDirectory } from './support/site.js';
import { firstArrivals, WebhookReceiver, type Received } from './support/webhook-receiver.js';

const SECRET = 'a-secret-that-must-not-leak-7f3a';

type Verify = (received: { body: string; signature: string; secret: string; nowMs?: number }) => boolean;

/** The example of the documentation, as a reader would copy it. */
async function documentedVerify(): Promise<Verify> {
  const page = readFileSync(join(projectRoot, 'docs/webhooks.md'), 'utf8');
  const [, code] = /```js\n(\/\/ verify\.mjs[\s\S]*?)```/.exec(page) ?? [];
  const file = join(temporaryDirectory(), 'verify.mjs');
  writeFileSync(file, code ?? '');
  const module = (await import(pathToFileURL(file).href)) as { verify: Verify };
  return module.verify;
}

/** Every file below a directory, as text. */
function contents(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')).join('\n');
}

const keyOf = ({ position, index }: Received): number => position * 1000 + index;

describe('webhooks', () => {
  let site: Site;
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });

  afterEach(async () => {
    await receiver.down();
    await site?.dispose();
  });

  const subscribe = async (body: Record<string, unknown>): Promise<string> => {
    const answer = await site.api.post<{ id: string }>('/ekiden/v1/webhooks', {
      url: receiver.url(),
      ...body,
    });
    expect(answer.status, answer.text).toBe(201);
    return answer.body.id;
  };

  const webhook = async (id: string) => (await site.api.get(`/ekiden/v1/webhooks/${id}`)).body;

  const act = async (id: string, verb: string, body?: unknown) => {
    const answer = await site.api.post(`/ekiden/v1/webhooks/${id}/${verb}`, body);
    expect(answer.status, answer.text).toBeLessThan(300);
  };

  const createdApps = (path = '/hook'): unknown[] =>
    receiver
      .at(path)
      .map(({ event }) => event['appDefinition'] ?? event['data'])
      .map(
        (data) =>
          (data as { id?: string; app?: { id: string } }).id ?? (data as { app: { id: string } }).app.id,
      );

  test('a receiver that was down gets everything in order, over a kill -9 of Ekiden too', async () => {
    site = await Site.start();
    const id = await subscribe({ secret: SECRET, since: 0 });
    await site.api.createApp(idleApp('/before'));
    await eventually(() =>
      receiver.received.some(({ event }) => event['eventType'] === 'deployment_success'),
    );

    await receiver.down();
    for (const app of ['/a', '/b', '/c']) await site.api.createApp(idleApp(app));
    await eventually(async () => (await webhook(id))['state'] === 'backing-off');
    await site.crashAndRestart();
    await site.api.createApp(idleApp('/after-the-crash'));
    await site.api.delete('/v2/apps/a');
    await site.api.settled();
    await receiver.up();

    const stream = await EventStream.open(site.api.url, { query: '?since=0' });
    await stream.waitFor('the end of the deletion', ({ event, data }) => {
      return event === 'app_terminated_event' && data['appId'] === '/a';
    });
    await eventually(() => firstArrivals(receiver.received).length >= stream.recorded.length, {
      what: 'every event at the receiver',
    });
    await stream.close();
    const arrived = firstArrivals(receiver.received);
    expect(arrived.map(({ event }) => event)).toEqual(stream.recorded.map(({ data }) => data));
    expect(arrived.map(keyOf)).toEqual(arrived.map(keyOf).toSorted((a, b) => a - b));
    await eventually(async () => (await webhook(id))['state'] === 'active');
    expect(await webhook(id)).toMatchObject({ attempts: 0, deadLetters: 0, secret: true });

    const verify = await documentedVerify();
    for (const { body, signature } of receiver.received) {
      expect(verify({ body, signature, secret: SECRET })).toBe(true);
    }
    const { body, signature } = receiver.received[0]!;
    expect(verify({ body: body.replace('"', ' '), signature, secret: SECRET })).toBe(false);
    expect(verify({ body, signature, secret: 'another secret' })).toBe(false);
    expect(verify({ body, signature: signature.replace(/^t=\d+/, 't=1'), secret: SECRET })).toBe(false);
    expect(verify({ body, signature, secret: SECRET, nowMs: Date.now() + 3_600_000 })).toBe(false);
    expect(verify({ body, signature: '', secret: SECRET })).toBe(false);

    const shown = await Promise.all(
      ['/ekiden/v1/webhooks', `/ekiden/v1/webhooks/${id}`, '/config', '/v2/info'].map((path) =>
        site.api.get(path),
      ),
    );
    await site.stop();
    for (const text of [...shown.map((answer) => answer.text), site.ekiden.output, contents(site.dataDir)]) {
      expect(text).not.toContain(SECRET);
    }
  });

  test('an event that is given up is a dead letter; it, and any range, is delivered again when asked', async () => {
    site = await Site.start();
    const id = await subscribe({
      eventTypes: ['AppCreated'],
      apps: ['/x*'],
      format: 'cloudevents',
      maxAttempts: 2,
    });
    receiver.answer = ({ body }) => (body.includes('/x-bad') ? 500 : 200);
    for (const app of ['/x-1', '/x-bad', '/y', '/x-2']) await site.api.createApp(idleApp(app));
    await eventually(() => createdApps().length === 2);
    expect(createdApps()).toEqual(['/x-1', '/x-2']);
    const letters = await site.api.get<{
      deadLetters: { position: number; error: string; attempts: number }[];
    }>(`/ekiden/v1/webhooks/${id}/dead-letters`);
    expect(letters.body.deadLetters).toMatchObject([{ attempts: 2, error: 'the receiver answered 500' }]);
    const metrics = (await site.api.get('/metrics/prometheus')).text;
    expect(metrics).toMatch(/webhooks_dead_letters\S* 1\n/);

    receiver.answer = () => 200;
    await act(id, 'redeliver', { deadLetters: true });
    await eventually(() => createdApps().length === 3);
    expect(createdApps().at(-1)).toBe('/x-bad');
    expect(receiver.received.at(-1)?.position).toBe(letters.body.deadLetters[0]?.position);
    await eventually(async () => (await webhook(id))['redeliveries'] === 0);
    expect(await webhook(id)).toMatchObject({ deadLetters: 0, state: 'active' });
    const first = receiver.received[0]!.position;
    await act(id, 'redeliver', { from: first, to: first });
    await eventually(() => createdApps().length === 4);
    expect(createdApps().at(-1)).toBe('/x-1');

    await act(id, 'pause');
    await site.api.createApp(idleApp('/x-3'));
    await delay(500);
    expect(createdApps()).toHaveLength(4);
    await act(id, 'resume');
    await eventually(() => createdApps().length === 5);
    expect((await site.api.delete(`/ekiden/v1/webhooks/${id}`)).status).toBe(204);
    expect((await site.api.get(`/ekiden/v1/webhooks/${id}`)).status).toBe(404);
  });

  test('a receiver that never answers holds up nobody else; one that is gone is paused', async () => {
    site = await Site.start();
    receiver.answer = ({ path }) => (path === '/stuck' ? undefined : path === '/gone' ? 410 : 204);
    const settings = { eventTypes: ['api_post_event'], timeoutSeconds: 1 };
    const stuck = await subscribe({ ...settings, url: receiver.url('/stuck') });
    const gone = await subscribe({ ...settings, url: receiver.url('/gone') });
    await subscribe(settings);
    for (const app of ['/a', '/b', '/c']) await site.api.createApp(idleApp(app));
    await eventually(() => createdApps().length === 3, { timeoutMs: 5000 });
    await eventually(async () => (await webhook(gone))['state'] === 'paused');
    await eventually(async () => (await webhook(stuck))['state'] === 'backing-off');
    expect(await webhook(stuck)).toMatchObject({ lastError: 'no answer within 1000 ms' });
  });

  test('the callbacks of old Marathons are taken when they are asked for', async () => {
    site = await Site.create();
    await site.start('--event_subscriber', 'http_callback', '--http_endpoints', receiver.url('/static'));
    const at = (path: string) =>
      `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(receiver.url(path))}`;
    const stream = await EventStream.open(site.api.url);
    const added = { eventType: 'subscribe_event', callbackUrl: receiver.url('/cb'), clientIp: '127.0.0.1' };
    for (const answer of [await site.api.post(at('/cb')), await site.api.post(at('/cb'))]) {
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject(added);
    }
    const heard = await stream.waitFor('the subscription', ({ event, data }) => {
      return event === 'subscribe_event' && data['callbackUrl'] === added.callbackUrl;
    });
    expect(heard.data).toMatchObject(added);
    await eventually(async () => {
      const { body } = await site.api.get<{ callbackUrls: string[] }>('/v2/eventSubscriptions');
      expect(body.callbackUrls.toSorted()).toEqual([receiver.url('/cb'), receiver.url('/static')]);
      return true;
    });
    await site.api.createApp(idleApp('/web'));
    for (const path of ['/static', '/cb']) {
      await eventually(() =>
        receiver.at(path).some(({ event }) => event['eventType'] === 'deployment_success'),
      );
      expect(receiver.at(path).every(({ position }) => position > 0)).toBe(true);
    }
    await site.crash();
    await site.start('--enable_features', 'http_callbacks');
    const removed = await site.api.delete(at('/cb'));
    expect(removed.body).toMatchObject({ ...added, eventType: 'unsubscribe_event' });
    const { body } = await site.api.get('/v2/eventSubscriptions');
    expect(body['callbackUrls']).toEqual([receiver.url('/static')]);
    await stream.close();
  });
});
