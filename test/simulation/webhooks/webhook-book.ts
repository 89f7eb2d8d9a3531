import type { EventData, WebhookSettings } from '#domain';
import type { StoredEvent } from '#event-log';
import { must } from '../checking/violation.js';

const FACTS = 'what the log says of webhooks makes sense';

/** Positions that somebody wants once more. */
export interface AskedAgain {
  from: number;
  readonly to: number;
  /** Position of the request. */
  readonly at: number;
}

/** A webhook as the log tells it. */
export interface BookedWebhook {
  readonly id: string;
  readonly kind: 'webhook' | 'callback';
  /** What it asked for, and from which position of the log on; the last one holds. */
  readonly history: { readonly from: number; readonly settings: WebhookSettings }[];
  /** Everything up to here is said to be dealt with. */
  cursor: number;
  isPaused: boolean;
  asked: AskedAgain[];
  /** Positions that were given up, with those at which that was written down. */
  readonly givenUp: Map<number, number>;
  /** Up to here a callback was told nothing of what it had missed. */
  skippedTo: number;
}

export const settingsOf = ({ history }: BookedWebhook): WebhookSettings => history.at(-1)!.settings;

type Told<Type extends keyof EventData> = { readonly type: Type; readonly data: EventData[Type] };
type Fact = {
  [Type in keyof EventData & `Webhook${string}`]: Told<Type>;
}[keyof EventData & `Webhook${string}`];

/** A fold of the webhooks of its own, far simpler than that of the domain. */
export class WebhookBook {
  readonly webhooks = new Map<string, BookedWebhook>();
  /** Up to here the log is folded. */
  position = 0;

  take(event: StoredEvent): void {
    this.position = event.position;
    if (event.type.startsWith('Webhook')) this.fold(event as unknown as Fact);
  }

  private fold({ type, data }: Fact): void {
    if (type === 'WebhookSubscribed') return this.subscribe(data);
    const webhook = this.webhooks.get(data.id);
    if (webhook === undefined) return;
    switch (type) {
      case 'WebhookUnsubscribed':
        return void this.webhooks.delete(data.id);
      case 'WebhookChanged':
        return void webhook.history.push({ from: this.position, settings: data });
      case 'WebhookPaused':
      case 'WebhookResumed':
        webhook.isPaused = type === 'WebhookPaused';
        return;
      case 'WebhookAdvanced':
        webhook.cursor = data.position;
        return;
      case 'WebhookSkipped':
        must(webhook.kind === 'callback', FACTS, () => `webhook ${data.id} is told nothing of ${data.from}`);
        webhook.skippedTo = webhook.cursor = data.to;
        return;
      case 'WebhookDeadLettered':
        return void webhook.givenUp.set(data.position, this.position);
      case 'WebhookRedeliveryRequested':
        webhook.asked.push(...data.ranges.map((range) => ({ ...range, at: this.position })));
        return;
      case 'WebhookRedelivered':
        return redelivered(webhook, data);
      default:
    }
  }

  private subscribe({ id, kind, cursor, ...settings }: EventData['WebhookSubscribed']): void {
    must(!this.webhooks.has(id), FACTS, () => `webhook ${id} is subscribed twice`);
    this.webhooks.set(id, {
      id,
      kind,
      cursor,
      history: [{ from: this.position, settings }],
      isPaused: false,
      asked: [],
      givenUp: new Map(),
      skippedTo: 0,
    });
  }
}

function redelivered(webhook: BookedWebhook, { done, position }: EventData['WebhookRedelivered']): void {
  webhook.asked = webhook.asked.slice(done);
  const [next] = webhook.asked;
  if (next !== undefined && position !== undefined) next.from = position + 1;
}
