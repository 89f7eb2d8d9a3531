import type { FrameworkInfo, FrameworkSubscription } from '#mesos';
import type { Allocator } from '../allocator/allocator.js';
import type { DeclineFilters } from '../allocator/decline-filters.js';
import type { InverseOffers } from '../allocator/inverse-offers.js';
import { masterInfo } from '../events/master-info.js';
import { Framework, type FrameworkStream } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';
import { frameworkInfoProblem, subscriptionProblem } from '../validation/framework-info.js';
import type { FrameworkRemoval } from './framework-removal.js';

export interface SessionParts {
  readonly offers: OfferBook;
  readonly filters: DeclineFilters;
  readonly inverseOffers: InverseOffers;
  readonly allocator: Allocator;
  readonly removal: FrameworkRemoval;
}

/** How UPDATE_FRAMEWORK ended; `refused` carries the body of the 400. */
export type UpdateOutcome =
  { readonly kind: 'updated' } | { readonly kind: 'refused'; readonly body: string };

const SECOND_MS = 1000;

/** Subscriptions of frameworks: their beginning, change, loss and return (spec/local-cluster.md §4.2, C§6). */
export class FrameworkSessions {
  constructor(
    private readonly state: MasterState,
    private readonly parts: SessionParts,
  ) {}

  /** Answers a SUBSCRIBE on its open stream: SUBSCRIBED and HEARTBEAT, or ERROR and the end (C§6.2, C§6.7). */
  subscribe(subscription: FrameworkSubscription, stream: FrameworkStream): void {
    const problem = this.subscribeProblem(subscription);
    if (problem !== undefined) {
      stream.send({ type: 'ERROR', error: { message: problem } });
      stream.close();
      return;
    }
    const framework = this.frameworkFor(subscription.framework_info);
    this.endFormerSession(framework);
    framework.standing = 'active';
    framework.stream = stream;
    this.replaceSubscription(framework, subscription);
    stream.send({
      type: 'SUBSCRIBED',
      subscribed: {
        framework_id: { value: framework.id },
        heartbeat_interval_seconds: this.heartbeatSeconds(),
        master_info: masterInfo(this.state),
      },
    });
    stream.send({ type: 'HEARTBEAT' });
    this.informAgents(framework);
    this.parts.allocator.request('all');
  }

  /** UPDATE_FRAMEWORK (C§9.9). No allocation run follows: new offers come with the next batch. */
  update(framework: Framework, subscription: FrameworkSubscription): UpdateOutcome {
    const body = this.updateProblem(framework, subscription);
    if (body !== undefined) return { kind: 'refused', body };
    const formerlySuppressed = framework.suppressedRoles;
    this.replaceSubscription(framework, subscription);
    for (const role of formerlySuppressed) {
      if (!framework.suppressedRoles.has(role)) this.parts.filters.clearRole(framework.id, role);
    }
    for (const offer of framework.offers.values()) {
      if (!framework.roles.has(offer.role)) this.parts.offers.rescind(offer);
    }
    this.informAgents(framework);
    return { kind: 'updated' };
  }

  /** The stream of a framework broke (C§6.8). A stream that was superseded meanwhile does not count. */
  disconnect(framework: Framework, stream: FrameworkStream): void {
    if (framework.stream !== stream) return;
    this.suspend(framework);
    framework.standing = 'disconnected';
    const delayMs = (framework.info.failover_timeout ?? 0) * SECOND_MS;
    framework.failoverTimer = this.state.clock.schedule(delayMs, () => this.parts.removal.remove(framework));
    this.state.logger.info(
      { frameworkId: framework.id, failoverTimeoutMs: delayMs },
      'Framework disconnected',
    );
  }

  /** REVIVE (C§9.3): any role that is not the framework's makes the whole call void. */
  revive(framework: Framework, roles: readonly string[]): void {
    const wanted = roles.length === 0 ? [...framework.roles] : roles;
    if (!wanted.every((role) => framework.roles.has(role))) return;
    for (const role of wanted) {
      framework.suppressedRoles.delete(role);
      this.parts.filters.clearRole(framework.id, role);
    }
    this.parts.inverseOffers.clearFilters(framework.id);
    this.parts.allocator.request('all');
  }

  /** SUPPRESS (C§9.3): offers that are out stay valid, filters stay. */
  suppress(framework: Framework, roles: readonly string[]): void {
    const unwanted = roles.length === 0 ? [...framework.roles] : roles;
    if (!unwanted.every((role) => framework.roles.has(role))) return;
    for (const role of unwanted) framework.suppressedRoles.add(role);
  }

  /** In the time of the framework, whose clock may not go as fast as this master's (spec/local-cluster.md §26.4). */
  private heartbeatSeconds(): number {
    const { options, clock } = this.state;
    return options.heartbeatIntervalMs / (clock.rate || 1) / SECOND_MS;
  }

  private subscribeProblem(subscription: FrameworkSubscription): string | undefined {
    const info = subscription.framework_info;
    const problem = frameworkInfoProblem(info, this.policy()) ?? subscriptionProblem(subscription);
    if (problem !== undefined || info.id === undefined) return problem;
    if (this.state.completedFrameworks.has(info.id.value)) return 'Framework has been removed';
    const known = this.state.frameworks.get(info.id.value);
    return known === undefined || known.info.principal === info.principal ? undefined : PRINCIPAL_CHANGED;
  }

  private updateProblem(framework: Framework, subscription: FrameworkSubscription): string | undefined {
    const info = subscription.framework_info;
    const invalid = frameworkInfoProblem(info, this.policy());
    if (invalid !== undefined) return `Supplied FrameworkInfo is not valid: ${invalid}`;
    const changed = [
      ...(info.user === framework.info.user ? [] : ['user']),
      ...((info.checkpoint === true) === framework.isCheckpointing ? [] : ['checkpoint']),
    ].map((member) => `Updating 'FrameworkInfo.${member}' is unsupported`);
    if (info.principal !== framework.info.principal) changed.push(PRINCIPAL_CHANGED);
    if (changed.length > 0) return `FrameworkInfo update is not valid: ${changed.join('; ')}`;
    const problem = subscriptionProblem(subscription);
    return problem && `'UpdateFramework' call is not valid: ${problem}`;
  }

  private policy(): { roles: readonly string[] | undefined; rootSubmissions: boolean } {
    const { roles, rootSubmissions } = this.state.options;
    return { roles, rootSubmissions };
  }

  /** The framework with this id, or a new one; an id nobody knows is taken as it is (C§6.2). */
  private frameworkFor(info: FrameworkInfo): Framework {
    const { ids, clock, frameworks } = this.state;
    const id = info.id?.value ?? ids.frameworkId();
    const known = frameworks.get(id);
    if (known !== undefined) {
      known.reregisteredAtMs = clock.nowMs();
      return known;
    }
    const framework = createFramework(this.state, id, info, 'active');
    this.state.logger.info({ frameworkId: id, name: info.name }, 'Framework registered');
    return framework;
  }

  private endFormerSession(framework: Framework): void {
    framework.failoverTimer?.cancel();
    framework.failoverTimer = undefined;
    const former = framework.stream;
    this.suspend(framework);
    former?.send({ type: 'ERROR', error: { message: 'Framework failed over' } });
    former?.close();
  }

  /** Takes offers back without a word and forgets decline filters: nobody listens on this stream any more. */
  private suspend(framework: Framework): void {
    framework.stream = undefined;
    for (const offer of framework.offers.values()) this.parts.offers.withdraw(offer);
    this.parts.filters.clearFramework(framework.id);
    this.parts.inverseOffers.suspendFramework(framework.id);
  }

  /** `user` and `checkpoint` stay what they were at the first registration (C§6.2). */
  private replaceSubscription(framework: Framework, subscription: FrameworkSubscription): void {
    const { user, checkpoint } = framework.info;
    framework.info = { ...subscription.framework_info, user, checkpoint };
    this.parts.filters.lookAgain(framework.id);
    framework.suppressedRoles = new Set(subscription.suppressed_roles);
    framework.offerConstraints = subscription.offer_constraints ?? {};
  }

  /** Agents keep the info with their checkpoints, and resend what waits for an acknowledgement. */
  private informAgents(framework: Framework): void {
    for (const agent of this.state.agents.values()) {
      if (agent.connected) agent.send({ type: 'update_framework', framework: framework.info });
    }
  }
}

const PRINCIPAL_CHANGED = "Changing framework's principal is not allowed.";

/** Adds a framework to the master's table. */
export function createFramework(
  state: MasterState,
  id: string,
  info: FrameworkInfo,
  standing: 'active' | 'recovered',
): Framework {
  const { options, clock, frameworks } = state;
  const limits = {
    maxCompletedTasks: options.maxCompletedTasksPerFramework,
    maxUnreachableTasks: options.maxUnreachableTasksPerFramework,
  };
  const framework = new Framework(id, info, limits, { standing, atMs: clock.nowMs() });
  frameworks.set(id, framework);
  return framework;
}
