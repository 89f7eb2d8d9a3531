import { killOverdue } from '../instances/overdue.js';
import { retryKills } from '../instances/kill-service.js';
import { checkUnreachable } from '../instances/unreachable.js';
import { repeatReconciliation, requestReconciliation } from './reconciliation.js';
import { touchEverything } from './settle.js';
import type { Turn } from './turn.js';

/** How often overdue launches, unreachable time-outs, kill retries and old back-offs are looked at. */
const SLOW_TICK_MS = 5_000;

/** Nothing is overdue during the first moments of a term (`spec/scheduling.md` §1.12). */
const OVERDUE_GRACE_MS = 30_000;

/** Time has passed: everything that depends on the clock alone (`spec/scheduling.md` §1.12, §8, §9.1). */
export function tick(turn: Turn): void {
  const { runtime, settings, nowMs } = turn;
  runtime.tokens.refresh(nowMs);
  if (nowMs - runtime.lastSlowTickMs < SLOW_TICK_MS) return;
  runtime.lastSlowTickMs = nowMs;
  if (isUnreachableCheckDue(turn)) {
    runtime.lastUnreachableCheckMs = nowMs;
    checkUnreachable(turn, {
      mayExpunge: nowMs - runtime.startedAtMs >= settings.taskLostExpungeInitialDelayMs,
    });
  }
  retryKills(turn);
  runtime.backoff.purge(nowMs);
  if (nowMs - runtime.startedAtMs >= OVERDUE_GRACE_MS) killOverdue(turn);
  if (isReconciliationDue(turn)) requestReconciliation(turn);
  else repeatReconciliation(turn);
  if (isScaleCheckDue(turn)) {
    runtime.lastScaleCheckMs = nowMs;
    touchEverything(turn);
  }
}

/** Never later than every 30 s, whatever the flag says (D5). */
const LONGEST_UNREACHABLE_CHECK_MS = 30_000;

function isUnreachableCheckDue({ runtime, settings, nowMs }: Turn): boolean {
  const intervalMs = Math.min(settings.taskLostExpungeIntervalMs, LONGEST_UNREACHABLE_CHECK_MS);
  return nowMs - runtime.lastUnreachableCheckMs >= intervalMs;
}

/** Counts are repaired whenever they change; this looks at every app once in a while all the same (§9.4). */
function isScaleCheckDue({ runtime, settings, nowMs }: Turn): boolean {
  const { scaleAppsInitialDelayMs, scaleAppsIntervalMs } = settings;
  const last = runtime.lastScaleCheckMs;
  if (last === undefined) return nowMs - runtime.startedAtMs >= scaleAppsInitialDelayMs;
  return nowMs - last >= scaleAppsIntervalMs;
}

function isReconciliationDue({ runtime, settings, nowMs }: Turn): boolean {
  const { reconciliationInitialDelayMs, reconciliationIntervalMs } = settings;
  if (!runtime.connected) return false;
  const last = runtime.reconciliation.lastBegunMs;
  if (last === undefined) return nowMs - runtime.startedAtMs >= reconciliationInitialDelayMs;
  return nowMs - last >= reconciliationIntervalMs;
}
