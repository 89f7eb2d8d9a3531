import { Client } from 'undici';
import type { ClientOptions } from './client-options.js';
import { PipelinedPosts } from './pipelined-posts.js';
import { sendSubscribe, type SubscribeAnswer, type SubscribeRequest } from './subscribe-request.js';
import { retryAfterMs, SCHEDULER_PATH } from './wire.js';

/** What carries the requests of the client to a master. */
export interface MasterTransport {
  /** Sends SUBSCRIBE and waits for the status line. Expected failures are answers. */
  subscribe(request: SubscribeRequest): Promise<SubscribeAnswer>;
  /** Connections for the calls of one subscription. */
  connect(origin: URL, options: ClientOptions): CallConnections;
}

/** `ordered`: calls go one after the other; `acknowledgements`: several at once. */
export type CallRoute = 'ordered' | 'acknowledgements';

/** A call on its way. */
export interface CallRequest {
  headers: Record<string, string>;
  /** JSON. */
  body: string;
}

/** What the master said to a call. */
export interface CallAnswer {
  status: number;
  text: string;
  /** `Retry-After`, ms. */
  pauseMs: number | undefined;
}

/** The connections of one subscription (`spec/mesos-client.md §1`). */
export interface CallConnections {
  /** `settle` is told the answer, later and once, or an error when it is not known whether the call arrived. */
  send(route: CallRoute, request: CallRequest, settle: (answer: CallAnswer | Error) => void): void;
  /** Ends the connections, and with them what is under way. */
  close(): void;
}

/** Real connections. */
export const httpTransport: MasterTransport = {
  subscribe: sendSubscribe,
  connect: (origin, options) => new HttpConnections(origin, options),
};

class HttpConnections implements CallConnections {
  readonly #ordered: Client;
  readonly #acknowledgements: PipelinedPosts;

  constructor(origin: URL, options: ClientOptions) {
    const { callTimeoutMs, connectTimeoutMs } = options;
    this.#ordered = new Client(origin, {
      headersTimeout: callTimeoutMs,
      bodyTimeout: callTimeoutMs,
      connect: { timeout: connectTimeoutMs },
    });
    this.#acknowledgements = new PipelinedPosts({
      origin,
      path: SCHEDULER_PATH,
      connectTimeoutMs,
      answerTimeoutMs: callTimeoutMs,
    });
  }

  send(route: CallRoute, request: CallRequest, settle: (answer: CallAnswer | Error) => void): void {
    if (route === 'ordered') {
      void this.#sendOrdered(request)
        .catch((error: Error) => error)
        .then(settle);
      return;
    }
    this.#acknowledgements.send(request.headers, request.body, (answer) => {
      if (answer instanceof Error) {
        return settle(answer);
      }
      const { status, text, headers } = answer;
      return settle({ status, text, pauseMs: retryAfterMs(headers.get('retry-after')) });
    });
  }

  async #sendOrdered({ headers, body }: CallRequest): Promise<CallAnswer> {
    const answer = await this.#ordered.request({ method: 'POST', path: SCHEDULER_PATH, headers, body });
    // The body must be read to its end before the connection can be used again.
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      text,
      pauseMs: retryAfterMs([answer.headers['retry-after']].flat()[0]),
    };
  }

  close(): void {
    void this.#ordered.destroy();
    this.#acknowledgements.close();
  }
}
