import { describe, expect, it } from 'vitest';
import type { Reply } from '../commands/command.js';
import { Scenario } from '../deciding/scenario.fixture.js';
import { captureSnapshot, restoreSnapshot } from '../state/snapshot.js';
import type { WebhookReport } from './report-webhook.js';
import { MOST_DEAD_LETTERS, type Webhook, type WebhookSettings } from './webhook.js';

const SETTINGS: WebhookSettings = {
  url: 'http://receiver.example/hook',
  eventTypes: [],
  apps: [],
  format: 'bus',
  sealedSecret: 'v1.sealed',
  maxAttempts: 3,
  timeoutMs: 10_000,
};

const idOf = (reply: Reply): string => {
  if (reply.kind !== 'webhook') throw new Error(`no webhook: ${JSON.stringify(reply)}`);
  return reply.webhook.id;
};

/** A webhook behind some history. */
function subscribed(settings: Partial<WebhookSettings> = {}) {
  const scenario = new Scenario().connected();
  scenario.create({ id: '/web', cmd: 'sleep 9', instances: 0 });
  const id = idOf(scenario.submit({ type: 'SubscribeWebhook', settings: { ...SETTINGS, ...settings } }));
  const report = (...reports: WebhookReport[]): void => {
    for (const one of reports) scenario.tell({ type: 'ReportWebhook', webhookId: id, report: one });
  };
  const webhook = (): Webhook => scenario.state.webhooks.get(id)!;
  return { scenario, id, report, webhook };
}

const snapshotText = (scenario: Scenario): string => [...captureSnapshot(scenario.state)].join('');

const failed = (position: number, attempts: number): WebhookReport => ({
  kind: 'failed',
  position,
  attempts,
  error: 'no answer',
  nextAttemptMs: 5000,
});

const givenUp = (position: number): WebhookReport => ({
  kind: 'given-up',
  position,
  attempts: 3,
  error: 'x'.repeat(600),
});

describe('a webhook', () => {
  it('begins where the log ends, or behind a position of the past', () => {
    const { scenario, webhook } = subscribed();
    expect(webhook().cursor).toBe(scenario.state.position - 1);
    const settings = SETTINGS;
    const early = scenario.submit({ type: 'SubscribeWebhook', settings, after: 2 });
    expect(scenario.state.webhooks.get(idOf(early))?.cursor).toBe(2);
    const future = scenario.submit({ type: 'SubscribeWebhook', settings, after: 9999 });
    expect(scenario.state.webhooks.get(idOf(future))?.cursor).toBe(scenario.state.position - 1);
  });

  it('has a stream of its own, and answers show its secret in no form', () => {
    const { scenario, id } = subscribed();
    const reply = scenario.submit({ type: 'PauseWebhook', webhookId: id });
    expect(scenario.events.at(-1)).toMatchObject({ type: 'WebhookPaused', stream: `webhook:${id}` });
    expect(reply).toMatchObject({ kind: 'webhook', webhook: { hasSecret: true, state: 'paused' } });
    expect(JSON.stringify(reply)).not.toContain('sealed');
  });

  it('changes what is told, keeps the rest, and forgets what is null', () => {
    const { scenario, id, webhook } = subscribed({ description: 'for the pager' });
    const changes = { url: 'http://other.example/', description: null, maxAttempts: 9 };
    scenario.submit({ type: 'ChangeWebhook', webhookId: id, changes });
    expect(webhook()).toMatchObject({
      url: 'http://other.example/',
      maxAttempts: 9,
      sealedSecret: 'v1.sealed',
    });
    expect(webhook().description).toBeUndefined();
    expect(webhook().revision).toBe(scenario.state.position);
  });

  it('advances, backs off and recovers', () => {
    const { scenario, report, webhook } = subscribed();
    const { cursor } = webhook();
    report({ kind: 'advanced', position: cursor + 5 });
    expect(webhook().cursor).toBe(cursor + 5);
    // Old news change nothing.
    const count = scenario.events.length;
    report({ kind: 'advanced', position: cursor + 5 }, { kind: 'advanced', position: cursor });
    expect(scenario.events).toHaveLength(count);
    report(failed(cursor + 6, 1), failed(cursor + 6, 2));
    expect(webhook().failure).toMatchObject({ attempts: 2, nextAttemptMs: 5000, atMs: scenario.nowMs });
    report({ kind: 'advanced', position: cursor + 6 });
    expect(webhook().failure).toBeUndefined();
  });

  it('is told to be gone once', () => {
    const { scenario, id, report, webhook } = subscribed();
    report({ kind: 'gone', reason: 'the receiver answered 410 Gone' });
    report({ kind: 'gone', reason: 'again' });
    expect(webhook().paused).toBe('the receiver answered 410 Gone');
    scenario.submit({ type: 'ResumeWebhook', webhookId: id });
    expect(webhook().paused).toBeUndefined();
  });

  it('keeps the newest dead letters, one for each position', () => {
    const { report, webhook } = subscribed();
    report(givenUp(1), givenUp(1));
    expect(webhook().deadLetters).toHaveLength(1);
    expect(webhook().deadLetters[0]?.error).toHaveLength(500);
    for (let position = 2; position <= MOST_DEAD_LETTERS + 1; position++) report(givenUp(position));
    expect(webhook().deadLetters).toHaveLength(MOST_DEAD_LETTERS);
    expect(webhook().deadLetters[0]?.position).toBe(2);
  });

  it('delivers ranges and dead letters once more', () => {
    const { scenario, id, report, webhook } = subscribed();
    for (const position of [3, 2]) report({ kind: 'given-up', position, attempts: 3, error: 'e' });
    const redeliver = (what: { deadLetters: true } | { from: number; to?: number }) =>
      scenario.submit({ type: 'RedeliverWebhook', webhookId: id, what });
    redeliver({ deadLetters: true });
    expect(webhook().deadLetters).toEqual([]);
    const { cursor } = webhook();
    redeliver({ from: 1 });
    const whole = { from: 1, to: cursor };
    expect(webhook().redeliveries).toEqual([{ from: 2, to: 2 }, { from: 3, to: 3 }, whole]);
    report({ kind: 'redelivered', done: 1 });
    report({ kind: 'redelivered', done: 1 }, { kind: 'redelivered', done: 0, position: 1 });
    expect(webhook().redeliveries).toEqual([{ from: 2, to: cursor }]);
    report({ kind: 'redelivered', done: 1 }, { kind: 'redelivered', done: 1 });
    expect(webhook().redeliveries).toEqual([]);
    expect(redeliver({ deadLetters: true })).toMatchObject({ kind: 'refused', code: 'Invalid' });
    expect(redeliver({ from: cursor + 1 })).toMatchObject({ kind: 'refused', code: 'Invalid' });
  });

  it('that is not there is not found, and reports about it are nobody’s news', () => {
    const { scenario, id, report } = subscribed();
    expect(scenario.submit({ type: 'UnsubscribeWebhook', webhookId: id })).toEqual({ kind: 'done' });
    expect(scenario.submit({ type: 'PauseWebhook', webhookId: id })).toEqual({
      kind: 'refused',
      code: 'WebhookNotFound',
      webhookId: id,
    });
    const count = scenario.events.length;
    report({ kind: 'advanced', position: 99 }, failed(1, 1));
    expect(scenario.events).toHaveLength(count);
  });

  it('is one of 500 at most', () => {
    const { scenario } = subscribed();
    for (let count = 1; count < 500; count++)
      scenario.submit({ type: 'SubscribeWebhook', settings: SETTINGS });
    expect(scenario.submit({ type: 'SubscribeWebhook', settings: SETTINGS })).toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining('500 webhooks'),
    });
  });
});

describe('a callback', () => {
  it('is added once and removed once; both answer the same each time', () => {
    const scenario = new Scenario();
    const url = 'http://old.example/callback';
    const add = () => scenario.submit({ type: 'AddCallback', url });
    const remove = () => scenario.submit({ type: 'RemoveCallback', url });
    const answer = { kind: 'callback', callbackUrl: url, clientIp: 'unknown' };
    expect([add(), add()]).toMatchObject([
      { ...answer, eventType: 'subscribe_event' },
      { ...answer, eventType: 'subscribe_event' },
    ]);
    expect([remove(), remove()]).toMatchObject([
      { ...answer, eventType: 'unsubscribe_event' },
      { ...answer, eventType: 'unsubscribe_event' },
    ]);
    expect(scenario.eventTypes()).toEqual(['WebhookSubscribed', 'WebhookUnsubscribed']);
  });

  it('that has missed too much goes on behind the gap', () => {
    const scenario = new Scenario();
    scenario.submit({ type: 'AddCallback', url: 'http://old.example/' });
    const [callback] = [...scenario.state.webhooks.values()];
    const report = { kind: 'skipped', from: 1, to: 20_000, reason: 'out of reach' } as const;
    scenario.tell({ type: 'ReportWebhook', webhookId: callback!.id, report });
    expect(scenario.state.webhooks.get(callback!.id)?.cursor).toBe(20_000);
  });
});

describe('webhooks in the state', () => {
  it('are the same after a replay and over a snapshot, to the byte', () => {
    const { scenario, id, report } = subscribed();
    const restored = (): Scenario => {
      const other = new Scenario();
      other.state = restoreSnapshot([snapshotText(scenario)]);
      return other;
    };
    const halfway = restored();
    const continued: WebhookReport[] = [
      failed(4, 1),
      { kind: 'gone', reason: 'gone' },
      { kind: 'given-up', position: 4, attempts: 3, error: 'e' },
      failed(5, 1),
    ];
    report(...continued);
    for (const one of continued) halfway.tell({ type: 'ReportWebhook', webhookId: id, report: one });
    expect(snapshotText(halfway)).toBe(snapshotText(scenario));
    expect(snapshotText(restored())).toBe(snapshotText(scenario));
    expect([...scenario.replay().webhooks.values()]).toEqual([...scenario.state.webhooks.values()]);
  });

  it('may be absent from a snapshot of a former release', () => {
    const { scenario } = subscribed();
    const lines = snapshotText(scenario).split('\n');
    const former = lines.filter((line) => !line.startsWith('{"t":"webhook"')).join('\n');
    expect(restoreSnapshot([former]).webhooks.size).toBe(0);
    expect(restoreSnapshot([former]).apps.size).toBe(1);
  });
});
