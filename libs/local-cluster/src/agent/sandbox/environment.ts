import type { CommandInfo, EnvironmentVariable, TaskInfo } from '#mesos';
import type { AgentOptions } from '../agent-options.js';
import { formatDuration, toMs } from '../duration.js';

/** What the environment of a command task depends on besides its TaskInfo. */
export interface EnvironmentContext {
  readonly options: AgentOptions;
  readonly agentId: string;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly containerId: string;
  readonly sandbox: string;
  /** Port the agent's HTTP server listens on. */
  readonly agentPort: number;
  /** Whether the framework checkpoints. */
  readonly isCheckpointing: boolean;
  /** Devices of the machine that belong to the task. */
  readonly gpus: readonly number[];
}

/** A task's environment, or why there can be none. */
export type TaskEnvironment =
  | { readonly ok: true; readonly variables: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly error: string };

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The whole environment of a command task (spec/local-cluster.md §10.1). Nothing is inherited from this process.
 * Later sources win: the agent's own variables, generated ones, the task's, and last the allocation role.
 */
export function taskEnvironment(task: TaskInfo, context: EnvironmentContext): TaskEnvironment {
  const own = declaredVariables(task.command);
  if (!own.ok) return own;
  const variables: Record<string, string> = {
    PATH: defaultPath,
    ...overridable(context),
    ...context.options.executorEnvironmentVariables,
    ...pinned(task, context),
    ...gpuVariables(context.gpus),
    ...own.variables,
    MESOS_ALLOCATION_ROLE: allocationRole(task),
  };
  if (context.options.extraTaskEnvironment) {
    variables['MESOS_TASK_ID'] ??= task.task_id.value;
    variables['MESOS_CONTAINER_ID'] ??= context.containerId;
  }
  return { ok: true, variables };
}

/** The environment of a container with an image, which adds its own (spec/local-cluster.md §10.2). */
export function containerEnvironment(
  task: TaskInfo,
  container: { readonly name: string; readonly sandbox: string },
): TaskEnvironment {
  const own = declaredVariables(task.command);
  if (!own.ok) return own;
  const variables = {
    ...own.variables,
    MESOS_SANDBOX: container.sandbox,
    MESOS_CONTAINER_NAME: container.name,
    MESOS_ALLOCATION_ROLE: allocationRole(task),
  };
  return { ok: true, variables };
}

/** What a command itself brings along, secrets resolved. */
export function declaredVariables(command: CommandInfo | undefined): TaskEnvironment {
  const variables: Record<string, string> = {};
  for (const variable of command?.environment?.variables ?? []) {
    const value = valueOf(variable);
    if (!value.ok) return value;
    variables[variable.name] = value.value;
  }
  return { ok: true, variables };
}

/** Generated variables an operator may override. */
function overridable({ options }: EnvironmentContext): Record<string, string> {
  return { LIBPROCESS_IP: options.ip };
}

/** Generated variables that stand above the operator's. */
function pinned(task: TaskInfo, context: EnvironmentContext): Record<string, string> {
  const { options, sandbox, isCheckpointing } = context;
  const endpoint = `${options.ip}:${context.agentPort}`;
  const checkpointing = {
    MESOS_RECOVERY_TIMEOUT: formatDuration(options.recoveryTimeoutMs),
    MESOS_SUBSCRIPTION_BACKOFF_MAX: formatDuration(options.executorReregistrationTimeoutMs),
  };
  return {
    MESOS_SANDBOX: sandbox,
    MESOS_DIRECTORY: sandbox,
    MESOS_FRAMEWORK_ID: context.frameworkId,
    MESOS_EXECUTOR_ID: context.executorId,
    MESOS_SLAVE_ID: context.agentId,
    MESOS_SLAVE_PID: `slave(1)@${endpoint}`,
    MESOS_AGENT_ENDPOINT: endpoint,
    MESOS_CHECKPOINT: isCheckpointing ? '1' : '0',
    ...(isCheckpointing ? checkpointing : {}),
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: shutdownGrace(task, options),
    MESOS_HTTP_COMMAND_EXECUTOR: options.httpCommandExecutor ? '1' : '0',
    LIBPROCESS_PORT: '0',
  };
}

/** What the libraries of the devices take for all there are (spec/local-cluster.md §19.5). */
function gpuVariables(gpus: readonly number[]): Record<string, string> {
  if (gpus.length === 0) return {};
  const devices = gpus.join(',');
  return { CUDA_VISIBLE_DEVICES: devices, NVIDIA_VISIBLE_DEVICES: devices };
}

/** A kill policy leaves the executor two seconds beyond the task's own grace period. */
function shutdownGrace(task: TaskInfo, options: AgentOptions): string {
  const grace = task.kill_policy?.grace_period;
  return formatDuration(grace === undefined ? options.executorShutdownGracePeriodMs : toMs(grace) + 2_000);
}

function allocationRole(task: TaskInfo): string {
  const roles = (task.resources ?? []).map((resource) => resource.allocation_info?.role);
  return roles.find((role) => role !== undefined) ?? '*';
}

function valueOf(
  variable: EnvironmentVariable,
): { readonly ok: true; readonly value: string } | { readonly ok: false; readonly error: string } {
  if (variable.type !== 'SECRET') return { ok: true, value: variable.value ?? '' };
  const data = variable.secret?.type === 'VALUE' ? variable.secret.value.data : undefined;
  if (data === undefined) {
    return { ok: false, error: `No resolver for the secret of environment variable '${variable.name}'` };
  }
  const value = Buffer.from(data, 'base64').toString();
  if (value.includes('\0')) {
    return {
      ok: false,
      error: `Environment variable '${variable.name}' of type 'SECRET' contains a null byte`,
    };
  }
  return { ok: true, value };
}
