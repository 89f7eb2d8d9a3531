import type { SubscribeCall } from '../protocol/call.js';
import type { MasterDetector } from '../detection/master-detector.js';
import type { Authentication } from './authentication.js';
import { Backoff } from './backoff.js';
import type { ClientOptions } from './client-options.js';
import type { Clock } from './clock.js';
import { Credentials } from './credentials.js';
import { reactionToError } from './error-event.js';
import { FailoverWatch } from './failover-watch.js';
import { fatalError } from './fatal-errors.js';
import type { Logger } from './logger.js';
import type { SchedulerHandlers } from './handlers.js';
import type { Alert, DisconnectReason, FatalError } from './reasons.js';
import { Session, type SessionEnd } from './session.js';
import { judgeSubscribeAnswer } from './subscribe-outcome.js';
import type { SubscribeAnswer, SubscriptionStream } from './subscribe-request.js';
import type { MasterTransport } from './transport.js';
import { redirectTarget } from './wire.js';

/** `spec/mesos-client.md §6.1`; FATAL is the end that only `start` leaves. */
export type ClientState =
  'STOPPED' | 'DETECTING' | 'CONNECTING' | 'SUBSCRIBING' | 'SUBSCRIBED' | 'BACKOFF' | 'FATAL';

/** Errors of unknown meaning in a row after which an operator is told (`§6.7`). */
const ALERT_AFTER_ERRORS = 3;

/** How often it is asked whether a subscription may be sent. */
const NOT_NOW_MS = 50;

export interface SubscriptionLoopSettings {
  detector: MasterDetector;
  authentication: Authentication | undefined;
  maySubscribe: () => boolean;
  logger: Logger;
  handlers: SchedulerHandlers;
  transport: MasterTransport;
  clock: Clock;
  random: () => number;
  options: ClientOptions;
  nextGeneration: () => number;
  subscribeCall: (withOfferConstraints: boolean) => SubscribeCall;
  /** After this long without a subscription the master kills all tasks; 0 when there are none to kill. */
  failoverTimeoutMs: () => number;
}

/** What follows one attempt. */
type Next =
  | { kind: 'tryNext' }
  | { kind: 'atOnce' }
  | { kind: 'backOff' }
  | { kind: 'wait'; delayMs: number }
  | { kind: 'fatal'; error: FatalError };

/** Detects, subscribes and subscribes again until it is stopped or has to give up (`spec/mesos-client.md §6`). */
export class SubscriptionLoop {
  readonly #settings: SubscriptionLoopSettings;
  readonly #backoff: Backoff;
  readonly #credentials: Credentials;
  readonly #failoverWatch: FailoverWatch;
  readonly #stopping = new AbortController();
  #state: ClientState = 'DETECTING';
  #session: Session | undefined;
  #withOfferConstraints = true;
  #errorsInARow = 0;

  constructor(settings: SubscriptionLoopSettings) {
    this.#settings = settings;
    const { backoffInitialMs: initialMs, backoffMaxMs: maxMs } = settings.options;
    this.#backoff = new Backoff({ initialMs, maxMs, random: settings.random });
    this.#credentials = new Credentials(settings.authentication);
    this.#failoverWatch = new FailoverWatch({
      clock: settings.clock,
      failoverTimeoutMs: settings.failoverTimeoutMs,
      onDanger: (message) => this.#alert({ code: 'FailoverTimeoutNear', message }),
    });
  }

  get state(): ClientState {
    return this.#state;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  run(): void {
    this.#failoverWatch.away();
    this.#cycle().catch((error: unknown) => {
      if (!this.#stopped) {
        this.#giveUp({ reaction: 'stop', code: 'HandlerFailed', message: String(error) });
      }
    });
  }

  stop(): void {
    this.#state = 'STOPPED';
    this.#failoverWatch.back();
    this.#stopping.abort();
    this.#session?.end({
      kind: 'disconnected',
      reason: { code: 'StreamEnded', message: 'the client was stopped' },
    });
    this.#session = undefined;
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #cycle(): Promise<void> {
    const { detector, options, random } = this.#settings;
    while (!this.#stopped) {
      this.#state = 'DETECTING';
      await detector.detect(this.#stopping.signal);
      // Many frameworks see a new leader at the same moment (§5.3). It may be another one when the wait is over.
      await this.#wait(random() * options.connectDelayMaxMs);
      if (this.#stopped) {
        return;
      }
      const candidate = await detector.detect(this.#stopping.signal);
      if (this.#stopped) {
        return;
      }
      if (!this.#settings.maySubscribe()) {
        await this.#wait(NOT_NOW_MS);
        continue;
      }
      const next = await this.#attempt(candidate);
      if (this.#stopped) {
        return;
      }
      if (next.kind === 'fatal') {
        this.#giveUp(next.error);
        return;
      }
      await this.#pauseBefore(next);
    }
  }

  async #pauseBefore(next: Exclude<Next, { kind: 'fatal' }>): Promise<void> {
    if (next.kind === 'atOnce' || (next.kind === 'tryNext' && this.#settings.detector.reject())) {
      return;
    }
    const delayMs = next.kind === 'wait' ? next.delayMs : this.#backoff.nextDelayMs();
    this.#state = 'BACKOFF';
    this.#settings.logger.info(
      { delayMs: Math.round(delayMs) },
      'waiting before the next Mesos subscription',
    );
    const newLeader = new AbortController();
    const stopWatching = this.#settings.detector.onLeaderChange(() => newLeader.abort());
    await this.#wait(delayMs, newLeader.signal);
    stopWatching();
    // What went wrong with the former leader says nothing about this one.
    if (newLeader.signal.aborted) this.#backoff.reset();
  }

  /** From the first byte to the end of the subscription. */
  async #attempt(candidate: URL): Promise<Next> {
    const { clock, options, logger, detector } = this.#settings;
    const authorization = this.#credentials.header;
    if (!authorization.ok) {
      const error = { reaction: 'stop', code: 'InvalidCredentials', message: authorization.error } as const;
      return { kind: 'fatal', error };
    }
    const deadline = new AbortController();
    const cancelDeadline = clock.after(options.subscribedTimeoutMs, () => deadline.abort());
    // A master that hangs must not hold up the way to its successor.
    const stopWatching = detector.onLeaderChange((leader) => {
      if (leader.origin !== candidate.origin) deadline.abort();
    });
    const signal = AbortSignal.any([deadline.signal, this.#stopping.signal]);
    try {
      const { origin, answer } = await this.#subscribe(candidate, authorization.value, signal);
      stopWatching();
      if (answer.kind === 'stream') {
        return await this.#converse(origin, answer.stream, { signal, cancelDeadline });
      }
      const failure = judgeSubscribeAnswer(answer);
      if (failure.kind === 'tryNext') {
        logger.warn({ master: origin.host, reason: failure.message }, 'Mesos master not available');
        return { kind: 'tryNext' };
      }
      const isRefused = answer.kind === 'refused' && answer.status === 401;
      if (isRefused && this.#credentials.renew(authorization.value)) {
        logger.info({ master: origin.host }, 'trying again with the secret as it is now');
        return { kind: 'atOnce' };
      }
      this.#alert(failure.alert);
      return { kind: 'wait', delayMs: failure.delayMs ?? this.#backoff.maximumDelayMs() };
    } finally {
      stopWatching();
      cancelDeadline();
    }
  }

  /** Sends SUBSCRIBE, following redirects to the leader. */
  async #subscribe(
    candidate: URL,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<{ origin: URL; answer: SubscribeAnswer }> {
    const { options, transport, logger } = this.#settings;
    const body = JSON.stringify(this.#settings.subscribeCall(this.#withOfferConstraints));
    let origin = candidate;
    for (let hops = 0; ; hops += 1) {
      this.#enter('CONNECTING');
      const answer = await transport.subscribe({
        origin,
        body,
        authorization,
        signal,
        connectTimeoutMs: options.connectTimeoutMs,
        onConnected: () => this.#enter('SUBSCRIBING'),
      });
      const target = answer.kind === 'redirect' ? redirectTarget(answer.location, origin) : undefined;
      if (target === undefined || hops >= options.maxRedirects) {
        return { origin, answer };
      }
      logger.info({ from: origin.host, to: target.host }, 'redirected to the leading Mesos master');
      origin = target;
    }
  }

  async #converse(
    origin: URL,
    stream: SubscriptionStream,
    deadline: { signal: AbortSignal; cancelDeadline: () => void },
  ): Promise<Next> {
    const { handlers, transport, detector, clock, options, logger, nextGeneration } = this.#settings;
    const generation = nextGeneration();
    const session = new Session({
      generation,
      origin,
      stream,
      credentials: this.#credentials,
      transport,
      options,
      clock,
      logger,
      onAlert: (alert) => this.#alert(alert),
      onEvent: (event) => handlers.onEvent(event, generation),
      onSubscribed: (subscribed) => {
        deadline.cancelDeadline();
        detector.confirm();
        this.#failoverWatch.back();
        this.#enter('SUBSCRIBED');
        logger.info({ generation, master: origin.host }, 'subscribed to the Mesos master');
        return handlers.onSubscribed(subscribed, generation);
      },
    });
    this.#session = session;
    const stopWatching = detector.onLeaderChange((leader) => {
      if (leader.origin !== origin.origin) {
        session.end({ kind: 'disconnected', reason: { code: 'LeaderChanged', message: leader.host } });
      }
    });
    const onTimeout = (): void =>
      session.end({
        kind: 'disconnected',
        reason: { code: 'StreamEnded', message: 'SUBSCRIBED did not arrive' },
      });
    deadline.signal.addEventListener('abort', onTimeout);
    session.open();
    const end = await session.ended;
    deadline.signal.removeEventListener('abort', onTimeout);
    stopWatching();
    this.#session = undefined;
    return this.#stopped ? { kind: 'atOnce' } : this.#afterSession(session, end);
  }

  #afterSession(session: Session, end: SessionEnd): Next {
    if (session.subscribedForMs >= this.#settings.options.backoffResetAfterMs) {
      this.#backoff.reset();
      this.#errorsInARow = 0;
    }
    const next = this.#judgeEnd(end);
    const reason = disconnectReason(end, next.kind === 'fatal');
    this.#settings.logger.warn({ generation: session.generation, ...reason }, 'Mesos subscription ended');
    if (session.subscribed !== undefined) {
      this.#failoverWatch.away();
      this.#settings.handlers.onDisconnected(reason, session.generation);
    }
    return next;
  }

  #judgeEnd(end: SessionEnd): Next {
    switch (end.kind) {
      case 'disconnected':
        return { kind: 'backOff' };
      case 'handlerFailed':
        return {
          kind: 'fatal',
          error: { reaction: 'stop', code: 'HandlerFailed', message: String(end.error) },
        };
      case 'masterTooOld':
        return {
          kind: 'fatal',
          error: { reaction: 'stop', code: 'MasterTooOld', message: end.message },
        };
      case 'masterError':
        return this.#judgeError(end.message);
    }
  }

  #judgeError(message: string): Next {
    const reaction = reactionToError(message);
    switch (reaction.kind) {
      case 'fatal':
        return {
          kind: 'fatal',
          error: fatalError({ reaction: reaction.reaction, code: reaction.code, message }),
        };
      case 'retryAtMaximum':
        this.#alert({ code: 'NotAuthorizedByMaster', message });
        return { kind: 'wait', delayMs: this.#backoff.maximumDelayMs() };
      case 'dropOfferConstraints':
        if (this.#withOfferConstraints) {
          this.#withOfferConstraints = false;
          this.#alert({ code: 'OfferConstraintsDropped', message });
          return { kind: 'atOnce' };
        }
        return this.#countError(message);
      case 'retry':
        return this.#countError(message);
    }
  }

  #countError(message: string): Next {
    this.#errorsInARow += 1;
    if (this.#errorsInARow % ALERT_AFTER_ERRORS === 0) {
      this.#alert({ code: 'RepeatedErrors', message });
    }
    return { kind: 'backOff' };
  }

  #giveUp(error: FatalError): void {
    this.#session = undefined;
    this.#failoverWatch.back();
    this.#enter('FATAL');
    this.#settings.logger.error({ ...error }, 'Mesos scheduler client gave up');
    this.#settings.handlers.onFatal(error);
  }

  #alert(alert: Alert): void {
    this.#settings.logger.error({ ...alert }, 'Mesos scheduler client needs attention');
    this.#settings.handlers.onAlert?.(alert);
  }

  /** A stopped client stays stopped, whatever comes in late. */
  #enter(state: ClientState): void {
    if (!this.#stopped) {
      this.#state = state;
    }
  }

  #wait(delayMs: number, wake: AbortSignal = this.#stopping.signal): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, wake]);
    if (delayMs <= 0 || signal.aborted) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = this.#settings.clock.after(delayMs, finish);
      signal.addEventListener('abort', finish);
    });
  }
}

function disconnectReason(end: SessionEnd, fatal: boolean): DisconnectReason {
  switch (end.kind) {
    case 'disconnected':
      return end.reason;
    case 'masterTooOld':
    case 'masterError':
      return { code: fatal ? 'Fatal' : 'MasterError', message: end.message };
    case 'handlerFailed':
      return { code: 'Fatal', message: String(end.error) };
  }
}
