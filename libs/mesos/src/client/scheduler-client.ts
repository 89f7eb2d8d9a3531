import type { CallBody, SubscribeCall } from '../protocol/call.js';
import type { Subscribed } from '../protocol/event.js';
import type { FrameworkInfo, OfferConstraints } from '../protocol/framework-info.js';
import type { MasterDetector } from '../detection/master-detector.js';
import type { Authentication } from './authentication.js';
import type { CallResult } from './call-result.js';
import { DEFAULT_CLIENT_OPTIONS, type ClientOptions } from './client-options.js';
import { systemClock, type Clock } from './clock.js';
import type { SchedulerHandlers } from './handlers.js';
import type { Logger } from './logger.js';
import { SubscriptionLoop, type ClientState } from './subscription-loop.js';
import type { Session } from './session.js';
import { httpTransport, type MasterTransport } from './transport.js';

/** What the client needs. The functions are asked at every subscription. */
export interface SchedulerClientSettings {
  detector: MasterDetector;
  /** Without `id`: the client fills it in. */
  frameworkInfo: () => FrameworkInfo;
  /** The stored framework id; undefined registers a new framework (`spec/mesos-client.md §6.2`). */
  frameworkId: () => string | undefined;
  suppressedRoles: () => string[];
  /** Asked right before each subscription; while it says no, none is sent. Always yes unless given. */
  maySubscribe?: () => boolean;
  offerConstraints?: () => OfferConstraints | undefined;
  authentication?: Authentication;
  logger: Logger;
  /** Real connections unless given. */
  transport?: MasterTransport;
  clock?: Clock;
  /** Uniform in [0, 1). */
  random?: () => number;
  options?: Partial<ClientOptions>;
}

/** Connects the orchestrator to the leading Mesos master (`spec/mesos-client.md`). */
export interface SchedulerClient {
  /** Detects the master, subscribes, and keeps subscribing. Does nothing else than set things going. */
  start(handlers: SchedulerHandlers): void;
  /** Closes the stream and all connections. TEARDOWN is never sent: tasks keep running. No handler is called after it. */
  stop(): void;
  /**
   * Sends a call in the present subscription. ACKNOWLEDGE calls may overtake others; all others arrive in the order in
   * which they were made. Never sent twice.
   *
   * @param generation the subscription on which the call rests, such as that of the offers to accept: when it is
   * over, the call is not sent and the result is `stale`.
   */
  call(body: CallBody, generation?: number): Promise<CallResult>;
  readonly state: ClientState;
  /** The present subscription, with the master's information; undefined when there is none. */
  readonly subscription: { generation: number; master: URL; subscribed: Subscribed } | undefined;
}

/** Creates a client; nothing is read or connected before `start`. */
export function createSchedulerClient(settings: SchedulerClientSettings): SchedulerClient {
  return new MesosSchedulerClient(settings);
}

class MesosSchedulerClient implements SchedulerClient {
  readonly #settings: SchedulerClientSettings;
  /** Generations go on counting over restarts, so that none is ever used twice. */
  #generation = 0;
  #loop: SubscriptionLoop | undefined;

  constructor(settings: SchedulerClientSettings) {
    this.#settings = settings;
  }

  get state(): ClientState {
    return this.#loop?.state ?? 'STOPPED';
  }

  get subscription(): SchedulerClient['subscription'] {
    const session = this.#session;
    const subscribed = session?.subscribed;
    return session === undefined || session.isEnded || subscribed === undefined
      ? undefined
      : { generation: session.generation, master: session.origin, subscribed };
  }

  start(handlers: SchedulerHandlers): void {
    if (this.#loop !== undefined && this.state !== 'FATAL') {
      throw new Error('the Mesos scheduler client runs already');
    }
    const { detector, authentication, maySubscribe, logger, transport, clock, random, options } =
      this.#settings;
    this.#loop = new SubscriptionLoop({
      detector,
      authentication,
      maySubscribe: maySubscribe ?? (() => true),
      logger,
      handlers,
      transport: transport ?? httpTransport,
      clock: clock ?? systemClock,
      random: random ?? Math.random,
      options: { ...DEFAULT_CLIENT_OPTIONS, ...options },
      nextGeneration: () => (this.#generation += 1),
      subscribeCall: (withConstraints) => this.#subscribeCall(withConstraints),
      failoverTimeoutMs: () => this.#failoverTimeoutMs(),
    });
    this.#loop.run();
  }

  stop(): void {
    this.#loop?.stop();
    this.#loop = undefined;
  }

  call(body: CallBody, generation?: number): Promise<CallResult> {
    const session = this.#session;
    if (session === undefined) {
      return Promise.resolve({ outcome: 'stale', reason: 'not subscribed' });
    }
    if (generation !== undefined && generation !== session.generation) {
      const reason = `generation ${generation} is over, the present one is ${session.generation}`;
      return Promise.resolve({ outcome: 'stale', reason });
    }
    return session.call(body);
  }

  get #session(): Session | undefined {
    return this.#loop?.session;
  }

  /** A framework that was never registered has nothing to lose. */
  #failoverTimeoutMs(): number {
    const { frameworkId, frameworkInfo } = this.#settings;
    return frameworkId() === undefined ? 0 : (frameworkInfo().failover_timeout ?? 0) * 1000;
  }

  /** First contact has no id; afterwards both places hold it (`§6.2`). */
  #subscribeCall(withConstraints: boolean): SubscribeCall {
    const { frameworkInfo, frameworkId, suppressedRoles, offerConstraints } = this.#settings;
    const id = frameworkId();
    const { id: _id, ...info } = frameworkInfo();
    const constraints = withConstraints ? offerConstraints?.() : undefined;
    const suppressed = suppressedRoles();
    const subscription = {
      ...(suppressed.length === 0 ? {} : { suppressed_roles: suppressed }),
      ...(constraints === undefined ? {} : { offer_constraints: constraints }),
    };
    if (id === undefined) {
      return { type: 'SUBSCRIBE', subscribe: { framework_info: info, ...subscription } };
    }
    return {
      type: 'SUBSCRIBE',
      framework_id: { value: id },
      subscribe: { framework_info: { id: { value: id }, ...info }, ...subscription },
    };
  }
}
