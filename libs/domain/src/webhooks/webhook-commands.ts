import type { Refusal, WebhookAnnounced, WebhookStored, Done } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import { formatTimestamp } from '../time/timestamp.js';
import {
  webhookSummary,
  type Redelivery,
  type Webhook,
  type WebhookKind,
  type WebhookSettings,
} from './webhook.js';

/** So many webhooks a cluster has at most: each of them costs the leader a request per event. */
const MOST_WEBHOOKS = 500;

/** So many ranges may wait to be delivered once more. */
const MOST_REDELIVERIES = 2000;

/** What a callback has, where a webhook has settings: it is told of everything, and nothing of it is given up one by one. */
const CALLBACK_SETTINGS = {
  eventTypes: [],
  apps: [],
  format: 'bus',
  maxAttempts: Number.MAX_SAFE_INTEGER,
  timeoutMs: 10_000,
} as const;

/** What people ask of webhooks. */
export type WebhookCommand =
  /** `after`: events behind this position are sent, those that come from now on unless given. */
  | { readonly type: 'SubscribeWebhook'; readonly settings: WebhookSettings; readonly after?: number }
  /** `null` takes a setting away. */
  | { readonly type: 'ChangeWebhook'; readonly webhookId: string; readonly changes: WebhookChanges }
  | { readonly type: 'UnsubscribeWebhook'; readonly webhookId: string }
  | { readonly type: 'PauseWebhook'; readonly webhookId: string }
  | { readonly type: 'ResumeWebhook'; readonly webhookId: string }
  | { readonly type: 'RedeliverWebhook'; readonly webhookId: string; readonly what: WhatToRedeliver }
  /** `POST /v2/eventSubscriptions`; what is subscribed already stays. */
  | { readonly type: 'AddCallback'; readonly url: string }
  | { readonly type: 'RemoveCallback'; readonly url: string };

export type WebhookChanges = {
  readonly [K in keyof WebhookSettings]?: undefined extends WebhookSettings[K]
    ? Exclude<WebhookSettings[K], undefined> | null
    : WebhookSettings[K];
};

/** All dead letters, or what lies between two positions; without `to` up to where deliveries have come. */
export type WhatToRedeliver =
  { readonly deadLetters: true } | { readonly from: number; readonly to?: number };

type WebhookReply = WebhookStored | WebhookAnnounced | Done | Refusal;

/** Decides what people ask of webhooks. */
export function decideWebhook(turn: Turn, command: WebhookCommand): WebhookReply {
  switch (command.type) {
    case 'SubscribeWebhook':
      return subscribe(turn, command);
    case 'AddCallback':
      return addCallback(turn, command.url);
    case 'RemoveCallback':
      return removeCallback(turn, command.url);
    default: {
      const webhook = turn.state.webhooks.get(command.webhookId);
      return webhook === undefined ? notFound(command.webhookId) : decideKnown(turn, webhook, command);
    }
  }
}

type KnownCommand = Extract<WebhookCommand, { webhookId: string }>;

function decideKnown(turn: Turn, webhook: Webhook, command: KnownCommand): WebhookReply {
  const { id } = webhook;
  switch (command.type) {
    case 'ChangeWebhook':
      turn.emit({ type: 'WebhookChanged', data: { id, ...withChanges(webhook, command.changes) } });
      return stored(turn, id);
    case 'UnsubscribeWebhook':
      unsubscribe(turn, webhook);
      return { kind: 'done' };
    case 'PauseWebhook':
      if (webhook.paused === undefined) {
        turn.emit({ type: 'WebhookPaused', data: { id, reason: 'paused by command' } });
      }
      return stored(turn, id);
    case 'ResumeWebhook':
      // One that backs off is tried at once.
      if (webhook.paused !== undefined || webhook.failure !== undefined)
        turn.emit({ type: 'WebhookResumed', data: { id } });
      return stored(turn, id);
    case 'RedeliverWebhook':
      return redeliver(turn, webhook, command.what);
  }
}

function subscribe(
  turn: Turn,
  { settings, after }: Extract<WebhookCommand, { type: 'SubscribeWebhook' }>,
): WebhookReply {
  const id = begin(turn, { kind: 'webhook', settings, after });
  return id === undefined ? tooMany() : stored(turn, id, true);
}

function begin(
  turn: Turn,
  { kind, settings, after }: { kind: WebhookKind; settings: WebhookSettings; after?: number },
): string | undefined {
  const { state, environment } = turn;
  if (state.webhooks.size >= MOST_WEBHOOKS) return undefined;
  const id = environment.newUuid();
  const cursor = Math.min(after ?? state.position, state.position);
  turn.emit({ type: 'WebhookSubscribed', data: { ...settings, id, kind, cursor } });
  return id;
}

function addCallback(turn: Turn, url: string): WebhookReply {
  const isNew = callbackAt(turn, url) === undefined;
  if (isNew && begin(turn, { kind: 'callback', settings: { url, ...CALLBACK_SETTINGS } }) === undefined)
    return tooMany();
  return announced(turn, 'subscribe_event', url);
}

function removeCallback(turn: Turn, url: string): WebhookReply {
  const callback = callbackAt(turn, url);
  if (callback !== undefined) unsubscribe(turn, callback);
  return announced(turn, 'unsubscribe_event', url);
}

function callbackAt(turn: Turn, url: string): Webhook | undefined {
  for (const webhook of turn.state.webhooks.values()) {
    if (webhook.kind === 'callback' && webhook.url === url) return webhook;
  }
  return undefined;
}

function unsubscribe(turn: Turn, { id, kind, url }: Webhook): void {
  turn.emit({ type: 'WebhookUnsubscribed', data: { id, kind, url } });
}

function redeliver(turn: Turn, webhook: Webhook, what: WhatToRedeliver): WebhookReply {
  const { id, cursor, deadLetters, redeliveries } = webhook;
  const positions = deadLetters.map(({ position }) => position).toSorted((a, b) => a - b);
  const ranges: readonly Redelivery[] =
    'from' in what
      ? [{ from: what.from, to: Math.min(what.to ?? cursor, cursor) }].filter(({ from, to }) => from <= to)
      : positions.map((position) => ({ from: position, to: position }));
  if (ranges.length === 0) {
    return invalid(
      'from' in what
        ? `nothing between the positions was delivered yet: deliveries have come to ${cursor}`
        : 'there are no dead letters',
    );
  }
  if (redeliveries.length + ranges.length > MOST_REDELIVERIES)
    return invalid(`${redeliveries.length} redeliveries wait already`);
  const marker = 'deadLetters' in what ? { deadLetters: true as const } : {};
  turn.emit({ type: 'WebhookRedeliveryRequested', data: { id, ranges, ...marker } });
  return stored(turn, id);
}

/** The settings with changes; the rest of the webhook is left out. */
function withChanges(webhook: Webhook, changes: WebhookChanges): WebhookSettings {
  const { url, eventTypes, apps, format, sealedSecret, description, maxAttempts, timeoutMs } = webhook;
  const before = { url, eventTypes, apps, format, sealedSecret, description, maxAttempts, timeoutMs };
  const after = Object.entries({ ...before, ...changes }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(after) as unknown as WebhookSettings;
}

function stored(turn: Turn, id: string, created = false): WebhookStored | Refusal {
  const webhook = turn.state.webhooks.get(id);
  if (webhook === undefined) return notFound(id);
  return { kind: 'webhook', webhook: webhookSummary(webhook), ...(created ? { created } : {}) };
}

const announced = (turn: Turn, eventType: WebhookAnnounced['eventType'], url: string): WebhookAnnounced => ({
  kind: 'callback',
  clientIp: turn.presentCause.actor.address ?? 'unknown',
  eventType,
  callbackUrl: url,
  timestamp: formatTimestamp(turn.nowMs),
});

const notFound = (webhookId: string): Refusal => ({ kind: 'refused', code: 'WebhookNotFound', webhookId });

const invalid = (message: string): Refusal => ({ kind: 'refused', code: 'Invalid', message });

const tooMany = (): Refusal =>
  invalid(`there are ${MOST_WEBHOOKS} webhooks already, which is the most there may be`);
