import type { State, Webhook, WebhookReport } from '#domain';
import type { EventLog, Subscription } from '#event-log';
import { StateFollower } from '../following/state-follower.js';
import type { CallbackLimits, DeliveryPorts } from './delivery-ports.js';
import type { CreateSender, Sender } from './post.js';
import { DeniedNetworks } from './denied-networks.js';
import { LogPages } from './log-pages.js';
import { WebhookDelivery } from './webhook-delivery.js';
import type { WebhookMetrics } from './webhook-metrics.js';

export interface WebhookDeliveriesPorts extends Pick<
  DeliveryPorts,
  'mayAct' | 'openSecret' | 'logger' | 'nowMs'
> {
  readonly log: Pick<EventLog, 'head' | 'read' | 'subscribe'>;
  /** Whom to send to follows from it. */
  readonly state: () => State;
  readonly tell: (webhookId: string, report: WebhookReport, settled?: () => void) => void;
  /** Makes an address a callback, unless it is one. */
  readonly addCallback: (url: string) => Promise<void>;
  readonly createSender: CreateSender;
  readonly settings: WebhookDeliverySettings;
  readonly metrics: WebhookMetrics;
}

export interface WebhookDeliverySettings {
  readonly deniedNetworks: readonly string[];
  /** Limits of callbacks, and addresses that always are; absent while callbacks are off. */
  readonly callbacks?: CallbackLimits & { readonly endpoints: readonly string[] };
}

/** News of the log are passed on no more often than this: events come in batches, and so shall reads. */
const NEWS_INTERVAL_MS = 20;

/** Requests under way may take so long when the leader stops: the next one waits for it. */
const FINISH_LIMIT_MS = 500;

const NO_CALLBACKS: CallbackLimits = { slowMs: 0, timeoutMs: 1 };

/**
 * The deliveries to all webhooks, while this node leads. Each goes at its own pace. Whom to send to follows from the
 * state, how far each has come too: a new leader goes on.
 */
export class WebhookDeliveries {
  private readonly deliveries = new Map<string, WebhookDelivery>();
  private readonly follower: StateFollower;
  private readonly pages: LogPages;
  private sender: Sender | undefined;
  private subscription: Subscription | undefined;
  private isListening = false;
  private head = 0;
  private newsTimer: NodeJS.Timeout | undefined;

  constructor(private readonly ports: WebhookDeliveriesPorts) {
    this.pages = new LogPages(ports.log);
    this.follower = new StateFollower(ports.state, (state) => this.follow(state));
    ports.metrics.observe(
      () => [...this.deliveries.values()].map(({ lag }) => lag),
      () => this.backingOff,
    );
  }

  start(): void {
    if (this.sender !== undefined) return;
    this.sender = this.ports.createSender(new DeniedNetworks(this.ports.settings.deniedNetworks));
    for (const url of this.ports.settings.callbacks?.endpoints ?? []) void this.ports.addCallback(url);
    this.follower.start();
  }

  /** Ends at once; requests under way are broken off. */
  stop(): void {
    this.follower.stop();
    for (const delivery of this.deliveries.values()) delivery.stop();
    this.rest();
  }

  /** Ends in good order: what was delivered is written down. */
  async finish(): Promise<void> {
    this.follower.stop();
    await Promise.all([...this.deliveries.values()].map((delivery) => delivery.finish(FINISH_LIMIT_MS)));
    this.rest();
  }

  private rest(): void {
    this.deliveries.clear();
    clearTimeout(this.newsTimer);
    this.newsTimer = undefined;
    void this.sender?.close();
    this.sender = undefined;
    this.unlisten();
  }

  private follow(state: State): void {
    for (const webhook of state.webhooks.values()) {
      const delivery = this.deliveries.get(webhook.id);
      if (delivery !== undefined) delivery.look(webhook);
      else if (webhook.kind === 'webhook' || this.ports.settings.callbacks !== undefined) this.begin(webhook);
    }
    for (const [id, delivery] of this.deliveries) {
      if (state.webhooks.has(id)) continue;
      delivery.stop();
      this.deliveries.delete(id);
    }
    if (this.deliveries.size === 0) this.unlisten();
    else if (!this.isListening) void this.listen();
  }

  private begin(webhook: Webhook): void {
    const { sender, pages } = this;
    if (sender === undefined) return;
    const { ports } = this;
    const { mayAct, openSecret, logger, nowMs, settings, metrics } = ports;
    const delivery = new WebhookDelivery(webhook, {
      webhook: () => ports.state().webhooks.get(webhook.id),
      read: (after) => pages.read(after),
      head: () => this.head,
      post: sender.post,
      tell: (report, settled) => ports.tell(webhook.id, report, settled),
      callbacks: settings.callbacks ?? NO_CALLBACKS,
      counts: metrics,
      random: Math.random,
      mayAct,
      openSecret,
      logger,
      nowMs,
    });
    this.deliveries.set(webhook.id, delivery);
    delivery.start();
  }

  /** Only while there is somebody to tell: whoever has no webhooks pays nothing for them. */
  private async listen(): Promise<void> {
    this.isListening = true;
    try {
      this.head = Math.max(this.head, await this.ports.log.head());
      if (!this.isListening) return;
      const subscription = this.ports.log.subscribe(this.head, (batch) => {
        this.head = batch.at(-1)?.position ?? this.head;
        this.newsTimer ??= setTimeout(() => this.news(), NEWS_INTERVAL_MS);
      });
      this.subscription = subscription;
      this.news();
      const error = await subscription.ended;
      if (error !== undefined) throw error;
    } catch (error) {
      this.ports.logger.warn({ error: String(error) }, 'webhooks do not hear of new events for a moment');
      // The next look at the state begins anew.
      this.unlisten();
    }
  }

  private unlisten(): void {
    this.isListening = false;
    void this.subscription?.close();
    this.subscription = undefined;
  }

  private news(): void {
    this.newsTimer = undefined;
    for (const delivery of this.deliveries.values()) delivery.news();
  }

  private get backingOff(): number {
    const { webhooks } = this.ports.state();
    let count = 0;
    for (const id of this.deliveries.keys()) if (webhooks.get(id)?.failure !== undefined) count += 1;
    return count;
  }
}
