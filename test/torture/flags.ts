const PORTS_PER_AGENT = 500;

/** Launches without waiting, and time-outs that show within a check. */
export const ekidenFlags = (place: {
  readonly dataDir: string;
  readonly port: number;
  readonly master: string;
}): string[] =>
  flags({
    master: `http://${place.master}`,
    data_dir: place.dataDir,
    http_port: place.port,
    hostname: '127.0.0.1',
    snapshot_interval_events: 500,
    launch_tokens: 1000,
    max_instances_per_offer: 100,
    min_revive_offers_interval: 250,
    decline_offer_duration: 500,
    reconciliation_initial_delay: 1000,
    reconciliation_interval: 10_000,
    scale_apps_initial_delay: 1000,
    scale_apps_interval: 5_000,
    task_launch_confirm_timeout: 10_000,
    task_launch_timeout: 20_000,
    task_lost_expunge_initial_delay: 1_000,
    task_lost_expunge_interval: 1_000,
    kill_retry_timeout: 3_000,
    mesos_heartbeat_interval: 1_000,
  });

/** Frameworks hear of the master every second; an agent that is silent for two is unreachable. */
export const masterFlags = (workDir: string, port: number): string[] =>
  flags({
    role: 'master',
    work_dir: workDir,
    port,
    heartbeat_interval: '1secs',
    agent_ping_timeout: '500ms',
    max_agent_ping_timeouts: 4,
    agent_reregister_timeout: '10secs',
  });

/** Each agent has ports of its own: they share the machine. @param number from 0 */
export const agentFlags = (workDir: string, number: number, master: string): string[] => {
  const firstPort = 31_000 + number * PORTS_PER_AGENT;
  const ports = `[${firstPort}-${firstPort + PORTS_PER_AGENT - 1}]`;
  return flags({
    role: 'agent',
    work_dir: workDir,
    master,
    agent_port: 0,
    resources: `cpus:16;mem:16384;disk:16384;ports:${ports}`,
  });
};

/** `--name value` for each. */
export const flags = (values: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
