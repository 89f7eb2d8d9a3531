import { reservationsOf, sumScalar, type ExecutorInfo, type Resource, type TaskInfo } from '#mesos';
import { executorKey, type Agent } from '../state/agent.js';
import type { Framework } from '../state/framework.js';
import type { RemainingResources } from '../calls/remaining-resources.js';
import { commandProblem, containerProblem } from './container.js';
import { checkProblem, healthCheckProblem } from './health-check.js';
import { identifierProblem } from './identifier.js';
import { describeResources } from './resources.js';

/** Against what a task is checked. */
export interface LaunchContext {
  readonly framework: Framework;
  readonly agent: Agent;
  /** What earlier operations and tasks of the same ACCEPT left, allocated to the offers' role. */
  readonly remaining: RemainingResources;
}

/**
 * Checks one task of a LAUNCH in the reference's order (C§13). Its resources are normalised already.
 *
 * @returns the message of the TASK_ERROR, or undefined.
 */
export function taskProblem(task: TaskInfo, context: LaunchContext): string | undefined {
  return (
    identityProblem(task, context) ??
    durationsProblem(task) ??
    checksProblem(task) ??
    taskResourcesProblem(task.resources ?? []) ??
    containersProblem(task) ??
    limitsProblem(task, context.agent) ??
    executorProblem(task, context) ??
    sumProblem(task, context)
  );
}

function identityProblem(task: TaskInfo, { framework, agent }: LaunchContext): string | undefined {
  const id = task.task_id.value;
  const problem = identifierProblem(id);
  if (problem !== undefined) return problem;
  if (framework.tasks.has(id)) return `Task has duplicate ID: ${id}`;
  if (framework.unreachableTasks.has(id)) return `Task reuses the ID of an unreachable task: ${id}`;
  return task.agent_id.value === agent.id
    ? undefined
    : `Task uses invalid agent ${task.agent_id.value} while agent ${agent.id} is expected`;
}

function durationsProblem(task: TaskInfo): string | undefined {
  if ((task.kill_policy?.grace_period?.nanoseconds ?? 0) < 0) {
    return "Task's 'kill_policy.grace_period' must be non-negative";
  }
  return (task.max_completion_time?.nanoseconds ?? 0) < 0
    ? "Task's `max_completion_time` must be non-negative"
    : undefined;
}

function checksProblem(task: TaskInfo): string | undefined {
  const check = task.check && checkProblem(task.check);
  if (check !== undefined) return `Task uses invalid check: ${check}`;
  const health = task.health_check && healthCheckProblem(task.health_check);
  return health && `Task uses invalid health check: ${health}`;
}

function taskResourcesProblem(resources: readonly Resource[]): string | undefined {
  if (resources.length === 0) return 'Task uses no resources';
  return resources.every((resource) => isOrdinary(resource, resources[0]!))
    ? undefined
    : unusualResourcesProblem(resources);
}

/** Nothing but an amount, allocated to the same role as the others: what nearly all resources are. */
function isOrdinary({ disk, revocable, allocation_info: allocation }: Resource, first: Resource): boolean {
  return disk === undefined && revocable === undefined && allocation?.role === first.allocation_info?.role;
}

function unusualResourcesProblem(resources: readonly Resource[]): string | undefined {
  const ids = resources.flatMap((resource) =>
    resource.disk?.persistence === undefined
      ? []
      : [`${reservationsOf(resource).at(-1)?.role ?? '*'}/${resource.disk.persistence.id}`],
  );
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) {
    return `Task uses duplicate persistence ID: ${repeated.slice(repeated.lastIndexOf('/') + 1)}`;
  }
  const roles = new Set(resources.map((resource) => resource.allocation_info?.role));
  if (roles.size > 1) return 'Invalid task resources: The resources have multiple allocation roles';
  const revocable = resources.filter((resource) => resource.revocable !== undefined);
  return revocable.length === 0 || revocable.length === resources.length
    ? undefined
    : `Task mixes revocable and non-revocable resources: ${describeResources(resources)}`;
}

function containersProblem(task: TaskInfo): string | undefined {
  const command = task.command && commandProblem(task.command);
  if (command !== undefined) return `Task's \`CommandInfo\` is invalid: ${command}`;
  const container = task.container && containerProblem(task.container);
  if (container !== undefined) return `Task's \`ContainerInfo\` is invalid: ${container}`;
  return task.container?.linux_info?.share_cgroups === false
    ? "Only tasks in a task group may have 'share_cgroups' set to 'false'"
    : undefined;
}

const KINDS_OF_LIMITS = [
  ['cpus', 'CPU', 'cpu'],
  ['mem', 'memory', 'memory'],
] as const;

function limitsProblem(task: TaskInfo, agent: Agent): string | undefined {
  const limits = Object.entries(task.limits ?? {});
  if (limits.length === 0) return undefined;
  if (!agent.description.capabilities.includes('TASK_RESOURCE_LIMITS')) {
    return 'Agent is not capable of handling task resource limits';
  }
  if (limits.some(([name]) => name !== 'cpus' && name !== 'mem')) {
    return "Only cpus and mem may be included in a task's resource limits";
  }
  for (const [name, request, word] of KINDS_OF_LIMITS) {
    const limit = task.limits?.[name]?.value;
    if (limit === undefined) continue;
    const requested = sumScalar(task.resources ?? [], name);
    if (requested === 0) {
      return `When a ${request} limit is specified, a ${request} request must also be specified`;
    }
    if (limit !== 'Infinity' && limit < requested) {
      return `The ${word} limit must be greater than or equal to the ${word} request`;
    }
  }
  return undefined;
}

function executorProblem(task: TaskInfo, context: LaunchContext): string | undefined {
  if ((task.executor === undefined) === (task.command === undefined)) {
    return 'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present';
  }
  return task.executor && customExecutorProblem(task.executor, context);
}

function customExecutorProblem(executor: ExecutorInfo, context: LaunchContext): string | undefined {
  const id = identifierProblem(executor.executor_id.value);
  if (id !== undefined) return id;
  if (executor.type !== undefined && executor.type !== 'CUSTOM') {
    return "'ExecutorInfo.type' must be 'CUSTOM'";
  }
  if (executor.command === undefined) return "'ExecutorInfo.command' must be set";
  const { framework, agent } = context;
  const owner = executor.framework_id?.value ?? framework.id;
  if (owner !== framework.id) {
    return `ExecutorInfo has an invalid FrameworkID (Actual: ${owner} vs Expected: ${framework.id})`;
  }
  const known = agent.executors.get(executorKey(framework.id, executor.executor_id.value));
  return known === undefined || JSON.stringify(known.info) === JSON.stringify(executor)
    ? undefined
    : `ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.`;
}

function sumProblem(task: TaskInfo, context: LaunchContext): string | undefined {
  const required = requiredResources(task, context);
  return context.remaining.contains(required)
    ? undefined
    : `Total resources ${describeResources(required)} required by task and its executor is more than available ` +
        describeResources(context.remaining.toList());
}

/** The task's resources and, when its executor does not run yet, the executor's (spec/local-cluster.md §6.2). */
export function requiredResources(task: TaskInfo, context: LaunchContext): readonly Resource[] {
  const { executor } = task;
  if (executor === undefined) return task.resources ?? [];
  const isCharged = context.agent.executors.has(
    executorKey(context.framework.id, executor.executor_id.value),
  );
  return [...(task.resources ?? []), ...(isCharged ? [] : (executor.resources ?? []))];
}
