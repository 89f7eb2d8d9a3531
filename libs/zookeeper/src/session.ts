import type { Client } from 'node-zookeeper-client';

import type { Clock, Instant } from './clock.js';
import { toZooKeeperError, ZooKeeperError } from './errors.js';
import { CONNECTION_STATE, GuardedClient } from './guarded-client.js';
import { SignsOfLife } from './signs-of-life.js';

/** Longest wait for the servers to end a session that is closed. */
const CLOSE_LIMIT_MS = 2_000;

const RETRY_DELAY_MS = 250;

const MIN_ATTEMPT_MS = 250;

export interface SessionOptions {
  /** `host:port` of each server. */
  readonly servers: readonly string[];
  /** `user:password` of the digest scheme. */
  readonly credentials: string | undefined;
  /** Asked for; the servers may grant another. */
  readonly sessionTimeoutMs: number;
  readonly clock: Clock;
}

/** What becomes of a session. After `expired` or `refused` nothing more is said. */
export type SessionEvent = 'connected' | 'suspended' | 'expired' | 'refused';

interface PendingRequest {
  readonly name: string;
  readonly sentAt: Instant;
  readonly fail: (error: ZooKeeperError) => void;
}

/** Sends a request through the client; `done` is its callback. */
export type Send<T> = (client: Client, done: (error: unknown, result: T) => void) => void;

/**
 * One session: requests that always end, and a watch over the connection. An unanswered request is a quarter of the
 * session's time-out old at most before the connection is given up for the next server; so is a silent server, which is
 * asked something at least six times per session time-out.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #onEvent: (event: SessionEvent) => void;
  readonly #guarded: GuardedClient;
  readonly #pending = new Set<PendingRequest>();
  #isConnected = false;
  #isOver = false;
  readonly #signs = new SignsOfLife();
  #lastAnsweredMs: number | undefined;
  #watchTimer: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions, onEvent: (event: SessionEvent) => void) {
    this.#options = options;
    this.#onEvent = onEvent;
    this.#guarded = new GuardedClient({ ...options, retryDelayMs: RETRY_DELAY_MS }, (state) =>
      this.#onConnectionState(state),
    );
    this.#watchEvery(options.sessionTimeoutMs / 12);
    this.#guarded.connect();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Whether it expired, was refused or closed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sixteen hexadecimal digits; only meaningful once connected. */
  get id(): string {
    return this.#guarded.client.getSessionId().toString('hex');
  }

  /** As the servers granted it; what was asked for before the first connection. */
  get timeoutMs(): number {
    return this.#guarded.client.getSessionTimeout();
  }

  /** When the request was sent that was answered last; on the clock of the options. */
  get lastContactMs(): number | undefined {
    return this.#lastAnsweredMs;
  }

  /** What the leader of the ensemble knew of at least when it handled a request that was sent at `sentAt`. */
  signKnownBefore(sentAt: Instant): Instant | undefined {
    return this.#signs.knownBefore(sentAt, this.timeoutMs);
  }

  get #nowMs(): number {
    return this.#options.clock().monotonicMs;
  }

  /**
   * Sends a request. Fails at once while there is no connection: what it would find later is a different world.
   *
   * @throws {ZooKeeperError}
   */
  request<T>(name: string, send: Send<T>): Promise<T> {
    if (!this.#isConnected) return Promise.reject(this.#notConnected(name));
    return new Promise<T>((resolve, reject) => {
      const pending: PendingRequest = { name, sentAt: this.#options.clock(), fail: reject };
      this.#pending.add(pending);
      const done = (error: unknown, result: T): void => {
        if (!this.#pending.delete(pending)) return;
        if (error === null || error === undefined) {
          this.#answered(pending);
          resolve(result);
          return;
        }
        const failure = toZooKeeperError(name, error);
        if (failure.code !== 'CONNECTION_LOSS') this.#answered(pending);
        reject(failure);
      };
      try {
        send(this.#guarded.client, done);
      } catch (error) {
        this.#pending.delete(pending);
        reject(toZooKeeperError(name, error));
      }
    });
  }

  /**
   * Ends the session: with a connection the servers end it and remove its ephemeral nodes before this resolves (at most
   * two seconds); without one they do when its time-out is over.
   */
  async close(): Promise<void> {
    if (this.#isOver) return;
    const wasConnected = this.#isConnected;
    this.#isOver = true;
    clearInterval(this.#watchTimer);
    if (wasConnected) await this.#endAtServers();
    this.#isConnected = false;
    this.#guarded.abandon();
    this.#failPending('CLOSED');
  }

  #endAtServers(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, CLOSE_LIMIT_MS);
      this.#guarded.client.once('disconnected', () => {
        clearTimeout(limit);
        resolve();
      });
      this.#guarded.endSession();
    });
  }

  #onConnectionState(state: number): void {
    if (this.#isOver) return;
    if (state === CONNECTION_STATE.connected) {
      this.#isConnected = true;
      this.#signs.connected(this.#guarded.attemptStartedAt);
      this.#lastAnsweredMs = Math.max(this.#lastAnsweredMs ?? 0, this.#guarded.attemptStartedAt.monotonicMs);
      this.#watchEvery(this.timeoutMs / 12);
      this.#onEvent('connected');
    } else if (state === CONNECTION_STATE.expired) {
      this.#end('SESSION_EXPIRED', 'expired');
    } else if (state === CONNECTION_STATE.authenticationFailed) {
      this.#end('AUTH_FAILED', 'refused');
    } else if (this.#isConnected) {
      this.#isConnected = false;
      this.#failPending('CONNECTION_LOSS');
      this.#onEvent('suspended');
    }
  }

  #end(code: 'SESSION_EXPIRED' | 'AUTH_FAILED', event: SessionEvent): void {
    this.#isOver = true;
    this.#isConnected = false;
    clearInterval(this.#watchTimer);
    this.#guarded.abandon();
    this.#failPending(code);
    this.#onEvent(event);
  }

  #answered({ sentAt }: PendingRequest): void {
    this.#signs.answered(sentAt, this.timeoutMs);
    this.#lastAnsweredMs = Math.max(this.#lastAnsweredMs ?? 0, sentAt.monotonicMs);
  }

  #failPending(code: 'CONNECTION_LOSS' | 'SESSION_EXPIRED' | 'AUTH_FAILED' | 'CLOSED'): void {
    const requests = [...this.#pending];
    this.#pending.clear();
    for (const { name, fail } of requests) fail(new ZooKeeperError(code, `${name}: ${code}`));
  }

  #notConnected(name: string): ZooKeeperError {
    if (!this.#isOver) return new ZooKeeperError('CONNECTION_LOSS', `${name}: not connected`);
    return new ZooKeeperError('SESSION_EXPIRED', `${name}: the session is over`);
  }

  #watchEvery(intervalMs: number): void {
    clearInterval(this.#watchTimer);
    this.#watchTimer = setInterval(() => this.#watch(), Math.max(10, intervalMs));
  }

  #watch(): void {
    if (this.#isConnected) this.#watchConnection();
    else this.#watchAttempt();
  }

  #watchConnection(): void {
    if (this.#isOverdue()) {
      // A process that was stopped finds the answer already there: it is read before the timers that follow.
      setImmediate(() => {
        if (!this.#isOver && this.#isConnected && this.#isOverdue()) this.#guarded.dropConnection();
      });
      return;
    }
    const silentMs = this.#nowMs - (this.#lastAnsweredMs ?? 0);
    if (this.#pending.size > 0 || silentMs < this.timeoutMs / 6) return;
    // The answer counts, not what it says; a failure shows as a change of the connection.
    this.request('heartbeat', (client, done) => client.exists('/', done)).catch(() => {});
  }

  #isOverdue(): boolean {
    const [oldest] = this.#pending;
    return oldest !== undefined && this.#nowMs - oldest.sentAt.monotonicMs >= this.timeoutMs / 4;
  }

  /** A server that takes connections and says nothing must not keep the session from those that do. */
  #watchAttempt(): void {
    if (!this.#guarded.isConnecting) return;
    const { attempts, attemptStartedAt } = this.#guarded;
    const { servers } = this.#options;
    const round = Math.floor(Math.max(0, attempts - 1) / servers.length);
    const baseMs = Math.max(MIN_ATTEMPT_MS, this.timeoutMs / (3 * servers.length));
    const limitMs = Math.min(this.timeoutMs, baseMs * 2 ** round);
    if (this.#nowMs - attemptStartedAt.monotonicMs >= limitMs) this.#guarded.dropConnection();
  }
}
