import type { WebhookSettings } from '#domain';
import type { Random } from '../kernel/random.js';
import { RECEIVERS } from '../webhooks/simulated-receivers.js';
import { settingsOf, type WebhookBook } from '../webhooks/webhook-book.js';
import { APP_IDS } from './definitions.js';
import type { Wish } from './workload.js';

const MIX = { change: 4, pause: 3, resume: 4, unsubscribe: 1, redeliver: 3, subscribe: 2 };

/** So many there are at most: each of them costs a request for every event. */
const MOST = 3;

const BUS_TYPES = ['status_update_event', 'deployment_success', 'deployment_step_success', 'api_post_event'];
const DOMAIN_TYPES = [
  'TaskStatusChanged',
  'io.ekiden.DeploymentStarted',
  'InstanceProvisioned',
  'AppUpdated',
];

/** What people ask of webhooks, from the seed. Looks at the log like somebody who reads before he writes. */
export class WebhookWishes {
  constructor(
    private readonly random: Random,
    private readonly book: WebhookBook,
  ) {}

  /** Before the next one, ms. */
  pauseMs(meanMs: number): number {
    return this.random.around(meanMs);
  }

  next(): Wish {
    const { random } = this;
    const all = [...this.book.webhooks.values()];
    const webhook = random.pick(all);
    const wish = random.weighted(MIX);
    if (webhook === undefined || (wish === 'subscribe' && all.length < MOST)) return this.subscribe();
    const webhookId = webhook.id;
    switch (wish) {
      case 'change':
        return { command: { type: 'ChangeWebhook', webhookId, changes: this.settings() } };
      case 'pause':
        return { command: { type: 'PauseWebhook', webhookId } };
      case 'unsubscribe':
        return webhook.kind === 'callback' && random.chance(0.8)
          ? { command: { type: 'RemoveCallback', url: settingsOf(webhook).url } }
          : { command: { type: 'UnsubscribeWebhook', webhookId } };
      case 'redeliver': {
        const to = random.between(0, webhook.cursor);
        const range = { from: Math.max(1, to - random.between(0, 30)), to };
        const what = random.chance(0.4) ? ({ deadLetters: true } as const) : range;
        return { command: { type: 'RedeliverWebhook', webhookId, what } };
      }
      default:
        return { command: { type: 'ResumeWebhook', webhookId } };
    }
  }

  /** Somebody puts everything right: whatever stands still or waits goes on. */
  *last(): Iterable<Wish> {
    for (const webhookId of this.book.webhooks.keys())
      yield { command: { type: 'ResumeWebhook', webhookId } };
  }

  private subscribe(): Wish {
    const { random } = this;
    if (random.chance(0.3)) return { command: { type: 'AddCallback', url: random.pick(RECEIVERS)! } };
    const since = random.chance(0.3) ? { after: random.between(0, this.book.position) } : {};
    return { command: { type: 'SubscribeWebhook', settings: this.settings(), ...since } };
  }

  private settings(): WebhookSettings {
    const { random } = this;
    const format = random.chance(0.6) ? 'bus' : 'cloudevents';
    const types = format === 'bus' ? BUS_TYPES : DOMAIN_TYPES;
    return {
      url: random.pick(RECEIVERS)!,
      format,
      eventTypes: random.chance(0.3) ? [] : types.slice(random.between(0, 2), random.between(3, 4)),
      apps: random.chance(0.6) ? [] : [random.pick(['/g*', '/a', random.pick(APP_IDS)])],
      maxAttempts: random.pick([1, 2, 5, 50]),
      timeoutMs: random.pick([1000, 5000, 10_000]),
    };
  }
}
