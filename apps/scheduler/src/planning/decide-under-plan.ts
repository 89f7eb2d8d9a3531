import {
  decideApiCommand,
  factsBehind,
  tryCommand,
  type ApiCommand,
  type Refusal,
  type Reply,
  type Turn,
} from '#domain';
import { changedSince } from './plan-token.js';

const NO_TOKEN = 'X-Ekiden-Plan is not the token of a plan';

/** Decides a command; one that names a plan only if it would still do what was planned, to what was there then. */
export function decideUnderPlan(turn: Turn, command: ApiCommand, planToken: string | undefined): Reply {
  const refusal = planToken === undefined ? undefined : outdated(turn, command, planToken);
  return refusal ?? decideApiCommand(turn, command);
}

/** Nothing comes between this look and the decision: both are made in one go. */
function outdated({ state, settings, nowMs }: Turn, command: ApiCommand, token: string): Refusal | undefined {
  const trial = tryCommand(command, { state, settings, nowMs });
  const changed = changedSince(token, factsBehind(state, trial));
  if (changed === undefined) return { kind: 'refused', code: 'BadRequest', message: NO_TOKEN };
  // What is refused anyway changes nothing, and its own reason says more.
  if (changed.length === 0 || trial.reply.kind === 'refused') return undefined;
  return { kind: 'refused', code: 'PlanOutdated', changed };
}
