/** What a webhook gets: events in Marathon's words, or domain events as CloudEvents. */
export type WebhookFormat = 'bus' | 'cloudevents';

/**
 * `webhook`: asked for under `/ekiden/v1/webhooks`. `callback`: the old form of `/v2/eventSubscriptions`, which loses
 * events of long outages by contract (`spec/operations.md` §5).
 */
export type WebhookKind = 'webhook' | 'callback';

/** What people say of a webhook. */
export interface WebhookSettings {
  /** Absolute http or https address without credentials. */
  readonly url: string;
  /** Types to be told of; empty for all. */
  readonly eventTypes: readonly string[];
  /** Patterns of app ids to be told of; empty for all events, also those about no app. */
  readonly apps: readonly string[];
  readonly format: WebhookFormat;
  /** The secret as the shell sealed it: never in clear, so that it may stand on the log. */
  readonly sealedSecret?: string;
  readonly description?: string;
  /** After so many vain attempts an event becomes a dead letter. */
  readonly maxAttempts: number;
  /** So long the receiver may take to answer. */
  readonly timeoutMs: number;
}

/** An event that was given up. */
export interface DeadLetter {
  readonly position: number;
  readonly attempts: number;
  readonly error: string;
  /** When it was given up, epoch ms. */
  readonly atMs: number;
}

/** Positions to be delivered once more, both ends included. */
export interface Redelivery {
  readonly from: number;
  readonly to: number;
}

/** The event that stands at the head of the line and is tried again and again. */
export interface DeliveryFailure {
  readonly position: number;
  readonly attempts: number;
  readonly error: string;
  /** Epoch ms. */
  readonly atMs: number;
  /** Not before, epoch ms. */
  readonly nextAttemptMs: number;
}

/** A subscriber that events are sent to, and how far that has come. */
export interface Webhook extends WebhookSettings {
  readonly id: string;
  readonly kind: WebhookKind;
  readonly createdAtMs: number;
  /** Position of the last event that somebody asked something of this webhook. */
  readonly revision: number;
  /** Everything up to here was delivered, did not concern it, or was given up. May lag a few seconds behind. */
  readonly cursor: number;
  /** Why nothing is sent; absent unless paused. */
  readonly paused?: string;
  readonly failure?: DeliveryFailure;
  /** Oldest first. */
  readonly deadLetters: readonly DeadLetter[];
  /** In the order in which they were asked for. */
  readonly redeliveries: readonly Redelivery[];
}

export type WebhookState = 'active' | 'paused' | 'backing-off';

/** The newest so many dead letters of a webhook are kept; the log keeps all. */
export const MOST_DEAD_LETTERS = 1000;

/** A webhook without its dead letters and its secret: what answers and lists show. */
export interface WebhookSummary extends Omit<
  Webhook,
  'sealedSecret' | 'deadLetters' | 'redeliveries' | 'revision'
> {
  readonly state: WebhookState;
  readonly hasSecret: boolean;
  readonly deadLetters: number;
  /** Ranges that wait to be delivered once more. */
  readonly redeliveries: number;
}

export function webhookSummary(webhook: Webhook): WebhookSummary {
  const { sealedSecret, deadLetters, redeliveries, revision: _, ...rest } = webhook;
  return {
    ...rest,
    state: webhookState(webhook),
    hasSecret: sealedSecret !== undefined,
    deadLetters: deadLetters.length,
    redeliveries: redeliveries.length,
  };
}

function webhookState({ paused, failure }: Webhook): WebhookState {
  if (paused !== undefined) return 'paused';
  return failure === undefined ? 'active' : 'backing-off';
}
