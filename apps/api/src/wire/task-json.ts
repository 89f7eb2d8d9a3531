import { formatTimestamp, isActive, isScheduled, type Condition, type Instance } from '#domain';
import { printCheckResult, printHealthResults } from './health-json.js';

/** Task states of the API by condition (`spec/rest-api.md` §8.1). */
const STATES: Readonly<Record<Condition, string>> = {
  Scheduled: 'TASK_STAGING',
  Provisioned: 'TASK_STAGING',
  Staging: 'TASK_STAGING',
  Starting: 'TASK_STARTING',
  Running: 'TASK_RUNNING',
  Killing: 'TASK_KILLING',
  Killed: 'TASK_KILLED',
  Finished: 'TASK_FINISHED',
  Failed: 'TASK_FAILED',
  Error: 'TASK_ERROR',
  Unreachable: 'TASK_UNREACHABLE',
  UnreachableInactive: 'TASK_UNREACHABLE',
  Gone: 'TASK_GONE',
  Dropped: 'TASK_DROPPED',
  Unknown: 'TASK_UNKNOWN',
};

/** Whether task lists show the instance: it has a task, and does not wait for the next one. */
export const isListed = (instance: Instance): boolean =>
  instance.task !== undefined && !isScheduled(instance);

/**
 * The JSON text of an instance's task. `servicePorts` are filled in by `GET /v2/tasks` only, so the text is built
 * from a part that depends on the instance alone and those.
 */
export function writeTaskJson(instance: Instance, servicePorts: readonly number[] = []): string {
  return `${writeTaskHead(instance)}${JSON.stringify(servicePorts)}}`;
}

/** Instances are replaced on every change, never mutated, so their text can be remembered by identity. */
const heads = new WeakMap<Instance, string>();

function writeTaskHead(instance: Instance): string {
  const known = heads.get(instance);
  if (known !== undefined) return known;
  const head = `${JSON.stringify(taskFields(instance)).slice(0, -1)},"servicePorts":`;
  heads.set(instance, head);
  return head;
}

function taskFields(instance: Instance): object {
  const { agent, task } = instance;
  const active = isActive(instance.condition);
  return {
    id: task?.id,
    appId: instance.appId,
    host: agent?.host ?? 'unknown',
    slaveId: agent?.agentId,
    state: STATES[instance.condition],
    ...(active ? activeFields(instance) : {}),
    ports: active ? (task?.hostPorts ?? []) : [],
    ipAddresses: task?.ipAddresses ?? [],
    healthCheckResults: printHealthResults(instance),
    checkResult: printCheckResult(task?.status?.checkStatus),
    localVolumes: [],
    region: agent?.region,
    zone: agent?.zone,
    role: instance.role,
  };
}

function activeFields({ task, app }: Instance): object {
  return {
    stagedAt: task === undefined ? undefined : formatTimestamp(task.stagedAtMs),
    startedAt: task?.startedAtMs === undefined ? undefined : formatTimestamp(task.startedAtMs),
    version: app.version,
  };
}
