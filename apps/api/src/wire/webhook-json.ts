import { formatTimestamp, type DeadLetter, type WebhookSummary } from '#domain';

/** A webhook as `/ekiden/v1/webhooks` shows it; of its secret only whether there is one. */
export function webhookJson(webhook: WebhookSummary): object {
  const { failure, timeoutMs, createdAtMs, paused, hasSecret, redeliveries, kind, ...rest } = webhook;
  const { id, url, eventTypes, apps, format, description, maxAttempts, state, cursor, deadLetters } = rest;
  return {
    id,
    url,
    ...(description === undefined ? {} : { description }),
    eventTypes,
    apps,
    format,
    secret: hasSecret,
    // A callback is never given up event by event.
    ...(kind === 'callback' ? { callback: true } : { maxAttempts }),
    timeoutSeconds: timeoutMs / 1000,
    createdAt: formatTimestamp(createdAtMs),
    state,
    ...(paused === undefined ? {} : { pausedBecause: paused }),
    cursor,
    attempts: failure?.attempts ?? 0,
    ...(failure === undefined
      ? {}
      : {
          lastError: failure.error,
          lastErrorAt: formatTimestamp(failure.atMs),
          failingPosition: failure.position,
          nextAttemptAt: formatTimestamp(failure.nextAttemptMs),
        }),
    deadLetters,
    redeliveries,
  };
}

export const deadLetterJson = ({ position, attempts, error, atMs }: DeadLetter): object => ({
  position,
  attempts,
  error,
  time: formatTimestamp(atMs),
});
