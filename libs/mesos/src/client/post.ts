import type { Dispatcher } from 'undici';

/** What came back. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Post {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** It does no harm when it is sent twice, so that others may share the connection with it. */
  readonly isIdempotent: boolean;
}

/**
 * Sends a request and reads the whole answer. Straight through the handlers of the dispatcher: a stream for each of the
 * empty answers to acknowledgements would cost more than all the rest. Rejects when no answer came.
 */
export function post(dispatcher: Dispatcher, { isIdempotent, ...request }: Post): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const answer: { status: number; headers: HttpAnswer['headers'] } = { status: 0, headers: {} };
    const chunks: Buffer[] = [];
    dispatcher.dispatch(
      { ...request, method: 'POST', idempotent: isIdempotent, blocking: !isIdempotent },
      {
        // Tells the dispatcher which kind of handler this is.
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status, headers) => {
          answer.status = status;
          answer.headers = headers;
        },
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () =>
          resolve({ ...answer, text: chunks.length === 0 ? '' : Buffer.concat(chunks).toString() }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}
