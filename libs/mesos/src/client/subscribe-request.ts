import { Client } from 'undici';

import { jsonHeaders, SCHEDULER_PATH } from './wire.js';

/** One SUBSCRIBE to one address. */
export interface SubscribeRequest {
  origin: URL;
  /** The call as JSON. */
  body: string;
  authorization: string | undefined;
  connectTimeoutMs: number;
  /** The connection stands and the request is being written. */
  onConnected: () => void;
  /** Gives up waiting for the answer. The stream, once open, has its own `close`. */
  signal: AbortSignal;
}

/** An open subscription stream. The connection belongs to it alone (`spec/mesos-client.md §1`). */
export interface SubscriptionStream {
  streamId: string;
  /** @param listener.onEnd clean end and reset are equivalent (`§3`). */
  listen(listener: { onChunk: (chunk: Buffer) => void; onEnd: (message: string) => void }): void;
  close(): void;
}

/** What the address answered. */
export type SubscribeAnswer =
  | { kind: 'stream'; stream: SubscriptionStream }
  | { kind: 'redirect'; location: string }
  | { kind: 'refused'; status: number; text: string; retryAfter: string | undefined }
  | { kind: 'unreachable'; message: string };

/** Sends SUBSCRIBE and waits for the status line (`spec/mesos-client.md §2`). Expected failures are answers. */
export async function sendSubscribe(request: SubscribeRequest): Promise<SubscribeAnswer> {
  const connection = new Client(request.origin, {
    bodyTimeout: 0,
    headersTimeout: 0,
    connect: { timeout: request.connectTimeoutMs },
  });
  connection.once('connect', request.onConnected);
  const close = (): void => void connection.destroy();
  let answer: SubscribeAnswer;
  try {
    answer = await exchange(connection, request, close);
  } catch (error) {
    answer = { kind: 'unreachable', message: (error as Error).message };
  }
  if (answer.kind !== 'stream') {
    close();
  }
  return answer;
}

async function exchange(
  connection: Client,
  request: SubscribeRequest,
  close: () => void,
): Promise<SubscribeAnswer> {
  const { statusCode, headers, body } = await connection.request({
    method: 'POST',
    path: SCHEDULER_PATH,
    headers: jsonHeaders({ authorization: request.authorization }),
    body: request.body,
    signal: request.signal,
  });
  const header = (name: string): string | undefined => [headers[name]].flat()[0];
  if (statusCode === 200) {
    const streamId = header('mesos-stream-id');
    if (streamId === undefined) {
      // The body is cut off unread, which its stream reports as an error nobody waits for.
      body.on('error', () => undefined);
      return { kind: 'unreachable', message: 'the answer to SUBSCRIBE has no Mesos-Stream-Id' };
    }
    return { kind: 'stream', stream: streamOver(body, streamId, close) };
  }
  // Read before the connection is closed, also when nobody needs it.
  const text = await body.text();
  const location = header('location');
  if (statusCode === 307 && location !== undefined) {
    return { kind: 'redirect', location };
  }
  return { kind: 'refused', status: statusCode, text, retryAfter: header('retry-after') };
}

function streamOver(body: NodeJS.ReadableStream, streamId: string, close: () => void): SubscriptionStream {
  return {
    streamId,
    close,
    listen({ onChunk, onEnd }) {
      body.on('error', (error: Error) => onEnd(error.message));
      body.on('end', () => onEnd('the master closed the stream'));
      body.on('data', onChunk);
    },
  };
}
