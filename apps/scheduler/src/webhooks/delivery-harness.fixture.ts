import { vi } from 'vitest';
import type { Webhook, WebhookChanges, WebhookSettings } from '#domain';
import { idle, SILENT, WriterHarness } from '../writer/writer.fixture.js';
import type { Delivery, DeliveryOutcome } from './post.js';
import { WebhookDelivery } from './webhook-delivery.js';

const SETTINGS: WebhookSettings = {
  url: 'http://receiver.example/hook',
  eventTypes: [],
  apps: [],
  format: 'cloudevents',
  maxAttempts: 3,
  timeoutMs: 10_000,
};

/** One request as the receiver saw it. */
export interface Arrival {
  readonly position: number;
  readonly type: string;
  readonly headers: Delivery['headers'];
}

/** The deliveries to one webhook over a real writer and log, with a receiver and a clock that do as the test says. */
export class DeliveryHarness {
  readonly arrivals: Arrival[] = [];
  /** What the receiver answers to the next requests; it takes those that nothing is said of. */
  readonly answers: DeliveryOutcome[] = [];
  /** While set, what every request gets. */
  outage: DeliveryOutcome | undefined;
  durationMs = 5;
  /** Position up to which the log is durable, where that is not all of it. */
  durable: number | undefined;
  /** What happens between a request and its answer. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  isLeading = true;
  openSecret: (sealed: string) => string = (sealed) => `opened ${sealed}`;
  nowMs = Date.now();
  delivery: WebhookDelivery;
  readonly counted = { delivered: 0, failed: 0, deadLetters: 0 };

  private constructor(
    readonly writer: WriterHarness,
    readonly id: string,
  ) {
    this.delivery = this.newDelivery();
  }

  static async start(settings: Partial<WebhookSettings> = {}, kind: Webhook['kind'] = 'webhook') {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const writer = await new WriterHarness().started();
    const { url } = SETTINGS;
    await writer.submit(
      kind === 'webhook'
        ? { type: 'SubscribeWebhook', settings: { ...SETTINGS, ...settings } }
        : { type: 'AddCallback', url },
    );
    const [id = ''] = writer.writer.view.state.webhooks.keys();
    const harness = new DeliveryHarness(writer, id);
    harness.delivery.start();
    await harness.calm();
    // A callback hears of itself first.
    harness.arrivals.length = 0;
    return harness;
  }

  get webhook(): Webhook {
    return this.writer.writer.view.state.webhooks.get(this.id)!;
  }

  /** Positions as they arrived. */
  get positions(): number[] {
    return this.arrivals.map(({ position }) => position);
  }

  /** Events on the log, of whatever type; answers their last position. */
  async happen(...appIds: string[]): Promise<number> {
    let position = 0;
    for (const appId of appIds) ({ position } = await this.writer.create(appId));
    this.delivery.news();
    await this.calm();
    return position;
  }

  /** Time goes by. */
  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    await vi.advanceTimersByTimeAsync(ms);
    await this.calm();
  }

  async ask(type: 'PauseWebhook' | 'ResumeWebhook'): Promise<void> {
    await this.writer.submit({ type, webhookId: this.id });
    this.delivery.look(this.webhook);
    await this.calm();
  }

  async change(changes: WebhookChanges): Promise<void> {
    await this.writer.submit({ type: 'ChangeWebhook', webhookId: this.id, changes });
    this.delivery.look(this.webhook);
    await this.calm();
  }

  async redeliver(what: { deadLetters: true } | { from: number; to?: number }): Promise<void> {
    await this.writer.submit({ type: 'RedeliverWebhook', webhookId: this.id, what });
    this.delivery.look(this.webhook);
    await this.calm();
  }

  /** As if another process went on. */
  restart(): void {
    this.delivery.stop();
    this.delivery = this.newDelivery();
    this.delivery.start();
  }

  /** Everything that can be delivered is. */
  async calm(): Promise<void> {
    for (let round = 0; round < 10; round++) {
      await idle();
      this.delivery.news();
    }
  }

  async close(): Promise<void> {
    this.delivery.stop();
    await this.writer.writer.stop();
    vi.useRealTimers();
  }

  private newDelivery(): WebhookDelivery {
    const { writer, log } = this.writer;
    return new WebhookDelivery(this.webhook, {
      webhook: () => writer.view.state.webhooks.get(this.id),
      read: (after) => log.port.read(after, 100),
      head: () => this.durable ?? writer.view.state.position,
      mayAct: () => this.isLeading,
      post: async (delivery) => {
        const outcome = this.receive(delivery);
        await this.meanwhile();
        return outcome;
      },
      openSecret: (sealed) => this.openSecret(sealed),
      tell: (report, settled) => writer.tell({ type: 'ReportWebhook', webhookId: this.id, report }, settled),
      callbacks: { slowMs: 1000, timeoutMs: 2000 },
      counts: {
        delivered: () => (this.counted.delivered += 1),
        failed: () => (this.counted.failed += 1),
        deadLetter: () => (this.counted.deadLetters += 1),
      },
      logger: SILENT,
      nowMs: () => this.nowMs,
      random: () => 0.5,
    });
  }

  private receive({ headers, body }: Delivery): DeliveryOutcome {
    const outcome = this.outage ?? this.answers.shift() ?? { kind: 'delivered', durationMs: this.durationMs };
    const { type, eventType } = JSON.parse(body) as { type?: string; eventType?: string };
    const position = Number(headers['x-event-id']);
    if (outcome.kind === 'delivered')
      this.arrivals.push({ position, type: type ?? eventType ?? '', headers });
    return outcome;
  }
}
