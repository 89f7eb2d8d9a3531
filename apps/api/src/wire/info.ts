import type { Configuration, SettingsReport } from '#configuration';
import type { ApiOptions } from '../api-options.js';

/** What a node knows of the cluster just now. */
export interface NodeFacts {
  readonly elected: boolean;
  readonly leader: string | null;
  readonly frameworkId: string | null;
  readonly mesosLeaderUiUrl: string | null;
}

/**
 * The body of `GET /v2/info`. Its key set is closed, since strict clients refuse unknown keys, and unset values are
 * `null` (`spec/rest-api.md` §12.1).
 */
export function printInfo(
  { configuration, settings, buildRevision }: ApiOptions,
  { elected, leader, frameworkId, mesosLeaderUiUrl }: NodeFacts,
): object {
  return {
    name: 'marathon',
    version: configuration.emulatedVersion,
    buildref: buildRevision,
    elected,
    leader,
    frameworkId,
    marathon_config: {
      ...frameworkSettings(configuration),
      ...schedulingSettings(configuration),
      master: shown(settings, 'master'),
      mesos_leader_ui_url: shown(settings, 'mesos_leader_ui_url') ?? mesosLeaderUiUrl,
      webui_url: shown(settings, 'webui_url'),
    },
    zookeeper_config: { zk: shown(settings, 'zk'), ...zookeeperSettings(configuration) },
    http_config: { http_port: configuration.httpPort, https_port: configuration.httpsPort },
  };
}

/** An address as it was written, credentials masked. */
const shown = (settings: SettingsReport, flag: string): unknown => settings[flag]?.value ?? null;

function frameworkSettings(c: Configuration): object {
  return {
    access_control_allow_origin: c.accessControlAllowOrigin ?? null,
    checkpoint: c.checkpoint,
    default_network_name: c.defaultNetworkName ?? null,
    env_vars_prefix: c.envVarsPrefix ?? null,
    executor: c.executor,
    failover_timeout: c.failoverTimeoutSeconds,
    features: c.enableFeatures,
    framework_name: c.frameworkName,
    ha: c.ha,
    hostname: c.hostname,
    leader_proxy_connection_timeout_ms: c.leaderProxyConnectionTimeoutMs,
    leader_proxy_read_timeout_ms: c.leaderProxyReadTimeoutMs,
    local_port_max: c.localPortMax,
    local_port_min: c.localPortMin,
    maintenance_mode: c.maintenanceMode,
    mesos_bridge_name: c.mesosBridgeName,
    mesos_heartbeat_failure_threshold: c.mesosHeartbeatFailureThreshold,
    mesos_heartbeat_interval: c.mesosHeartbeatIntervalMs,
    mesos_role: c.mesosRole,
    mesos_user: c.mesosUser ?? null,
    new_group_enforce_role: c.newGroupEnforceRole === 'top' ? 'Top' : 'Off',
  };
}

function schedulingSettings(c: Configuration): object {
  return {
    decline_offer_duration: c.declineOfferDurationMs,
    launch_token: c.launchTokens,
    launch_token_refresh_interval: c.launchTokenRefreshIntervalMs,
    max_instances_per_offer: c.maxInstancesPerOffer,
    min_revive_offers_interval: c.minReviveOffersIntervalMs,
    offer_matching_timeout: c.offerMatchingTimeoutMs,
    on_elected_prepare_timeout: c.onElectedPrepareTimeoutMs,
    reconciliation_initial_delay: c.reconciliationInitialDelayMs,
    reconciliation_interval: c.reconciliationIntervalMs,
    scale_apps_initial_delay: c.scaleAppsInitialDelayMs,
    scale_apps_interval: c.scaleAppsIntervalMs,
    store_cache: c.storeCache,
    task_launch_confirm_timeout: c.taskLaunchConfirmTimeoutMs,
    task_launch_timeout: c.taskLaunchTimeoutMs,
    task_lost_expunge_initial_delay: c.taskLostExpungeInitialDelayMs,
    task_lost_expunge_interval: c.taskLostExpungeIntervalMs,
    task_reservation_timeout: c.taskReservationTimeoutMs,
  };
}

/** Kept for clients that read it, although the state lies elsewhere. */
function zookeeperSettings(c: Configuration): object {
  return {
    zk_compression: c.zkCompression,
    zk_compression_threshold: c.zkCompressionThresholdBytes,
    zk_connection_timeout: c.zkConnectionTimeoutMs,
    zk_max_node_size: c.zkMaxNodeSizeBytes,
    zk_max_versions: c.zkMaxVersions,
    zk_session_timeout: c.zkSessionTimeoutMs,
    zk_timeout: c.zkTimeoutMs,
  };
}
