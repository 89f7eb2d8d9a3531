import { formatDuration } from '../../agent/duration.js';
import { masterInfo, masterPid } from '../events/master-info.js';
import type { CompletedFramework, Framework } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';
import type { Task } from '../state/task.js';
import { ResourceTotals } from './resource-totals.js';
import { agentView, frameworkView, taskView, type View } from './views.js';

/** What the documents need besides the state: agents of earlier runs that have not come back. */
export interface RegistryView {
  readonly recoveringAgents: () => readonly View[];
  readonly unreachableAgents: () => number;
}

const SECOND_MS = 1000;

/** A piece of no text: what went before has taken time, so that others should have their turn. */
export const PAUSE = '';

/** Tasks that are added up without a pause. */
const TASKS_PER_TURN = 1000;

/** `/state` as pieces of JSON text, none longer than one task or agent, so that the writer can pause in between. */
export function* stateDocument(state: MasterState, registry: RegistryView): Generator<string> {
  const agents = [...state.agents.values()];
  const head = {
    version: state.options.version,
    id: state.masterId,
    pid: masterPid(state),
    hostname: state.address.hostname,
    start_time: state.startedAtMs / SECOND_MS,
    elected_time: state.startedAtMs / SECOND_MS,
    cluster: state.options.cluster,
    leader: masterPid(state),
    leader_info: masterInfo(state),
    activated_slaves: agents.filter((agent) => agent.connected).length,
    deactivated_slaves: agents.filter((agent) => !agent.connected).length,
    unreachable_slaves: registry.unreachableAgents(),
    flags: flagsOf(state),
  };
  yield JSON.stringify(head).slice(0, -1);
  yield ',"slaves":';
  yield* array(agents.values(), agentView);
  yield `,"recovered_slaves":${JSON.stringify(registry.recoveringAgents())},`;
  yield* frameworksMembers(state);
  yield ',"orphan_tasks":[]}';
}

/** `/frameworks`. */
export function* frameworksDocument(state: MasterState): Generator<string> {
  yield '{';
  yield* frameworksMembers(state);
  yield '}';
}

/** `/slaves`. */
export function slavesDocument(state: MasterState, registry: RegistryView): View {
  return {
    slaves: [...state.agents.values()].map(agentView),
    recovered_slaves: registry.recoveringAgents(),
  };
}

/** Options in the reference's spelling, all values as texts. */
export function flagsOf(state: MasterState): Record<string, string> {
  const { options } = state;
  const flags: Record<string, string | undefined> = {
    agent_ping_timeout: formatDuration(options.agentPingTimeoutMs),
    agent_reregister_timeout: formatDuration(options.agentReregisterTimeoutMs),
    allocation_interval: formatDuration(options.allocationIntervalMs),
    authenticate_http_frameworks: String(options.authenticateHttpFrameworks),
    authenticate_http_readonly: String(options.authenticateHttpReadonly),
    cluster: options.cluster,
    filter_gpu_resources: String(options.filterGpuResources),
    heartbeat_interval: formatDuration(options.heartbeatIntervalMs),
    hostname: options.hostname,
    ip: options.ip,
    max_agent_ping_timeouts: String(options.maxAgentPingTimeouts),
    max_completed_frameworks: String(options.maxCompletedFrameworks),
    max_completed_tasks_per_framework: String(options.maxCompletedTasksPerFramework),
    max_unreachable_tasks_per_framework: String(options.maxUnreachableTasksPerFramework),
    min_allocatable_resources: options.minAllocatableResources,
    offer_timeout: options.offerTimeoutMs === undefined ? undefined : formatDuration(options.offerTimeoutMs),
    port: String(options.port),
    registry_gc_interval: formatDuration(options.registryGcIntervalMs),
    registry_max_agent_age: formatDuration(options.registryMaxAgentAgeMs),
    registry_max_agent_count: String(options.registryMaxAgentCount),
    roles: options.roles?.join(','),
    root_submissions: String(options.rootSubmissions),
    work_dir: options.workDir,
  };
  return Object.fromEntries(
    Object.entries(flags).filter((flag): flag is [string, string] => flag[1] !== undefined),
  );
}

function* frameworksMembers(state: MasterState): Generator<string> {
  yield '"frameworks":';
  yield* list(state.frameworks.values(), (framework) => frameworkDocument(state, framework, {}));
  yield ',"completed_frameworks":';
  yield* list(state.completedFrameworks.values(), (completed) => completedDocument(state, completed));
  yield ',"unregistered_frameworks":[]';
}

function completedDocument(state: MasterState, completed: CompletedFramework): Generator<string> {
  return frameworkDocument(state, completed.framework, {
    active: false,
    connected: false,
    unregistered_time: completed.unregisteredAtMs / SECOND_MS,
  });
}

function* frameworkDocument(state: MasterState, framework: Framework, more: View): Generator<string> {
  const used = new ResourceTotals();
  let counted = 0;
  for (const { charged } of framework.tasks.values()) {
    used.add(charged ?? []);
    counted += 1;
    if (counted % TASKS_PER_TURN === 0) yield PAUSE;
  }
  const view = { unregistered_time: 0, ...frameworkView(framework, state.agents.values(), used), ...more };
  yield JSON.stringify(view).slice(0, -1);
  yield ',"tasks":';
  yield* array(framework.tasks.values(), taskView);
  yield ',"unreachable_tasks":';
  yield* array(framework.unreachableTasks.values(), ({ task }) => unreachableView(task));
  yield ',"completed_tasks":';
  yield* array(framework.completedTasks.values(), taskView);
  yield '}';
}

function unreachableView(task: Task): View {
  return { ...taskView(task), state: 'TASK_UNREACHABLE' };
}

function* array<Item>(items: Iterable<Item>, view: (item: Item) => View): Generator<string> {
  yield* list(items, function* one(item) {
    yield JSON.stringify(view(item));
  });
}

function* list<Item>(items: Iterable<Item>, document: (item: Item) => Iterable<string>): Generator<string> {
  let separator = '[';
  for (const item of items) {
    yield separator;
    yield* document(item);
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}
