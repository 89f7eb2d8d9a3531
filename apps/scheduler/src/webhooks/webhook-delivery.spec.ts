import { afterEach, describe, expect, it } from 'vitest';
import { SealBrokenError } from '#secrets';
import { DeliveryHarness } from './delivery-harness.fixture.js';

const DOWN = { kind: 'failed', error: 'connect ECONNREFUSED' } as const;

const DEPLOYMENT_STEP = ['deployment_info', 'deployment_step_success'];

let harness: DeliveryHarness;

afterEach(() => harness.close());

const ascending = (positions: readonly number[]): number[] =>
  [...new Set(positions)].toSorted((a, b) => a - b);

/** The first time only. */
function once(of: DeliveryHarness, act: () => Promise<void>): Promise<void> {
  of.meanwhile = () => Promise.resolve();
  return act();
}

describe('deliveries to a webhook', () => {
  it('bring every event once and in order, and none about webhooks', async () => {
    harness = await DeliveryHarness.start({ sealedSecret: 'v1.x' });
    await harness.happen('/a', '/b', '/c');
    expect(harness.positions).toEqual(ascending(harness.positions));
    const events = await harness.writer.log.events();
    const told = events.filter(({ type, position }) => position > 1 && !type.startsWith('Webhook'));
    expect(harness.positions).toEqual(told.map(({ position }) => position).filter((one) => one > 2));
    expect(harness.arrivals[0]?.headers).toMatchObject({
      'x-ekiden-webhook': harness.id,
      'x-event-index': '0',
      'x-ekiden-signature': expect.stringMatching(/^t=\d+,v1=[0-9a-f]{64}$/),
    });
  });

  it('filter by type and app', async () => {
    harness = await DeliveryHarness.start({
      eventTypes: ['AppCreated', 'io.ekiden.AppDeleted'],
      apps: ['/b*'],
    });
    await harness.happen('/a', '/b', '/bc');
    expect(harness.arrivals.map(({ type }) => type)).toEqual([
      'io.ekiden.AppCreated',
      'io.ekiden.AppCreated',
    ]);
  });

  it('note how far they have come now and then, not for each event', async () => {
    harness = await DeliveryHarness.start();
    await harness.happen('/a', '/b', '/c', '/d');
    const notes = (await harness.writer.log.events()).filter(({ type }) => type === 'WebhookAdvanced');
    expect(notes).toHaveLength(1);
    await harness.delivery.finish(100);
    await harness.calm();
    expect(harness.webhook.cursor).toBeGreaterThanOrEqual(harness.positions.at(-1)!);
  });

  it('wait longer and longer for a receiver that is away, lose nothing, and recover at once', async () => {
    harness = await DeliveryHarness.start({ maxAttempts: 50 });
    harness.outage = DOWN;
    await harness.happen('/a', '/b');
    for (const waitMs of [1000, 2000, 4000]) {
      expect(harness.webhook.failure?.nextAttemptMs).toBe(harness.nowMs + waitMs);
      await harness.pass(waitMs);
    }
    expect(harness.webhook.failure).toMatchObject({ attempts: 4, error: DOWN.error });
    harness.outage = undefined;
    await harness.pass(8000);
    expect(harness.webhook.failure).toBeUndefined();
    const appsCreated = harness.arrivals.filter(({ type }) => type === 'io.ekiden.AppCreated');
    expect(appsCreated).toHaveLength(2);
    expect(harness.positions).toEqual(ascending(harness.positions));
    expect(harness.counted).toMatchObject({ failed: 4, deadLetters: 0 });
  });

  it('go on with the count of attempts where another leader left it', async () => {
    harness = await DeliveryHarness.start({ maxAttempts: 50 });
    harness.outage = DOWN;
    await harness.happen('/a');
    await harness.pass(1000);
    harness.restart();
    await harness.pass(2000);
    expect(harness.webhook.failure?.attempts).toBe(3);
  });

  it('count the attempts of one event, not those of another that a former leader has left behind', async () => {
    harness = await DeliveryHarness.start({ maxAttempts: 2, eventTypes: ['AppCreated'] });
    await harness.happen('/a');
    const taken = await harness.happen('/b');
    harness.answers.push(DOWN);
    await harness.happen('/c');
    expect(harness.webhook.cursor).toBeLessThan(taken);
    expect(harness.webhook.failure?.attempts).toBe(1);
    harness.restart();
    harness.answers.push(DOWN);
    await harness.pass(1000);
    expect(harness.webhook).toMatchObject({ failure: { attempts: 1 }, deadLetters: [] });
    harness.answers.push({ kind: 'delivered', durationMs: 1 }, DOWN);
    await harness.pass(1000);
    expect(harness.webhook).toMatchObject({ failure: { attempts: 1 }, deadLetters: [] });
  });

  it('give an event up after the last attempt, and bring it again when asked', async () => {
    harness = await DeliveryHarness.start({ maxAttempts: 2, eventTypes: ['AppCreated'] });
    harness.answers.push(DOWN, DOWN);
    const first = await harness.happen('/a');
    await harness.pass(1000);
    await harness.happen('/b');
    expect(harness.webhook.deadLetters).toMatchObject([{ attempts: 2, error: DOWN.error }]);
    const [letter] = harness.webhook.deadLetters;
    expect(letter?.position).toBeLessThanOrEqual(first);
    expect(harness.arrivals).toHaveLength(1);
    await harness.redeliver({ deadLetters: true });
    expect(harness.positions.at(-1)).toBe(letter?.position);
    expect(harness.webhook).toMatchObject({ deadLetters: [], redeliveries: [] });
    await harness.happen('/c');
    expect(harness.arrivals).toHaveLength(3);
  });

  it('bring a range again, over an outage too, before they go on', async () => {
    harness = await DeliveryHarness.start({ eventTypes: ['AppCreated'] });
    await harness.happen('/a', '/b', '/c');
    await harness.delivery.finish(100);
    await harness.calm();
    harness.restart();
    const [first = 0, second = 0, third = 0] = harness.positions;
    harness.answers.push({ kind: 'delivered', durationMs: 1 }, DOWN);
    await harness.redeliver({ from: first, to: second });
    expect(harness.webhook.redeliveries).toHaveLength(1);
    await harness.pass(1000);
    expect(harness.positions).toEqual([first, second, third, first, second]);
    expect(harness.webhook.redeliveries).toEqual([]);
  });

  it('note how far they have come in a range that hardly concerns them once, not page by page', async () => {
    harness = await DeliveryHarness.start({ eventTypes: ['AppCreated'] });
    const last = await harness.happen(...Array.from({ length: 120 }, (_, index) => `/a${index}`));
    await harness.delivery.finish(100);
    await harness.calm();
    await harness.writer.submit({
      type: 'ChangeWebhook',
      webhookId: harness.id,
      changes: { eventTypes: ['AppDeleted'] },
    });
    harness.restart();
    await harness.redeliver({ from: 1, to: last - 10 });
    expect(harness.webhook.redeliveries).toEqual([]);
    const notes = (await harness.writer.log.events()).filter(({ type }) => type === 'WebhookRedelivered');
    expect(notes).toHaveLength(1);
  });

  it('stand still while paused, and after 410', async () => {
    harness = await DeliveryHarness.start({ eventTypes: ['AppCreated'] });
    await harness.ask('PauseWebhook');
    await harness.happen('/a');
    expect(harness.arrivals).toEqual([]);
    harness.answers.push({ kind: 'gone', error: 'the receiver answered 410' });
    await harness.ask('ResumeWebhook');
    expect(harness.webhook.paused).toContain('410');
    await harness.happen('/b');
    expect(harness.arrivals).toEqual([]);
    await harness.ask('ResumeWebhook');
    expect(harness.arrivals).toHaveLength(2);
  });

  it('stand still between two requests of one event, too', async () => {
    harness = await DeliveryHarness.start({ format: 'bus', eventTypes: DEPLOYMENT_STEP });
    harness.meanwhile = () => once(harness, () => harness.ask('PauseWebhook'));
    await harness.happen('/a');
    expect(harness.arrivals.map(({ type }) => type)).toEqual(['deployment_info']);
    await harness.ask('ResumeWebhook');
    expect(harness.arrivals.slice(1, 3).map(({ type }) => type)).toEqual(DEPLOYMENT_STEP);
  });

  it.each([
    ['a failure', { kind: 'failed', error: 'it was the last attempt' }],
    ['a farewell', { kind: 'gone', error: 'the receiver answered 410' }],
  ] as const)(
    'take %s for what was asked for by then, not for a change made meanwhile',
    async (_, answer) => {
      harness = await DeliveryHarness.start({ maxAttempts: 1, eventTypes: ['AppCreated'] });
      harness.answers.push(answer);
      harness.meanwhile = () => once(harness, () => harness.change({ url: 'http://elsewhere.example/hook' }));
      await harness.happen('/a');
      await harness.calm();
      expect(harness.webhook).toMatchObject({ paused: undefined, failure: undefined, deadLetters: [] });
      expect(harness.arrivals).toHaveLength(1);
    },
  );

  it('do nothing that somebody has asked for before that is durable', async () => {
    harness = await DeliveryHarness.start({ eventTypes: ['AppCreated'] });
    await harness.ask('PauseWebhook');
    harness.durable = await harness.happen('/a');
    await harness.ask('ResumeWebhook');
    expect(harness.arrivals).toEqual([]);
    harness.durable = undefined;
    await harness.calm();
    expect(harness.arrivals).toHaveLength(1);
  });

  it('say that a secret cannot be opened, give nothing up for it, and go on when it can', async () => {
    harness = await DeliveryHarness.start({
      sealedSecret: 'v1.x',
      maxAttempts: 2,
      eventTypes: ['AppCreated'],
    });
    harness.openSecret = () => {
      throw new SealBrokenError('it is sealed with another key');
    };
    await harness.happen('/a');
    for (let attempt = 0; attempt < 4; attempt++) await harness.pass(10_000);
    expect(harness.webhook.failure?.error).toContain('it is sealed with another key');
    expect(harness.webhook.deadLetters).toEqual([]);
    harness.openSecret = () => 'known';
    await harness.pass(300_000);
    expect(harness.arrivals).toHaveLength(1);
    expect(harness.webhook.failure).toBeUndefined();
  });

  it('wait while it is not certain that this node leads', async () => {
    harness = await DeliveryHarness.start();
    harness.isLeading = false;
    await harness.happen('/a');
    expect(harness.arrivals).toEqual([]);
    harness.isLeading = true;
    await harness.pass(1000);
    expect(harness.arrivals.length).toBeGreaterThan(0);
  });
});

describe('deliveries to a callback', () => {
  it('are in the words of the bus, and go on where they stopped', async () => {
    harness = await DeliveryHarness.start({}, 'callback');
    harness.outage = DOWN;
    await harness.happen('/a');
    expect(harness.webhook.failure?.nextAttemptMs).toBe(harness.nowMs + 2000);
    harness.outage = undefined;
    await harness.pass(2000);
    expect(harness.arrivals.map(({ type }) => type)).toContain('api_post_event');
  });

  it('leave one alone for a while that is slow, and repeat nothing for it', async () => {
    harness = await DeliveryHarness.start({}, 'callback');
    harness.durationMs = 1500;
    await harness.happen('/a');
    expect(harness.arrivals).toHaveLength(1);
    harness.durationMs = 5;
    await harness.pass(2000);
    const keys = harness.arrivals.map(({ position, headers }) => `${position}.${headers['x-event-index']}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeGreaterThan(2);
  });

  it('jump to the head when the gap is older than an hour', async () => {
    harness = await DeliveryHarness.start({}, 'callback');
    harness.outage = DOWN;
    await harness.happen('/a');
    harness.outage = undefined;
    await harness.pass(3_700_000);
    expect(harness.arrivals).toEqual([]);
    const skipped = (await harness.writer.log.events()).filter(({ type }) => type === 'WebhookSkipped');
    const [{ to }] = skipped.map(({ data }) => data as { to: number }) as [{ to: number }];
    expect(harness.webhook.cursor).toBeGreaterThanOrEqual(to);
  });
});
