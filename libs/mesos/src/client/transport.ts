import { Client, Pool, type Dispatcher } from 'undici';
import type { ClientOptions } from './client-options.js';
import { BurstConnector } from './burst-connector.js';
import { post } from './post.js';
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
  /** Rejects when it is not known whether the call arrived. */
  send(route: CallRoute, request: CallRequest): Promise<CallAnswer>;
  /** Ends the connections, and with them what is under way. */
  close(): void;
}

/** Real connections. */
export const httpTransport: MasterTransport = {
  subscribe: sendSubscribe,
  connect: (origin, options) => new HttpConnections(origin, options),
};

class HttpConnections implements CallConnections {
  readonly #dispatchers: Record<CallRoute, Dispatcher>;
  readonly #bursts: BurstConnector;

  constructor(origin: URL, options: ClientOptions) {
    const { acknowledgementConnections: connections, acknowledgementPipeline: pipelining } = options;
    const limits = { headersTimeout: options.callTimeoutMs, bodyTimeout: options.callTimeoutMs };
    const connector = { timeout: options.connectTimeoutMs };
    this.#bursts = new BurstConnector(connector);
    this.#dispatchers = {
      ordered: new Client(origin, { ...limits, connect: connector }),
      acknowledgements: new Pool(origin, {
        ...limits,
        connect: this.#bursts.connect,
        connections,
        pipelining,
      }),
    };
  }

  async send(route: CallRoute, { headers, body }: CallRequest): Promise<CallAnswer> {
    const isIdempotent = route === 'acknowledgements';
    if (isIdempotent) {
      this.#bursts.hold();
    }
    const answer = await post(this.#dispatchers[route], {
      path: SCHEDULER_PATH,
      headers,
      body,
      isIdempotent,
    });
    return {
      status: answer.status,
      text: answer.text,
      pauseMs: retryAfterMs([answer.headers['retry-after']].flat()[0]),
    };
  }

  close(): void {
    for (const dispatcher of Object.values(this.#dispatchers)) void dispatcher.destroy();
  }
}
