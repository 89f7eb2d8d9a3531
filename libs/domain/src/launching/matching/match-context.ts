import type { AppDefinition } from '../../definitions/app/app-definition.js';
import type { Agent, Instance } from '../../instances/instance.js';
import type { Timestamp } from '../../time/timestamp.js';
import type { OfferStatistics } from '../offer-statistics.js';
import type { TaskSettings } from '../task-builder/task-settings.js';
import type { TaskLaunch } from '../task-builder/task-template.js';
import type { Candidate, Candidates } from './candidate.js';
import type { GpuSchedulingBehavior } from './offer-policy.js';
import type { AcceptedRolesDefault } from './resource-selector.js';
import type { ValueCounts } from './value-counts.js';

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

/** Waiting instances of one version; each is launched with the definition it carries. */
export interface WaitingVersion {
  readonly app: AppDefinition;
  /** The instance to launch next; `undefined` when nobody is left. */
  readonly head: Instance | undefined;
  /** Worked out when it is first matched. */
  candidate: Candidate | undefined;
}

/** An app with instances that wait for an offer in one role. */
export interface WaitingRunSpec {
  readonly appId: string;
  readonly role: string;
  /** Those with somebody left, oldest first; shrinks as launches are decided. */
  readonly groups: readonly WaitingVersion[];
}

/** The world that offers are matched with. It changes with every launch that is decided. */
export interface MatchContext {
  /** Apps with instances that wait in a role, in any order. */
  waitingIn(role: string): readonly WaitingRunSpec[];
  /** Whether no back-off holds this configuration (§2.2). */
  mayLaunch(app: AppDefinition): boolean;
  /** Instances that the target definition of an app asks for [D2]. */
  targetInstances(waiting: WaitingVersion): number;
  /** Values of a field over the placed instances whose version is not older than `notBefore` (§3.5). */
  placed(appId: string, field: string, notBefore: Timestamp): ValueCounts;
  /** `enforceRole` of a top-level group, or of the root. */
  enforcesRole(groupId: string): boolean;
  /** Launches that the shared budget still allows. */
  tokens(): number;
  /** Whether the present offer has been looked at for so long that nobody else is asked about it; absent: never. */
  isOverdue?(): boolean;
  /** Decides a launch: from here on the instance counts as placed and waits no longer, and a token is spent. */
  launch(launch: Launch): void;
  readonly candidates: Candidates;
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
  readonly incarnation: number;
  readonly agent: Agent;
  /** Those assigned, in the order of the declared ports. */
  readonly hostPorts: readonly number[];
  /** What is sent once the launch is durable, with all that it takes from the offer. */
  readonly task: TaskLaunch;
}

/**
 * What became of an offer. Without launches it is declined for `refuseSeconds`; those absent: no filter is sent, Mesos may
 * offer the same again after its default of 5 s.
 */
export type OfferAnswer =
  | { readonly kind: 'accept'; readonly launches: readonly Launch[] }
  | { readonly kind: 'decline'; readonly refuseSeconds?: number };
