import type { WebhookChanges, WebhookSettings, WhatToRedeliver } from '#domain';
import type { WebhookSecrets } from '#secrets';
import { RedeliverBody, WebhookBody, WebhookChangeBody } from '../controllers/bodies/webhook-body.js';
import { validateBody, type ValidBody } from '../controllers/bodies/validate-body.js';
import { readJson } from '../server/body-parser.js';
import { errorAnswer, type Answer } from '../wire/answer.js';

/** About three and a half hours with the longest back-off of five minutes. */
const DEFAULT_MAX_ATTEMPTS = 50;
const DEFAULT_TIMEOUT_SECONDS = 10;

const CHANGEABLE = [
  'url',
  'eventTypes',
  'apps',
  'format',
  'secret',
  'description',
  'maxAttempts',
  'timeoutSeconds',
];

type Secrets = Pick<WebhookSecrets, 'seal' | 'unavailable'>;

/** What a body means, or the answer to one that means nothing. */
type Read<T> = ValidBody<T>;

/** Reads the body of a new webhook; the secret is sealed before anything else sees it. */
export function readNewWebhook(
  body: unknown,
  secrets: Secrets,
): Read<{ readonly settings: WebhookSettings; readonly since?: unknown }> {
  const sent = readBody(WebhookBody, body, [...CHANGEABLE, 'since']);
  if (!sent.ok) return sent;
  const { value } = sent;
  const sealed = sealedSecret(value.secret, secrets);
  if (!sealed.ok) return sealed;
  const { url, eventTypes = [], apps = [], format = 'bus', description, since } = value;
  const { maxAttempts = DEFAULT_MAX_ATTEMPTS, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = value;
  const settings = {
    url,
    eventTypes,
    apps,
    format,
    ...(typeof sealed.value === 'string' ? { sealedSecret: sealed.value } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    maxAttempts,
    timeoutMs: timeoutSeconds * 1000,
  };
  return { ok: true, value: { settings, since } };
}

/** Reads the body of a change. */
export function readChanges(body: unknown, secrets: Secrets): Read<WebhookChanges> {
  const sent = readBody(WebhookChangeBody, body, CHANGEABLE);
  if (!sent.ok) return sent;
  const { secret, timeoutSeconds, url, eventTypes, apps, format, description, maxAttempts } = sent.value;
  const sealed = sealedSecret(secret, secrets);
  if (!sealed.ok) return sealed;
  const timeoutMs = timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000;
  const changes = { url, eventTypes, apps, format, description, maxAttempts, timeoutMs };
  const given = Object.entries({ ...changes, sealedSecret: sealed.value }).filter(
    ([, value]) => value !== undefined,
  );
  return { ok: true, value: Object.fromEntries(given) };
}

/** Reads what shall be delivered once more. */
export function readRedelivery(body: unknown): Read<WhatToRedeliver> {
  const sent = readBody(RedeliverBody, body, ['from', 'to', 'deadLetters']);
  if (!sent.ok) return sent;
  const { from, to, deadLetters } = sent.value;
  if (deadLetters === true) {
    if (from === undefined && to === undefined) return { ok: true, value: { deadLetters } };
    return invalid([{ path: '/deadLetters', errors: ['excludes `from` and `to`'] }]);
  }
  if (from === undefined) return invalid([{ path: '/from', errors: ['error.path.missing'] }]);
  if (to !== undefined && to < from)
    return invalid([{ path: '/to', errors: ['must not be less than `from`'] }]);
  return { ok: true, value: { from, ...(to === undefined ? {} : { to }) } };
}

/** A misspelt key would silently ask for something else. */
function readBody<T extends object>(shape: new () => T, body: unknown, known: readonly string[]): Read<T> {
  const json = readJson(body);
  if (!json.ok) return json;
  const valid = validateBody(shape, json.value);
  if (!valid.ok) return valid;
  const unknown = Object.keys(json.value as object).filter((key) => !known.includes(key));
  const errors = [`is not known; known are ${known.join(', ')}`];
  return unknown.length === 0 ? valid : invalid(unknown.map((key) => ({ path: `/${key}`, errors })));
}

/** `null` and absent stay what they are. */
function sealedSecret(secret: string | null | undefined, secrets: Secrets): Read<string | null | undefined> {
  if (typeof secret !== 'string') return { ok: true, value: secret };
  const { unavailable } = secrets;
  if (unavailable !== undefined) return invalid([{ path: '/secret', errors: [unavailable] }]);
  return { ok: true, value: secrets.seal(secret) };
}

const invalid = (details: readonly object[]): { readonly ok: false; readonly answer: Answer } => ({
  ok: false,
  answer: errorAnswer(422, 'Object is not valid', details),
});
