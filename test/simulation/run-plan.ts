import type { Random } from './kernel/random.js';
import type { Machine } from './mesos/simulated-agent.js';

/** The size of one run, from its seed. */
export interface RunPlan {
  readonly nodes: number;
  readonly machines: readonly Machine[];
  readonly faultyMs: number;
  readonly meanCommandPauseMs: number;
  readonly tickIntervalMs: number;
  readonly flags: readonly string[];
  /** Between two commands about webhooks; absent when nobody wants any. */
  readonly meanWebhookPauseMs: number | undefined;
}

const MINUTE_MS = 60_000;

/** An address that every leader makes a callback. */
const STATIC_CALLBACK = ['--http_endpoints', 'http://static.example/hook'];

export function planRun(random: Random): RunPlan {
  const nodes = random.pick([1, 2, 2, 3, 3]);
  const flags: Record<string, number> = {
    max_instances_per_offer: random.pick([1, 5, 100]),
    launch_tokens: random.pick([5, 100]),
    decline_offer_duration: random.pick([5000, 30_000, 120_000]),
    min_revive_offers_interval: random.pick([1000, 5000]),
    task_launch_confirm_timeout: random.pick([20_000, 60_000, 300_000]),
    task_launch_timeout: random.pick([60_000, 300_000]),
    task_lost_expunge_initial_delay: random.pick([10_000, 60_000, 300_000]),
    reconciliation_initial_delay: random.pick([5000, 15_000]),
    reconciliation_interval: random.pick([60_000, 300_000]),
    scale_apps_interval: random.pick([60_000, 300_000]),
    kill_retry_timeout: random.pick([5000, 10_000, 30_000]),
    snapshot_interval_events: random.pick([50, 300, 5000]),
  };
  return {
    nodes,
    machines: Array.from({ length: random.between(9, 12) }, (_, index) => anyMachine(index)),
    faultyMs: random.pick([1, 1, 1, 2, 2, 4]) * MINUTE_MS,
    meanCommandPauseMs: random.pick([2500, 6000, 15_000]),
    tickIntervalMs: random.pick([250, 1000, 1000]),
    flags: [
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
      '--event_subscriber',
      'http_callback',
      ...(random.chance(0.1) ? STATIC_CALLBACK : []),
    ],
    meanWebhookPauseMs: random.pick([undefined, 6000, 15_000]),
  };
}

/** Enough room on every rack that whatever an app may ask for can be had. */
const anyMachine = (index: number): Machine => ({
  hostname: `host${index}`,
  attributes: { rack: `r${(index % 3) + 1}`, zone: `z${(index % 2) + 1}` },
  resources: { cpus: 32, mem: 32_768, disk: 100_000, ports: { begin: 31_000, end: 31_099 } },
});
