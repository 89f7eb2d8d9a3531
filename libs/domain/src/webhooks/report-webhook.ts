import type { Turn } from '../deciding/turn.js';
import type { Webhook } from './webhook.js';

/** What became of the deliveries to a webhook. */
export type WebhookReport =
  /** Everything up to `position` is dealt with. */
  | { readonly kind: 'advanced'; readonly position: number }
  /** An attempt was in vain. */
  | {
      readonly kind: 'failed';
      readonly position: number;
      readonly attempts: number;
      readonly error: string;
      readonly nextAttemptMs: number;
    }
  /** It was the last one. */
  | {
      readonly kind: 'given-up';
      readonly position: number;
      readonly attempts: number;
      readonly error: string;
    }
  /** The receiver wants nothing any more. */
  | { readonly kind: 'gone'; readonly reason: string }
  /** What lies up to `to` is too much or too old for a callback. */
  | { readonly kind: 'skipped'; readonly from: number; readonly to: number; readonly reason: string }
  /** The first `done` ranges were delivered once more, and of the next one everything up to `position`. */
  | { readonly kind: 'redelivered'; readonly done: number; readonly position?: number };

/** Longest text of an error that is written down, in characters. */
const LONGEST_ERROR = 500;

/** Writes down what became of deliveries, unless the webhook is gone or the news are old. */
export function reportWebhook(turn: Turn, webhookId: string, report: WebhookReport): void {
  const webhook = turn.state.webhooks.get(webhookId);
  if (webhook !== undefined) record(turn, webhook, report);
}

function record(
  turn: Turn,
  { id, cursor, failure, redeliveries, paused }: Webhook,
  report: WebhookReport,
): void {
  switch (report.kind) {
    case 'advanced':
      if (report.position > cursor || (report.position === cursor && failure !== undefined)) {
        turn.emit({ type: 'WebhookAdvanced', data: { id, position: report.position } });
      }
      return;
    case 'failed': {
      const { position, attempts, nextAttemptMs } = report;
      const data = { id, position, attempts, error: cut(report.error), nextAttemptMs };
      return turn.emit({ type: 'WebhookDeliveryFailed', data });
    }
    case 'given-up': {
      const { position, attempts } = report;
      return turn.emit({
        type: 'WebhookDeadLettered',
        data: { id, position, attempts, error: cut(report.error) },
      });
    }
    case 'gone':
      if (paused === undefined) turn.emit({ type: 'WebhookPaused', data: { id, reason: report.reason } });
      return;
    case 'skipped': {
      const { from, to, reason } = report;
      if (to > cursor) turn.emit({ type: 'WebhookSkipped', data: { id, from, to, reason } });
      return;
    }
    case 'redelivered': {
      const { done, position } = report;
      if (done > redeliveries.length) return;
      const place = position === undefined ? {} : { position };
      return turn.emit({ type: 'WebhookRedelivered', data: { id, done, ...place } });
    }
  }
}

const cut = (text: string): string => text.slice(0, LONGEST_ERROR);
