import type { Redelivery, WebhookKind, WebhookSettings } from './webhook.js';

/** The facts about webhooks; none of them is ever delivered to a webhook. */
export interface WebhookEventData {
  /** Events behind `cursor` are sent to an address from now on. */
  WebhookSubscribed: WebhookSettings & { id: string; kind: WebhookKind; cursor: number };
  /** The data is all settings as they are now. */
  WebhookChanged: WebhookSettings & { id: string };
  /** `url` and `kind` are what it was. */
  WebhookUnsubscribed: { id: string; kind: WebhookKind; url: string };
  /** Nothing is sent until it is resumed: somebody asked for it, or the receiver said that it is gone. */
  WebhookPaused: { id: string; reason: string };
  WebhookResumed: { id: string };
  /** How far deliveries have come; written down now and then, and when the leader stops. */
  WebhookAdvanced: { id: string; position: number };
  /** An attempt was in vain; the next one is not due before `nextAttemptMs` (epoch ms). */
  WebhookDeliveryFailed: {
    id: string;
    position: number;
    attempts: number;
    error: string;
    nextAttemptMs: number;
  };
  /** An event was given up after so many attempts; deliveries go on behind it. */
  WebhookDeadLettered: { id: string; position: number; attempts: number; error: string };
  /** A callback has missed too much and goes on at `to`; what lies between is not sent. */
  WebhookSkipped: { id: string; from: number; to: number; reason: string };
  /** Ranges shall be delivered once more; `deadLetters`: they are those of all dead letters, which are forgotten. */
  WebhookRedeliveryRequested: { id: string; ranges: readonly Redelivery[]; deadLetters?: true };
  /** The first `done` ranges were delivered once more, and of the next one everything up to `position`. */
  WebhookRedelivered: { id: string; done: number; position?: number };
}

export type WebhookEventType = keyof WebhookEventData;
