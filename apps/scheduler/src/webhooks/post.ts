import { Agent, request } from 'undici';
import type { DeniedNetworks } from './denied-networks.js';

/** One request of a webhook. */
export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/** How a request ended; `gone`: the receiver answered 410. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly durationMs: number }
  | { readonly kind: 'gone'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string };

/** Sends a request. Never rejects; an abort ends it as a failure. */
export type Post = (delivery: Delivery, signal: AbortSignal) => Promise<DeliveryOutcome>;

/** So much of an answer is read, in bytes, so that its connection can be used again. */
const ANSWER_LIMIT_BYTES = 65_536;

const KEEP_ALIVE_MS = 30_000;

/** What sends the requests of all webhooks, and the way to end it. */
export interface Sender {
  readonly post: Post;
  readonly close: () => Promise<void>;
}

/** `denied`: no request goes there. */
export type CreateSender = (denied: DeniedNetworks) => Sender;

/** Connections are kept and used again; redirects are not followed. */
export const createSender: CreateSender = (denied) => {
  const dispatcher = new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { lookup: denied.lookup },
  });
  const post: Post = async ({ url, headers, body, timeoutMs }, signal) => {
    const startedMs = performance.now();
    const limit = new Limit(timeoutMs, signal);
    try {
      denied.check(url);
      const options = { method: 'POST', dispatcher, headers, body, bodyTimeout: timeoutMs } as const;
      const response = await request(url, { ...options, signal: limit.signal });
      const durationMs = performance.now() - startedMs;
      // A receiver that has answered has got it, however the rest of the answer goes; but one that never comes to its
      // end must not hold a connection for each event.
      await response.body.dump({ limit: ANSWER_LIMIT_BYTES }).catch(() => undefined);
      const { statusCode } = response;
      if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered', durationMs };
      return { kind: statusCode === 410 ? 'gone' : 'failed', error: `the receiver answered ${statusCode}` };
    } catch (error) {
      return { kind: 'failed', error: limit.isOver ? `no answer within ${timeoutMs} ms` : reasonOf(error) };
    } finally {
      limit.clear();
    }
  };
  return { post, close: () => dispatcher.destroy() };
};

/** Ends a request when its time is up, or when all deliveries end. */
class Limit {
  isOver = false;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(
    timeoutMs: number,
    private readonly outer: AbortSignal,
  ) {
    this.timer = setTimeout(() => {
      this.isOver = true;
      this.abort();
    }, timeoutMs);
    outer.addEventListener('abort', this.abort);
    if (outer.aborted) this.abort();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  clear(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.abort);
  }

  private readonly abort = (): void => this.controller.abort();
}

function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message === undefined || message === '' ? (code ?? String(error)) : message;
}
