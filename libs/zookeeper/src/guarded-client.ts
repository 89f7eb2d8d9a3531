import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { createClient, type Client } from 'node-zookeeper-client';

import type { Clock, Instant } from './clock.js';

/** The inner states of the client's connection, as its `state` events number them. */
export const CONNECTION_STATE = {
  connecting: 1,
  connected: 2,
  closing: -1,
  expired: -3,
  authenticationFailed: -4,
} as const;

const SHORT_CONNECTION_MS = 1_000;

interface Server {
  readonly host: string;
  readonly port: number;
}

/**
 * What is used of the inside of node-zookeeper-client 1.1. Its public side leaves open what an election cannot do
 * without: it never notices a server that stopped answering, reads the rest of a broken connection into the next one,
 * takes no IPv6 address, dies of error codes that it does not know, and throws when closed while it is not connected.
 */
interface ConnectionManager extends EventEmitter {
  state: number;
  socket?: Socket;
  pendingBuffer: Buffer | null;
  packetQueue: { queue: unknown[] };
  connectTimeoutHandler: NodeJS.Timeout | null;
  findNextServer(next: (server: Server) => void): void;
  onSocketData(data: Buffer): void;
  setState(state: number): void;
}

export interface GuardedClientOptions {
  /** `host:port` of each server. */
  readonly servers: readonly string[];
  readonly sessionTimeoutMs: number;
  /** Longest wait before the servers are tried all over again. */
  readonly retryDelayMs: number;
  readonly credentials: string | undefined;
  readonly clock: Clock;
}

/** One session's client of node-zookeeper-client, with its weak places covered. */
export class GuardedClient {
  readonly client: Client;
  readonly #connection: ConnectionManager;
  readonly #servers: readonly Server[];
  readonly #retryDelayMs: number;
  readonly #clock: Clock;
  #next = 0;
  #attempts = 0;
  #connectedAtMs = Number.NEGATIVE_INFINITY;
  #retryTimer: NodeJS.Timeout | undefined;
  #attemptStartedAt: Instant;
  #abandoned = false;

  /** @param onState told every inner state of the connection, at once. */
  constructor(options: GuardedClientOptions, onState: (state: number) => void) {
    this.#servers = shuffled(options.servers.map(parseServer));
    this.#retryDelayMs = options.retryDelayMs;
    this.#clock = options.clock;
    this.#attemptStartedAt = options.clock();
    // The names are never resolved: the list only tells the client how many servers there are.
    const names = options.servers.map((_, index) => `server-${index}`).join(',');
    this.client = createClient(names, { sessionTimeout: options.sessionTimeoutMs, retries: 0 });
    this.#connection = innerConnection(this.client);
    this.#guard();
    this.#connection.on('state', onState);
    if (options.credentials !== undefined)
      this.client.addAuthInfo('digest', Buffer.from(options.credentials, 'utf8'));
  }

  connect(): void {
    this.client.connect();
  }

  /** Attempts to connect since the last connection that came about. */
  get attempts(): number {
    return this.#attempts;
  }

  /** When the present connection was begun. */
  get attemptStartedAt(): Instant {
    return this.#attemptStartedAt;
  }

  get isConnecting(): boolean {
    return this.#connection.state === CONNECTION_STATE.connecting && this.#connection.socket !== undefined;
  }

  /** Cuts the connection; the client then goes on to the next server. */
  dropConnection(): void {
    this.#clearConnectTimer();
    this.#connection.socket?.destroy();
  }

  /** Ends the session in an orderly way; only while connected. The servers hang up when it is done. */
  endSession(): void {
    this.client.close();
  }

  /** Ends everything without a word to the servers. */
  abandon(): void {
    this.#abandoned = true;
    clearTimeout(this.#retryTimer);
    this.#connection.removeAllListeners('state');
    if (this.#connection.state >= 0) this.#connection.setState(CONNECTION_STATE.closing);
    this.dropConnection();
  }

  #guard(): void {
    const connection = this.#connection;
    const readData = connection.onSocketData.bind(connection);
    connection.onSocketData = (data) => {
      try {
        readData(data);
      } catch {
        // An answer that the client cannot read: its state is not to be trusted any more.
        this.dropConnection();
      }
    };
    connection.findNextServer = (next) => {
      // Asked for exactly once per connection: nothing of the one before may reach the new one.
      connection.pendingBuffer = null;
      connection.packetQueue.queue.length = 0;
      this.#clearConnectTimer();
      if (this.#abandoned) return;
      const delayMs = this.#mustPause() ? Math.random() * this.#retryDelayMs : 0;
      this.#retryTimer = setTimeout(() => next(this.#nextServer()), delayMs);
    };
    connection.on('state', (state) => {
      if (state !== CONNECTION_STATE.connected) return;
      this.#attempts = 0;
      this.#connectedAtMs = this.#clock().monotonicMs;
    });
  }

  /** After all servers were tried in vain, and after a connection that was cut as soon as it was there. */
  #mustPause(): boolean {
    if (this.#attempts === 0) return this.#clock().monotonicMs - this.#connectedAtMs < SHORT_CONNECTION_MS;
    return this.#attempts % this.#servers.length === 0;
  }

  #nextServer(): Server {
    const server = this.#servers[this.#next % this.#servers.length]!;
    this.#next += 1;
    this.#attempts += 1;
    this.#attemptStartedAt = this.#clock();
    return server;
  }

  /** The client forgets this timer when a connection is cut, and it would cut the next one. */
  #clearConnectTimer(): void {
    if (this.#connection.connectTimeoutHandler !== null) clearTimeout(this.#connection.connectTimeoutHandler);
  }
}

function innerConnection(client: Client): ConnectionManager {
  const { connectionManager } = client as unknown as { connectionManager?: ConnectionManager };
  const isKnown =
    connectionManager !== undefined &&
    typeof connectionManager.findNextServer === 'function' &&
    typeof connectionManager.onSocketData === 'function' &&
    typeof connectionManager.setState === 'function' &&
    Array.isArray(connectionManager.packetQueue.queue);
  if (!isKnown) throw new Error('this version of node-zookeeper-client is not known: expected 1.1');
  return connectionManager;
}

function parseServer(text: string): Server {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/gu, ''), port: Number(text.slice(colon + 1)) };
}

function shuffled<T>(items: readonly T[]): T[] {
  const rest = [...items];
  for (let index = rest.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [rest[index], rest[other]] = [rest[other]!, rest[index]!];
  }
  return rest;
}
