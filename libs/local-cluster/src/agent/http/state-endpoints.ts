import type { Attribute, Resource } from '#mesos';
import { formatValue } from '#mesos';
import type { AgentInfo } from '../../link/messages.js';
import type { Clock } from '../../runtime/clock.js';
import type { AgentOptions } from '../agent-options.js';
import { agentCapabilities } from '../description/describe-agent.js';
import { commandExecutorInfo } from '../executor-info.js';
import type { Runner } from '../runner/runner.js';
import type { FrameworkRecord, Runs, TaskRun } from '../runs.js';
import { agentPathPrefix } from './agent-server.js';
import { json, ok, type Endpoint } from './answer.js';
import { flagsOf } from './flags.js';

/** What the state of an agent is drawn from. */
export interface AgentView {
  readonly options: AgentOptions;
  readonly clock: Clock;
  readonly runs: Runs;
  readonly runner: Runner;
  readonly info: () => AgentInfo | undefined;
  readonly port: () => number;
  readonly startedAtMs: number;
}

/** `/state`, `/containers`, `/monitor/statistics`, `/health`, `/flags`, `/version` (C§24.2). */
export function stateEndpoints(view: AgentView): Map<string, Endpoint> {
  const statistics: Endpoint = async () => json(await statisticsOf(view));
  return new Map<string, Endpoint>([
    ['/state', () => json(stateOf(view))],
    ['/containers', statistics],
    ['/monitor/statistics', statistics],
    ['/health', () => ok()],
    ['/flags', () => json({ flags: flagsOf(view.options) })],
    ['/version', () => json({ version: view.options.version, local_cluster: true })],
  ]);
}

function stateOf(view: AgentView): Record<string, unknown> {
  const { options, runs } = view;
  const info = view.info();
  return {
    version: options.version,
    start_time: view.startedAtMs / 1000,
    id: info?.id?.value ?? '',
    pid: `${agentPathPrefix.slice(1)}@${options.ip}:${view.port()}`,
    hostname: options.hostname,
    capabilities: agentCapabilities,
    resources: resourceMembers(info?.resources ?? []),
    attributes: Object.fromEntries((info?.attributes ?? []).map((item) => [item.name, attributeValue(item)])),
    ...(info?.domain === undefined ? {} : { domain: info.domain }),
    flags: flagsOf(options),
    frameworks: [...runs.frameworks.values()].filter(({ runs: live }) => live.size > 0).map(frameworkState),
    completed_frameworks: [...runs.frameworks.values()]
      .filter(({ runs: live }) => live.size === 0)
      .map(frameworkState),
  };
}

function frameworkState(framework: FrameworkRecord): Record<string, unknown> {
  const { info } = framework;
  return {
    id: framework.id,
    name: info.name,
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint === true,
    hostname: info.hostname ?? '',
    roles: info.roles ?? [],
    executors: [...framework.runs.values()].map(executorState),
    completed_executors: framework.completed.map(executorState),
  };
}

function executorState(run: TaskRun): Record<string, unknown> {
  const executor = commandExecutorInfo(run);
  const task = [taskState(run)];
  return {
    id: run.id.executorId,
    name: executor.name,
    source: executor.source,
    container: run.id.containerId,
    directory: run.directory,
    resources: resourceMembers(executor.resources ?? []),
    type: 'DEFAULT',
    tasks: run.phase === 'delivered' ? task : [],
    queued_tasks: run.phase === 'preparing' ? task : [],
    completed_tasks: run.isOver ? task : [],
  };
}

function taskState(run: TaskRun): Record<string, unknown> {
  const { task } = run;
  return {
    id: run.taskId,
    name: task.name,
    framework_id: run.framework.id,
    executor_id: '',
    slave_id: run.id.agentId,
    state: run.latestState,
    resources: resourceMembers(task.resources ?? []),
    statuses: run.history.map((status) => ({
      state: status.state,
      timestamp: status.timestamp,
      ...(status.container_status === undefined ? {} : { container_status: status.container_status }),
    })),
    ...(task.labels === undefined ? {} : { labels: task.labels.labels ?? [] }),
    ...(task.discovery === undefined ? {} : { discovery: task.discovery }),
  };
}

async function statisticsOf({ clock, runs, runner }: AgentView): Promise<unknown[]> {
  const usages = new Map((await runner.usage()).map((usage) => [usage.containerId, usage]));
  return runs.all().flatMap((run) => {
    const usage = usages.get(run.id.containerId);
    if (usage === undefined) return [];
    const executor = commandExecutorInfo(run);
    const limits = resourceMembers(executor.resources ?? []);
    return [
      {
        executor_id: run.id.executorId,
        executor_name: executor.name,
        framework_id: run.framework.id,
        source: executor.source,
        container_id: run.id.containerId,
        statistics: {
          timestamp: clock.nowMs() / 1000,
          cpus_limit: limits['cpus'],
          cpus_user_time_secs: usage.userTimeSecs,
          cpus_system_time_secs: usage.systemTimeSecs,
          mem_limit_bytes: Number(limits['mem']) * 1024 ** 2,
          mem_rss_bytes: usage.rssBytes,
          processes: usage.processes,
        },
      },
    ];
  });
}

/** Sums by name as `/state` shows them: numbers for scalars, texts for the rest; the usual names always present. */
function resourceMembers(resources: readonly Resource[]): Record<string, number | string> {
  const members: Record<string, number | string> = { cpus: 0, gpus: 0, mem: 0, disk: 0 };
  for (const resource of resources) {
    const { name } = resource;
    if (resource.type === 'SCALAR') members[name] = Number(members[name] ?? 0) + resource.scalar.value;
    else members[name] = formatValue(resource);
  }
  return members;
}

function attributeValue(attribute: Attribute): number | string {
  switch (attribute.type) {
    case 'SCALAR':
      return attribute.scalar.value;
    case 'TEXT':
      return attribute.text.value;
    case 'RANGES':
    case 'SET':
      return formatValue(attribute);
  }
}
