import type { Offer, Resource, TaskInfo } from '../../cluster/mesos-shapes.js';
import type { Agent, Instance } from '../../instances/instance.js';
import type { OfferStatistics } from '../offer-statistics.js';
import type { TaskSettings } from '../task-builder/task-settings.js';
import type { GpuSchedulingBehavior } from './offer-policy.js';
import type { AcceptedRolesDefault } from './resource-selector.js';

/** The configuration that matching depends on, named as the flags are (`spec/operations.md` §9.2). */
export interface MatchingSettings extends TaskSettings {
  readonly maxInstancesPerOffer: number;
  readonly declineOfferDurationMs: number;
  readonly acceptedResourceRolesDefaultBehavior: AcceptedRolesDefault;
  readonly gpuSchedulingBehavior: GpuSchedulingBehavior;
  readonly maintenanceMode: boolean;
  readonly drainingSeconds: number;
  /** Role of offers that name none, because the framework has a single role. */
  readonly mesosRole: string;
}

/** An app with instances that may launch now: they wait for an offer and no back-off holds them. */
export interface WaitingApp {
  readonly appId: string;
  /** Instances its target definition asks for [D2]. */
  readonly targetInstances: number;
  /** In the order in which they are to be launched. Each is launched with the definition it carries. */
  readonly candidates: Iterable<Instance>;
}

export interface MatchContext {
  readonly waiting: Iterable<WaitingApp>;
  /** All instances of an app; matching itself leaves out those that do not count as placed. */
  placedInstances(appId: string): Iterable<Instance>;
  /** `enforceRole` of the app's top-level group. */
  enforcesGroupRole(appId: string): boolean;
  /** Launches that the shared budget allows. */
  readonly tokens: number;
  readonly settings: MatchingSettings;
  /** Region of the master's domain; absent while unknown or when it has none. */
  readonly localRegion?: string;
  /** Epoch ms. */
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly statistics: OfferStatistics;
}

/** One instance that gets a place. */
export interface Launch {
  readonly instance: Instance;
  readonly taskId: string;
  readonly incarnation: number;
  readonly agent: Agent;
  /** Those assigned, in the order of the declared ports. */
  readonly hostPorts: readonly number[];
  /** Everything taken from the offer, a custom executor's share included. */
  readonly resources: readonly Resource[];
  readonly taskInfo: TaskInfo;
}

/** An offer to accept: at least one launch. */
export interface AcceptedOffer {
  readonly offer: Offer;
  readonly launches: readonly Launch[];
}

/** `refuseSeconds` absent: no filter is sent, Mesos may offer the same again after its default of 5 s. */
export interface DeclinedOffer {
  readonly offerId: string;
  readonly refuseSeconds?: number;
}

export interface MatchOutcome {
  readonly accepts: readonly AcceptedOffer[];
  readonly declines: readonly DeclinedOffer[];
  readonly tokensLeft: number;
}
