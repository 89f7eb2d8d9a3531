import type { HealthCheck } from '../../definitions/app/app-definition.js';
import type { Instance } from '../instance.js';

/** What a probe, or Mesos, found. */
export type CheckResult =
  | { readonly healthy: true }
  | {
      readonly healthy: false;
      readonly cause: string;
      /** How many times in a row it was found, this time included, as far as the prober knows. */
      readonly failuresInARow: number;
    };

/** What a result changes; `undefined` where it changes nothing that is recorded. */
export type Judgement =
  | { readonly healthy: true }
  | {
      readonly healthy: false;
      readonly cause: string;
      readonly consecutiveFailures: number;
      /** The task shall be killed. */
      readonly kill: boolean;
    };

/** Whether a check is executed by Ekiden, not by the executor of the task (`spec/scheduling.md` §5.1). */
export const isRunByEkiden = ({ protocol }: HealthCheck): boolean =>
  protocol === 'HTTP' || protocol === 'HTTPS' || protocol === 'TCP';

/**
 * Whether a failure now is one: not while the instance is not Running, nor in its grace period before the first
 * success (`spec/scheduling.md` §5.3).
 */
export function failureCounts(instance: Instance, check: number, nowMs: number): boolean {
  const definition = instance.app.healthChecks[check];
  if (instance.condition !== 'Running' || definition === undefined) return false;
  const everPassed = (instance.health?.[check]?.firstSuccessMs ?? undefined) !== undefined;
  return everPassed || nowMs >= instance.sinceMs + definition.gracePeriodSeconds * 1000;
}

/**
 * Judges one result of one check (`spec/scheduling.md` §5.3). Repetitions are no news: a success while the check is
 * alive; a failure once the kill it leads to is under way. Failures that never lead to a kill are recorded at every
 * doubling of their number, so that an app that stays sick for days does not fill the log.
 */
export function judgeResult(
  instance: Instance,
  check: number,
  result: CheckResult,
  nowMs: number,
): Judgement | undefined {
  const definition = instance.app.healthChecks[check];
  if (definition === undefined || instance.condition !== 'Running') return undefined;
  const known = instance.health?.[check];
  if (result.healthy) return known?.alive === true ? undefined : result;
  if (!failureCounts(instance, check, nowMs)) return undefined;
  const counted = known?.consecutiveFailures ?? 0;
  const limit = definition.maxConsecutiveFailures;
  const { cause } = result;
  if (limit === 0) {
    const consecutiveFailures = Math.max(counted + 1, result.failuresInARow);
    if (counted > 0 && consecutiveFailures < 2 * counted) return undefined;
    return { healthy: false, cause, consecutiveFailures, kill: false };
  }
  // The counter as it was before this failure decides, so a kill comes with failure number limit + 1.
  const kill = counted >= limit;
  const killable = instance.goal === 'Running' && instance.killRequested === undefined;
  if (kill && !killable) return undefined;
  return { healthy: false, cause, consecutiveFailures: counted + 1, kill };
}
