import type { TaskStatus } from '../cluster/mesos-shapes.js';
import type { Turn } from '../deciding/turn.js';
import { parseTaskId } from '../ids/instance-id.js';
import { sameValue } from '../definitions/deep-equal.js';
import { conditionOf, isTerminal, type Condition } from './condition.js';
import { recordMesosHealth } from './health/report-health.js';
import { mesosHealthOf, type Instance, type Task, type TaskIpAddress } from './instance.js';
import { expunge, factsOf } from './operations.js';
import { expiredTimeout } from './unreachable.js';

/** Longer messages are cut (`spec/scheduling.md` §1.7). */
const MAX_MESSAGE_LENGTH = 10_000;

/** Statuses for which a live task exists that nobody wants if its instance is unknown. */
const ALIVE: ReadonlySet<Condition> = new Set<Condition>(['Running', 'Staging', 'Starting']);

/**
 * Takes in one status of Mesos (`spec/scheduling.md` §1.7): what it changes becomes an event, and it is
 * acknowledged once that is durable. A status that tells nothing new is only acknowledged.
 */
export function receiveStatus(turn: Turn, status: TaskStatus): void {
  turn.runtime.reconciliation.heard(status.task_id.value);
  const condition = conditionOf(status);
  const parsed = parseTaskId(status.task_id.value);
  const instance = parsed === undefined ? undefined : turn.state.instances.get(parsed.instanceId);
  if (instance === undefined) {
    receiveUnknown(turn, status, condition);
  } else if (instance.task?.id === status.task_id.value) {
    applyStatus(turn, instance, instance.task, { status, condition });
  } else if (ALIVE.has(condition)) {
    killStray(turn, status);
  }
  acknowledge(turn, status);
}

function receiveUnknown(turn: Turn, status: TaskStatus, condition: Condition): void {
  if (ALIVE.has(condition)) return killStray(turn, status);
  const parsed = parseTaskId(status.task_id.value);
  if (parsed === undefined || !(isTerminal(condition) || condition === 'Unreachable')) return;
  const { instanceId, appId } = parsed;
  turn.emit({ type: 'UnknownInstanceTerminated', data: { instanceId, appId, condition } });
}

function killStray(turn: Turn, status: TaskStatus): void {
  const agentId = status.agent_id?.value;
  turn.request({
    type: 'KillTask',
    taskId: status.task_id.value,
    ...(agentId === undefined ? {} : { agentId }),
  });
}

/** Only statuses with a uuid and an agent ask for an acknowledgement; those of reconciliation do not. */
function acknowledge(turn: Turn, status: TaskStatus): void {
  const { uuid, agent_id: agent, task_id: task } = status;
  if (uuid === undefined || agent === undefined) return;
  turn.request({ type: 'AcknowledgeStatus', taskId: task.value, agentId: agent.value, uuid });
}

interface Arrival {
  readonly status: TaskStatus;
  readonly condition: Condition;
}

function applyStatus(turn: Turn, instance: Instance, task: Task, { status, condition }: Arrival): void {
  const alreadyOver = task.status !== undefined && isTerminal(conditionOf(task.status));
  if (alreadyOver) return;
  if (tellsSomethingNew(task, status, condition)) {
    emitChange(turn, instance, task, { status, condition });
    const { healthy } = status;
    if (healthy !== undefined && healthy !== task.status?.healthy) {
      recordMesosHealth(turn, instance.id, healthy);
    }
  }
  const updated = turn.state.instances.get(instance.id);
  if (updated === undefined) return;
  if (isTerminal(updated.condition) && updated.goal === 'Decommissioned') {
    return expunge(turn, updated.id, updated.condition);
  }
  if (expiredTimeout(updated, turn.nowMs) === 'expunge') return expunge(turn, updated.id, updated.condition);
  if (expiredTimeout(updated, turn.nowMs) === 'inactive' && updated.condition === 'Unreachable') {
    turn.emit({ type: 'InstanceBecameInactive', data: factsOf(updated) });
  }
}

/** Rules b to f of §1.7 for the task level. */
function tellsSomethingNew(task: Task, status: TaskStatus, condition: Condition): boolean {
  if (condition === 'Running' && task.startedAtMs === undefined) return true;
  if (isTerminal(condition)) return true;
  const known = task.status;
  return (
    known === undefined ||
    known.state !== status.state ||
    known.healthy !== status.healthy ||
    !sameValue(known.checkStatus, status.check_status)
  );
}

/**
 * An instant that somebody else tells, in whole epoch ms; now for one that is none. Executors may tell anything, and what JSON
 * has no number for would come back from the log as something else.
 */
function instantOf(epochMs: number, nowMs: number): number {
  const wholeMs = Math.round(epochMs);
  return Number.isSafeInteger(wholeMs) && wholeMs >= 0 ? wholeMs + 0 : nowMs;
}

function emitChange(turn: Turn, instance: Instance, task: Task, { status, condition }: Arrival): void {
  const runningHealth = condition === 'Running' ? status.healthy : undefined;
  const unreachableNs = status.unreachable_time?.nanoseconds;
  // Named one by one: to spread them in front of that many others takes a hundred times as long.
  const { instanceId, appId, version, host, agentId } = factsOf(instance);
  turn.emit({
    type: 'TaskStatusChanged',
    data: {
      instanceId,
      appId,
      version,
      host,
      agentId,
      taskId: task.id,
      state: status.state,
      message: (status.message ?? '').slice(0, MAX_MESSAGE_LENGTH),
      timestampMs: instantOf((status.timestamp ?? Number.NaN) * 1000, turn.nowMs),
      hostPorts: task.hostPorts,
      ipAddresses: addressesOf(status) ?? task.ipAddresses,
      condition,
      conditionChanged: condition !== instance.condition,
      ...(status.reason === undefined ? {} : { reason: status.reason }),
      ...(status.healthy === undefined ? {} : { healthy: status.healthy }),
      ...(runningHealth === mesosHealthOf(instance) ? {} : { healthyChanged: true }),
      ...(status.check_status === undefined ? {} : { checkStatus: status.check_status }),
      ...(unreachableNs === undefined
        ? {}
        : { unreachableSinceMs: instantOf(unreachableNs / 1e6, turn.nowMs) }),
    },
  });
}

function addressesOf(status: TaskStatus): TaskIpAddress[] | undefined {
  const infos = status.container_status?.network_infos;
  if (infos === undefined) return undefined;
  return infos.flatMap((info) =>
    (info.ip_addresses ?? []).flatMap(({ ip_address: ipAddress, protocol = 'IPv4' }) =>
      ipAddress === undefined ? [] : [{ ipAddress, protocol }],
    ),
  );
}
