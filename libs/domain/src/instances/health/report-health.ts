import type { SchedulerCommand } from '../../commands/command.js';
import type { Turn } from '../../deciding/turn.js';
import { mesosHealthOf, type Instance } from '../instance.js';
import { factsOf, killUnhealthy } from '../operations.js';
import { aggregateHealth, withFailure, withSuccess } from './check-health.js';
import { isRunByEkiden, judgeResult, type CheckResult } from './judge-result.js';

/** Takes in what a probe of Ekiden found. A result about a task of the past says nothing about the present one. */
export function reportHealth(
  turn: Turn,
  { instanceId, taskId, check, result }: Extract<SchedulerCommand, { type: 'ReportHealth' }>,
): void {
  const instance = turn.state.instances.get(instanceId);
  if (instance?.task?.id !== taskId) return;
  recordResult(turn, instance, { check, result });
}

/**
 * A health flag of Mesos that appeared or flipped: it is the result of every check of the definition that the executor
 * runs (`spec/scheduling.md` §5.5).
 */
export function recordMesosHealth(turn: Turn, instanceId: string, healthy: boolean): void {
  const result: CheckResult = healthy
    ? { healthy }
    : { healthy, cause: 'reported by Mesos', failuresInARow: 1 };
  const checks = turn.state.instances.get(instanceId)?.app.healthChecks ?? [];
  checks.forEach((definition, check) => {
    const instance = turn.state.instances.get(instanceId);
    if (instance === undefined || isRunByEkiden(definition)) return;
    recordResult(turn, instance, { check, result, published: healthy });
  });
}

interface Finding {
  readonly check: number;
  readonly result: CheckResult;
  /** The health of the instance that subscribers have just been told; it is not told twice. */
  readonly published?: boolean;
}

function recordResult(turn: Turn, instance: Instance, { check, result, published }: Finding): void {
  const { nowMs } = turn;
  const judgement = judgeResult(instance, check, result, nowMs);
  const healthCheck = instance.app.healthChecks[check];
  if (judgement === undefined || healthCheck === undefined) return;
  const { instanceId, appId, version } = factsOf(instance);
  const { health: before, app } = instance;
  const wasHealthy = aggregateHealth(before, app.healthChecks.length);
  // Before there was a health over all checks subscribers have heard what Mesos says (`spec/operations.md` E7).
  const told = wasHealthy === undefined ? mesosHealthOf(instance) : published;
  const after = judgement.healthy
    ? withSuccess(before, check, nowMs)
    : withFailure(before, check, { ...judgement, atMs: nowMs });
  const healthy = aggregateHealth(after, app.healthChecks.length) ?? null;
  const common = {
    instanceId,
    appId,
    version,
    taskId: instance.task?.id ?? '',
    check,
    healthy,
    healthyChanged: healthy !== (wasHealthy ?? null) && healthy !== told,
  };
  if (judgement.healthy) {
    turn.emit({ type: 'HealthCheckPassed', data: common });
    return;
  }
  const { cause, consecutiveFailures, kill } = judgement;
  const aliveChanged = before?.[check]?.alive === true;
  turn.emit({
    type: 'HealthCheckFailed',
    data: { ...common, healthCheck, cause, consecutiveFailures, aliveChanged },
  });
  if (!kill) return;
  // The reference tells of the failure before this one.
  const previous = before?.[check];
  killUnhealthy(turn, instance, {
    cause: previous?.lastFailureCause ?? cause,
    lastFailureMs: previous?.lastFailureMs ?? nowMs,
  });
}
