import type { AgentOptions } from '../agent-options.js';
import { formatDuration } from '../duration.js';

/** All options as `/flags` shows them: texts, in the reference's spelling where it has the flag. */
export function flagsOf(options: AgentOptions): Record<string, string> {
  const flags: Record<string, string> = {
    ip: options.ip,
    port: String(options.port),
    hostname: options.hostname,
    work_dir: options.workDir,
    default_role: options.defaultRole,
    switch_user: String(options.switchUser),
    executor_registration_timeout: formatDuration(options.executorRegistrationTimeoutMs),
    executor_reregistration_timeout: formatDuration(options.executorReregistrationTimeoutMs),
    executor_shutdown_grace_period: formatDuration(options.executorShutdownGracePeriodMs),
    executor_environment_variables: JSON.stringify(options.executorEnvironmentVariables),
    recover: 'reconnect',
    strict: String(options.strict),
    reconfiguration_policy: options.reconfigurationPolicy,
    recovery_timeout: formatDuration(options.recoveryTimeoutMs),
    registration_backoff_factor: formatDuration(options.registrationBackoffFactorMs),
    gc_delay: formatDuration(options.gcDelayMs),
    gc_disk_headroom: String(options.gcDiskHeadroom),
    disk_watch_interval: formatDuration(options.diskWatchIntervalMs),
    fetcher_cache_dir: options.fetcherCacheDir,
    fetcher_cache_size: `${options.fetcherCacheSizeBytes}B`,
    fetcher_stall_timeout: formatDuration(options.fetcherStallTimeoutMs),
    max_completed_executors_per_framework: String(options.maxCompletedExecutorsPerFramework),
    http_command_executor: String(options.httpCommandExecutor),
    runner: options.runner,
    isolation: 'none',
    docker: options.docker,
    docker_socket: options.dockerSocket,
    docker_remove_delay: formatDuration(options.dockerRemoveDelayMs),
    docker_kill_orphans: String(options.dockerKillOrphans),
    cgroups_enable_cfs: String(options.cgroupsEnableCfs),
    mount_mode: options.mountMode,
    networks: JSON.stringify(options.networks),
  };
  const optional = {
    resources: options.resources,
    attributes: options.attributes,
    frameworks_home: options.frameworksHome,
    hadoop_home: options.hadoopHome,
  };
  for (const [name, value] of Object.entries(optional)) {
    if (value !== undefined) flags[name] = value;
  }
  return flags;
}
