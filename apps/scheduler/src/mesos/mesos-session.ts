import { setTimeout as delay } from 'node:timers/promises';
import { EXIT_CODES, type Configuration, type ExitCode } from '#configuration';
import type { Effect, SchedulerCommand, SchedulerStatus } from '#domain';
import {
  createSchedulerClient,
  type Authentication,
  type Event,
  type Failure,
  type FatalError,
  type MasterDetector,
  type MasterTransport,
  type SchedulerClient,
  type Subscribed,
} from '#mesos';
import type { Logger } from '#observability';
import { AgentAddresses } from './agent-addresses.js';
import { callFor } from './effects.js';
import { frameworkRemoved } from './fatal-texts.js';
import { frameworkInfo } from './framework-info.js';
import type { SchedulerMetrics } from '../scheduler-metrics.js';

/** What the session needs of its surroundings. */
export interface MesosSessionPorts {
  readonly configuration: Configuration;
  readonly detector: MasterDetector;
  readonly authentication?: Authentication;
  /** Real connections unless given. */
  readonly transport?: MasterTransport;
  readonly logger: Logger;
  readonly metrics: SchedulerMetrics;
  /** Passes news to the writer; `settled` is called once what they changed is durable. */
  readonly tell: (command: SchedulerCommand, settled?: () => void) => void;
  /** Settles when the writer has room for more news; nothing when it has some now. */
  readonly room: () => Promise<void> | undefined;
  readonly frameworkId: () => string | undefined;
  /** Whether this node may act as the leader: whoever is not would take the framework away from the real one. */
  readonly mayAct: () => boolean;
  /** Roles to subscribe with, and those of them for which no offers are wanted at first. */
  readonly roles: () => { readonly roles: readonly string[]; readonly suppressed: readonly string[] };
  /** Nothing but a new process can help. */
  readonly onFatal: (exitCode: ExitCode, message: string) => void;
}

/** Between two attempts to give an offer back: whoever fails at once is not asked without end. */
const GIVE_BACK_PAUSE_MS = 200;

/**
 * Stands between the writer and Mesos: events become commands, effects become calls. Decides nothing. What
 * gets lost here is found again by retries and reconciliation.
 */
export class MesosSession {
  /** Where the agents of the master are reached. */
  readonly agents: AgentAddresses;
  private readonly client: SchedulerClient;
  private master: Subscribed['master_info'];
  /** The subscription that each unanswered offer came with. */
  private readonly offerGenerations = new Map<string, number>();

  constructor(private readonly ports: MesosSessionPorts) {
    const { detector, authentication, transport, logger, frameworkId, configuration } = ports;
    this.agents = new AgentAddresses({
      configuration,
      authentication,
      masterHostPort: () => this.masterHostPort,
    });
    this.client = createSchedulerClient({
      detector,
      authentication,
      transport,
      logger,
      frameworkId,
      frameworkInfo: () => frameworkInfo(configuration, ports.roles().roles),
      maySubscribe: ports.mayAct,
      suppressedRoles: () => [...ports.roles().suppressed],
      options: {
        silenceLimitMs: configuration.mesosHeartbeatIntervalMs * configuration.mesosHeartbeatFailureThreshold,
        connectDelayMaxMs: ['local', 'simulated'].includes(configuration.master.kind) ? 0 : 500,
      },
    });
  }

  start(): void {
    this.client.start({
      onSubscribed: (subscribed) => this.subscribed(subscribed),
      onEvent: (event, generation) => {
        this.received(event, generation);
        return this.ports.room();
      },
      onDisconnected: (reason) => {
        this.ports.metrics.connected(false);
        this.ports.logger.warn(
          { code: reason.code, reason: reason.message },
          'connection to the Mesos master lost',
        );
        this.ports.tell({ type: 'SchedulerLost', reason: reason.message });
      },
      onFatal: (error) => this.ports.onFatal(exitCodeFor(error), this.textOf(error)),
      onAlert: ({ code, message }) => this.ports.logger.warn({ code }, message),
    });
  }

  private textOf({ code, message }: FatalError): string {
    return code === 'FrameworkRemoved' ? frameworkRemoved(this.ports.frameworkId(), message) : message;
  }

  /** Leaves the master with the tasks running; they are found again by the next session. */
  stop(): void {
    this.client.stop();
    this.ports.metrics.connected(false);
  }

  /** Carries out effects in their order. */
  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'AcknowledgeStatus') this.acknowledge(effect);
      else void this.performOne(effect);
    }
  }

  /** Nothing depends on what comes of it: the agent repeats what was not acknowledged. */
  private acknowledge(effect: Effect): void {
    this.ports.metrics.called(effect);
    void this.client.call(callFor(effect, () => this.frameworkInfoWithId([])));
  }

  status(): Pick<SchedulerStatus, 'connected' | 'mesosLeaderUiUrl'> {
    const hostPort = this.masterHostPort;
    const detected = hostPort === undefined ? null : `http://${hostPort}/`;
    return {
      connected: this.client.state === 'SUBSCRIBED',
      mesosLeaderUiUrl: this.ports.configuration.mesosLeaderUiUrl ?? detected,
    };
  }

  /** `host:port` of the master of the last session. */
  private get masterHostPort(): string | undefined {
    const { master } = this;
    const address = master?.address;
    const host = address?.hostname ?? address?.ip ?? master?.hostname;
    return host === undefined ? undefined : `${host}:${address?.port ?? master?.port ?? 5050}`;
  }

  private subscribed(subscribed: Subscribed): Promise<void> {
    this.master = subscribed.master_info;
    this.ports.metrics.connected(true);
    const frameworkId = subscribed.framework_id.value;
    const master = subscribed.master_info?.hostname ?? '';
    this.ports.logger.info({ frameworkId, master }, 'subscribed with the Mesos master');
    const region = subscribed.master_info?.domain?.fault_domain?.region?.name;
    // No offer is accepted before the framework id is durable (`spec/mesos-client.md` §6.3).
    return new Promise((resolve) => {
      this.ports.tell(
        { type: 'SchedulerConnected', frameworkId, master, ...(region === undefined ? {} : { region }) },
        resolve,
      );
    });
  }

  private received(event: Event, generation: number): void {
    switch (event.type) {
      case 'OFFERS': {
        const offers = event.offers.offers ?? [];
        this.ports.metrics.offersReceived(offers.length);
        for (const offer of offers) this.offerGenerations.set(offer.id.value, generation);
        return this.ports.tell({ type: 'ReceiveOffers', offers });
      }
      case 'UPDATE':
        this.ports.metrics.statusReceived(event.update.status.state);
        return this.ports.tell({ type: 'ReceiveStatus', status: event.update.status });
      case 'FAILURE':
        this.ports.logger.info({ failure: event.failure }, 'an agent or executor failed');
        return this.agentRemoved(event.failure);
      case 'RESCIND':
        // Whatever is launched on it comes back as dropped (`spec/scheduling.md` §2.5).
        return this.ports.logger.debug({ offer: event.rescind.offer_id.value }, 'an offer was taken back');
      default:
        // Inverse offers stay unanswered, for tasks are not moved (`spec/operations.md` §16); the rest concerns things
        // that are not asked for: operations, messages of custom executors.
        return;
    }
  }

  /** A failure without an executor is that of the agent itself. */
  private agentRemoved({ agent_id: agent, executor_id: executor }: Failure): void {
    if (agent === undefined || executor !== undefined) return;
    this.ports.tell({ type: 'AgentRemoved', agentId: agent.value });
  }

  private async performOne(effect: Effect): Promise<void> {
    this.ports.metrics.called(effect);
    const call = callFor(effect, (roles) => this.frameworkInfoWithId(roles));
    const generation = this.generationOf(effect);
    const result = await this.client.call(call, generation);
    if (result.outcome === 'accepted') return;
    this.ports.logger.warn({ call: effect.type, ...result }, 'a call to the Mesos master was not accepted');
    if (result.outcome === 'unknown') void this.giveBack(offersOf(effect), generation);
    if (effect.type !== 'AcceptOffer') return;
    const taskIds = effect.launches.map(({ taskId }) => taskId);
    if (result.outcome === 'unknown') this.ports.tell({ type: 'LaunchUncertain', taskIds });
    else this.ports.tell({ type: 'LaunchFailed', taskIds, reason: result.outcome });
  }

  /**
   * Nobody knows whether the master has the answer to these offers. If it has not, it would keep what they hold from
   * everybody until the session ends; if it has, it ignores being told that they are not wanted. This, too, may get lost.
   */
  private async giveBack(offerIds: readonly string[], generation: number | undefined): Promise<void> {
    if (offerIds.length === 0) return;
    const decline = callFor({ type: 'DeclineOffers', offerIds }, (roles) => this.frameworkInfoWithId(roles));
    while ((await this.client.call(decline, generation)).outcome === 'unknown')
      await delay(GIVE_BACK_PAUSE_MS);
  }

  /** An offer is worth nothing in another subscription than its own; every offer is answered once. */
  private generationOf(effect: Effect): number | undefined {
    let generation: number | undefined;
    for (const offerId of offersOf(effect)) {
      generation = this.offerGenerations.get(offerId);
      this.offerGenerations.delete(offerId);
    }
    return generation;
  }

  private frameworkInfoWithId(roles: readonly string[]) {
    const value = this.ports.frameworkId();
    const info = frameworkInfo(this.ports.configuration, roles);
    return value === undefined ? info : { ...info, id: { value } };
  }
}

/** The offers that an effect answers. */
function offersOf(effect: Effect): readonly string[] {
  if (effect.type === 'AcceptOffer') return [effect.offerId];
  return effect.type === 'DeclineOffers' ? effect.offerIds : [];
}

function exitCodeFor(error: FatalError): ExitCode {
  switch (error.code) {
    case 'FrameworkRemoved':
      return EXIT_CODES.frameworkRemoved;
    case 'FailedOver':
      return EXIT_CODES.leadershipLost;
    case 'HandlerFailed':
      return EXIT_CODES.uncaughtError;
    default:
      return EXIT_CODES.mesosError;
  }
}
