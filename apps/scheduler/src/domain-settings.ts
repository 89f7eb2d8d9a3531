import type { Configuration } from '#configuration';
import type { DomainSettings } from '#domain';

/** The part of the configuration that decisions depend on. */
export function domainSettings(configuration: Configuration): DomainSettings {
  const c = configuration;
  return {
    mesosRole: c.mesosRole,
    newGroupEnforceRole: c.newGroupEnforceRole,
    defaultNetworkName: c.defaultNetworkName,
    mesosBridgeName: c.mesosBridgeName,
    enabledFeatures: new Set<string>(c.enableFeatures),
    localPortMin: c.localPortMin,
    localPortMax: c.localPortMax,
    maxRunningDeployments: c.maxRunningDeployments,
    launchTokens: c.launchTokens,
    launchTokenRefreshIntervalMs: c.launchTokenRefreshIntervalMs,
    maxInstancesPerOffer: c.maxInstancesPerOffer,
    declineOfferDurationMs: c.declineOfferDurationMs,
    maxQueuedOffers: c.maxQueuedOffers,
    offerMatchingTimeoutMs: c.offerMatchingTimeoutMs,
    minReviveOffersIntervalMs: c.minReviveOffersIntervalMs,
    suppressOffers: c.suppressOffers,
    acceptedResourceRolesDefaultBehavior: c.acceptedResourceRolesDefaultBehavior,
    gpuSchedulingBehavior: c.gpuSchedulingBehavior,
    maintenanceMode: c.maintenanceMode,
    drainingSeconds: c.drainingSeconds,
    envVarsPrefix: c.envVarsPrefix,
    executor: c.executor,
    killChunkSize: c.killChunkSize,
    killRetryTimeoutMs: c.killRetryTimeoutMs,
    taskLaunchConfirmTimeoutMs: c.taskLaunchConfirmTimeoutMs,
    taskLaunchTimeoutMs: c.taskLaunchTimeoutMs,
    taskLostExpungeInitialDelayMs: c.taskLostExpungeInitialDelayMs,
    taskLostExpungeIntervalMs: c.taskLostExpungeIntervalMs,
    reconciliationInitialDelayMs: c.reconciliationInitialDelayMs,
    reconciliationIntervalMs: c.reconciliationIntervalMs,
    scaleAppsInitialDelayMs: c.scaleAppsInitialDelayMs,
    scaleAppsIntervalMs: c.scaleAppsIntervalMs,
  };
}
