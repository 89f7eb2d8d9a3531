/** The configuration that decisions depend on. Same settings, same log, same inputs: same decisions. */
export interface DomainSettings {
  readonly mesosRole: string;
  readonly newGroupEnforceRole: 'off' | 'top';
  readonly defaultNetworkName?: string;
  readonly mesosBridgeName: string;
  readonly enabledFeatures: ReadonlySet<string>;
  /** First and last service port of the pool, both inclusive (`spec/definitions.md` §1). */
  readonly localPortMin: number;
  readonly localPortMax: number;
  readonly maxRunningDeployments: number;

  readonly launchTokens: number;
  readonly launchTokenRefreshIntervalMs: number;
  readonly maxInstancesPerOffer: number;
  readonly declineOfferDurationMs: number;
  /** Most offers that wait for an answer. */
  readonly maxQueuedOffers: number;
  /** Longest time that an offer waits, and that one is looked at. */
  readonly offerMatchingTimeoutMs: number;
  readonly minReviveOffersIntervalMs: number;
  readonly suppressOffers: boolean;
  readonly acceptedResourceRolesDefaultBehavior: 'any' | 'unreserved' | 'reserved';
  readonly gpuSchedulingBehavior: 'restricted' | 'unrestricted';
  readonly maintenanceMode: boolean;
  readonly drainingSeconds: number;
  readonly envVarsPrefix?: string;
  /** Executor of apps that name none; `//cmd` is the one of Mesos. */
  readonly executor: string;

  readonly killChunkSize: number;
  readonly killRetryTimeoutMs: number;
  readonly taskLaunchConfirmTimeoutMs: number;
  readonly taskLaunchTimeoutMs: number;
  readonly taskLostExpungeInitialDelayMs: number;
  readonly taskLostExpungeIntervalMs: number;
  readonly reconciliationInitialDelayMs: number;
  readonly reconciliationIntervalMs: number;
  readonly scaleAppsInitialDelayMs: number;
  readonly scaleAppsIntervalMs: number;
}
