import { LogUnavailableError } from '../errors.js';

/** What kafkajs says of an error, as far as it matters here. */
interface ClientError extends Error {
  readonly type?: string;
  readonly cause?: unknown;
  readonly originalError?: unknown;
  /** Of an error that stands for several. */
  readonly errors?: readonly unknown[];
}

/**
 * The broker's words for: another writer has taken the place of this one, or this one's transaction took so long that
 * the broker ended it. (Of a writer that was idle for a week it says that it does not know it: that is not among them.)
 */
const FENCED_TYPES: ReadonlySet<string> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'TRANSACTION_COORDINATOR_FENCED',
]);

/** What the broker will say again, however often it is asked. */
const REFUSAL_TYPES: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]);

/** Whether a newer writer has begun. */
export const isFenced = (error: unknown): boolean => hasType(error, FENCED_TYPES);

/** Whether trying again is of no use. */
export const isRefusal = (error: unknown): boolean => hasType(error, REFUSAL_TYPES);

const hasType = (error: unknown, types: ReadonlySet<string>): boolean =>
  causesOf(error).some(({ type }) => type !== undefined && types.has(type));

/** Whether the place that was to be read is not on the topic any more. */
export const isOffsetGone = (error: unknown): boolean =>
  causesOf(error).some(
    ({ type, name }) => type === 'OFFSET_OUT_OF_RANGE' || name === 'KafkaJSOffsetOutOfRange',
  );

/** Names a failure in the port's terms. */
export function toUnavailable(error: unknown, topic: string, outcomeUnknown = false): LogUnavailableError {
  if (error instanceof LogUnavailableError) return error;
  return new LogUnavailableError('io', `the event log on Kafka topic ${topic} failed: ${reasonOf(error)}`, {
    cause: error,
    outcomeUnknown,
  });
}

/** The innermost reason, for people. */
export function reasonOf(error: unknown): string {
  const innermost = causesOf(error).at(-1);
  return innermost === undefined ? String(error) : innermost.message;
}

/** An error with what caused it, outermost first. */
function causesOf(error: unknown): readonly ClientError[] {
  const causes: ClientError[] = [];
  for (let next = error; next instanceof Error && !causes.includes(next);) {
    const current: ClientError = next;
    causes.push(current);
    next = current.cause ?? current.originalError ?? current.errors?.[0];
  }
  return causes;
}
