import type { RecordedEvent } from '../events/domain-event.js';
import type { State } from '../state/state.js';
import { MOST_DEAD_LETTERS, type DeadLetter, type Redelivery, type Webhook } from './webhook.js';
import type { WebhookEventData, WebhookEventType } from './webhook-events.js';

type WebhookEvent = Extract<RecordedEvent, { type: WebhookEventType }>;

/** Folds what happened to a webhook. What speaks of one that is gone changes nothing. */
export function evolveWebhooks(state: State, event: WebhookEvent): void {
  if (event.type === 'WebhookSubscribed') return subscribe(state, event);
  if (event.type === 'WebhookUnsubscribed') {
    state.webhooks.delete(event.data.id);
    return;
  }
  const webhook = state.webhooks.get(event.data.id);
  if (webhook !== undefined) state.webhooks.set(webhook.id, inOrder(changed(webhook, event)));
}

function subscribe(
  state: State,
  { data, position, time }: WebhookEvent & { type: 'WebhookSubscribed' },
): void {
  const webhook = { ...data, createdAtMs: time, revision: position, deadLetters: [], redeliveries: [] };
  state.webhooks.set(data.id, inOrder(webhook));
}

/** The same keys in the same order, however it came about: snapshots of one state are the same text on every node. */
function inOrder(webhook: Webhook): Webhook {
  return {
    id: webhook.id,
    kind: webhook.kind,
    url: webhook.url,
    eventTypes: webhook.eventTypes,
    apps: webhook.apps,
    format: webhook.format,
    sealedSecret: webhook.sealedSecret,
    description: webhook.description,
    maxAttempts: webhook.maxAttempts,
    timeoutMs: webhook.timeoutMs,
    createdAtMs: webhook.createdAtMs,
    revision: webhook.revision,
    cursor: webhook.cursor,
    paused: webhook.paused,
    failure: webhook.failure,
    deadLetters: webhook.deadLetters,
    redeliveries: webhook.redeliveries,
  };
}

type LaterEvent = Exclude<WebhookEvent, { type: 'WebhookSubscribed' | 'WebhookUnsubscribed' }>;

function changed(webhook: Webhook, event: LaterEvent): Webhook {
  const { position: revision } = event;
  switch (event.type) {
    case 'WebhookChanged': {
      const { kind, createdAtMs, cursor, paused, deadLetters, redeliveries } = webhook;
      // Settings that are not told any more are gone; an address that was changed is tried at once.
      return { ...event.data, kind, createdAtMs, revision, cursor, paused, deadLetters, redeliveries };
    }
    case 'WebhookPaused':
      return { ...webhook, revision, paused: event.data.reason };
    case 'WebhookResumed':
      return { ...webhook, revision, paused: undefined, failure: undefined };
    case 'WebhookRedeliveryRequested':
      return redeliver({ ...webhook, revision, failure: undefined }, event.data);
    default:
      return progressed(webhook, event);
  }
}

type ProgressEvent = Exclude<
  LaterEvent,
  { type: 'WebhookChanged' | 'WebhookPaused' | 'WebhookResumed' | 'WebhookRedeliveryRequested' }
>;

function progressed(webhook: Webhook, event: ProgressEvent): Webhook {
  switch (event.type) {
    case 'WebhookAdvanced':
      return { ...webhook, cursor: event.data.position, failure: undefined };
    case 'WebhookSkipped':
      return { ...webhook, cursor: event.data.to, failure: undefined };
    case 'WebhookDeliveryFailed': {
      const { position, attempts, error, nextAttemptMs } = event.data;
      return { ...webhook, failure: { position, attempts, error, atMs: event.time, nextAttemptMs } };
    }
    case 'WebhookDeadLettered': {
      const { position, attempts, error } = event.data;
      const letter = { position, attempts, error, atMs: event.time };
      return { ...webhook, failure: undefined, deadLetters: withLetter(webhook.deadLetters, letter) };
    }
    case 'WebhookRedelivered':
      return {
        ...webhook,
        failure: undefined,
        redeliveries: withoutDone(webhook.redeliveries, event.data),
      };
  }
}

/** One letter for each position, the newest at the end. */
function withLetter(letters: readonly DeadLetter[], letter: DeadLetter): readonly DeadLetter[] {
  const others = letters.filter(({ position }) => position !== letter.position);
  return [...others, letter].slice(-MOST_DEAD_LETTERS);
}

function redeliver(webhook: Webhook, data: WebhookEventData['WebhookRedeliveryRequested']): Webhook {
  const redeliveries = [...webhook.redeliveries, ...data.ranges];
  return { ...webhook, redeliveries, deadLetters: data.deadLetters === true ? [] : webhook.deadLetters };
}

function withoutDone(
  ranges: readonly Redelivery[],
  { done, position }: WebhookEventData['WebhookRedelivered'],
): readonly Redelivery[] {
  const [next, ...rest] = ranges.slice(done);
  if (next === undefined) return [];
  return [position === undefined ? next : { ...next, from: position + 1 }, ...rest];
}
