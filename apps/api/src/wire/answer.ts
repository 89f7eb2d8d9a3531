/** An HTTP answer as a value: what the wire mapping decides and one function sends. */
export interface Answer {
  readonly status: number;
  /** Absent for an empty body. */
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const JSON_TYPE = 'application/json';

/** A violation list, a text, or nothing: `details` of an error envelope comes in all three forms. */
export type ErrorDetails = string | readonly unknown[];

/** An answer with JSON text that is already written. */
export function jsonAnswer(status: number, body: string, headers?: Readonly<Record<string, string>>): Answer {
  return headers === undefined
    ? { status, body, contentType: JSON_TYPE }
    : { status, body, contentType: JSON_TYPE, headers };
}

/** An answer that prints a plain value. */
export const valueAnswer = (value: unknown, status = 200): Answer =>
  jsonAnswer(status, JSON.stringify(value));

/** The error envelope; clients test for a leading `{"message`, so it comes first (`spec/operations.md` §1.3). */
export function errorAnswer(status: number, message: string, details?: ErrorDetails): Answer {
  return valueAnswer(details === undefined ? { message } : { message, details }, status);
}

/** 405 with the methods that the resource does take. */
export function methodNotAllowed(allowed: readonly string[]): Answer {
  return { ...errorAnswer(405, 'Method Not Allowed'), headers: { Allow: allowed.join(', ') } };
}
