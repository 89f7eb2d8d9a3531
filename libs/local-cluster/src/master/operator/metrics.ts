import { sumScalar, TASK_STATES, type Resource } from '#mesos';
import type { Allocator } from '../allocator/allocator.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';
import { isTerminal } from '../state/task.js';

export interface MetricSources {
  readonly allocator: Allocator;
  readonly offers: OfferBook;
  readonly unreachableAgents: () => number;
}

/** `/metrics/snapshot`: flat names as in the reference (spec/local-cluster.md §24). */
export function metricsSnapshot(state: MasterState, sources: MetricSources): Record<string, number> {
  const frameworks = [...state.frameworks.values()];
  const agents = [...state.agents.values()];
  return {
    'master/elected': 1,
    'master/uptime_secs': (state.clock.nowMs() - state.startedAtMs) / 1000,
    'master/frameworks_active': count(frameworks, (framework) => framework.isActive),
    'master/frameworks_inactive': count(frameworks, (framework) => !framework.isActive),
    'master/frameworks_connected': count(frameworks, (framework) => framework.stream !== undefined),
    'master/frameworks_disconnected': count(frameworks, (framework) => framework.stream === undefined),
    'master/slaves_active': count(agents, (agent) => agent.connected),
    'master/slaves_connected': count(agents, (agent) => agent.connected),
    'master/slaves_disconnected': count(agents, (agent) => !agent.connected),
    'master/slaves_unreachable': sources.unreachableAgents(),
    'master/outstanding_offers': sources.offers.size,
    'allocator/mesos/allocation_runs': sources.allocator.runs,
    'allocator/mesos/allocation_run_ms': sources.allocator.lastRunMs,
    ...taskGauges(state),
    ...resourceGauges(state),
    ...Object.fromEntries(state.counters.entries()),
  };
}

function count<Item>(items: readonly Item[], test: (item: Item) => boolean): number {
  return items.filter(test).length;
}

function nameOf(taskState: string): string {
  return `master/tasks_${taskState.slice('TASK_'.length).toLowerCase()}`;
}

/** Tasks that have not ended, by state; ended ones are counters. */
function taskGauges(state: MasterState): Record<string, number> {
  const gauges: Record<string, number> = {};
  for (const taskState of TASK_STATES) gauges[nameOf(taskState)] = 0;
  for (const framework of state.frameworks.values()) {
    gauges['master/tasks_unreachable']! += framework.unreachableTasks.size;
    for (const task of framework.tasks.values()) {
      if (!isTerminal(task.state)) gauges[nameOf(task.state)]! += 1;
    }
  }
  return gauges;
}

function resourceGauges(state: MasterState): Record<string, number> {
  const agents = [...state.agents.values()];
  const gauges: Record<string, number> = {};
  for (const name of ['cpus', 'mem', 'disk', 'gpus']) {
    const sum = (pick: (agent: (typeof agents)[number]) => readonly Resource[]): number =>
      agents.reduce((total, agent) => total + sumScalar(pick(agent), name), 0);
    const total = sum((agent) => agent.total);
    const offered = sum((agent) => [...agent.offers].flatMap((offer) => offer.resources));
    const used = total - sum((agent) => agent.available) - offered;
    gauges[`master/${name}_total`] = total;
    gauges[`master/${name}_used`] = used;
    gauges[`master/${name}_percent`] = total === 0 ? 0 : used / total;
  }
  return gauges;
}
