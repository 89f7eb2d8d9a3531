import type { AgentLinkEnd } from '../link/link.js';
import type { RegisterMessage, ReregisterMessage } from '../link/messages.js';
import type { Clock, Timer } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';
import type { Random } from '../runtime/random.js';

/** What registering needs. */
export interface RegistrationDependencies {
  readonly link: AgentLinkEnd;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly backoffFactorMs: number;
  /** The message for the present state: register, or reregister once there is an id. */
  readonly compose: () => RegisterMessage | ReregisterMessage;
}

const longestBackoffMs = 60_000;
/** An answer may take this long however small the back-off: a repetition on its heels helps nobody. */
const shortestBackoffMs = 500;
/** Pings may be late by this much before the agent takes itself for forgotten. */
const pingMarginMs = 5_000;

/** Keeps the agent registered with its master (spec/local-cluster.md §7.1). */
export class Registration {
  private attempts = 0;
  private retry: Timer | undefined;
  private pingTimer: Timer | undefined;
  private pingTimeoutMs: number | undefined;
  private registered = false;

  constructor(private readonly dependencies: RegistrationDependencies) {}

  get isRegistered(): boolean {
    return this.registered;
  }

  /** The link is up, or what the master knows of this agent is out of date. */
  begin(): void {
    this.stop();
    this.attempts = 0;
    this.attempt();
  }

  /** The link is down, or the agent ends. */
  stop(): void {
    this.registered = false;
    this.retry?.cancel();
    this.pingTimer?.cancel();
  }

  /** The master accepted; `totalPingTimeoutMs` without a ping means that it has forgotten the agent. */
  accepted(totalPingTimeoutMs: number): void {
    this.registered = true;
    this.retry?.cancel();
    this.pingTimeoutMs = totalPingTimeoutMs;
    this.watchPings();
  }

  /** A ping came; `isConnected` is the master's view of this agent. */
  pinged(isConnected: boolean): void {
    this.dependencies.link.send({ type: 'pong' });
    if (!this.registered) return;
    if (isConnected) this.watchPings();
    else this.begin();
  }

  private attempt(): void {
    const { link, clock, random, logger, backoffFactorMs, compose } = this.dependencies;
    if (!link.isConnected) return;
    link.send(compose());
    const ceilingMs = Math.min(backoffFactorMs * 2 ** this.attempts, longestBackoffMs);
    this.attempts += 1;
    const delayMs = Math.max(shortestBackoffMs, random.next() * ceilingMs);
    this.retry = clock.schedule(delayMs, () => {
      logger.debug({ attempts: this.attempts }, 'registering again');
      this.attempt();
    });
  }

  private watchPings(): void {
    this.pingTimer?.cancel();
    const { clock, logger } = this.dependencies;
    if (this.pingTimeoutMs === undefined) return;
    this.pingTimer = clock.schedule(this.pingTimeoutMs + pingMarginMs, () => {
      logger.warn({}, 'no ping from the master, registering again');
      this.begin();
    });
  }
}
