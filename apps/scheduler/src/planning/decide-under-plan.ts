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

const NO_PLAN = 'there are no plans of writes like this: X-Ekiden-Plan must be left out';

/** These are no change of what runs, and cannot be tried out. */
const isNeverPlanned = ({ type }: ApiCommand): boolean =>
  type === 'ResetDelay' || type.includes('Webhook') || type.includes('Callback');

/** Decides a command; one that names a plan only if it would still do what was planned, to what was there then. */
export function decideUnderPlan(turn: Turn, command: ApiCommand, planToken: string | undefined): Reply {
  const refusal = planToken === undefined ? undefined : outdated(turn, command, planToken);
  return refusal ?? decideApiCommand(turn, command);
}

/** Nothing comes between this look and the decision: both are made in one go. */
function outdated({ state, settings, nowMs }: Turn, command: ApiCommand, token: string): Refusal | undefined {
  if (isNeverPlanned(command)) return { kind: 'refused', code: 'BadRequest', message: NO_PLAN };
  const trial = tryCommand(command, { state, settings, nowMs });
  const changed = changedSince(token, factsBehind(state, trial));
  if (changed === undefined) return { kind: 'refused', code: 'BadRequest', message: NO_TOKEN };
  if (changed.length === 0) return undefined;
  // Its own reason says more. A trial may be refused where the write would not be, so it is not done in any case.
  return trial.reply.kind === 'refused' ? trial.reply : { kind: 'refused', code: 'PlanOutdated', changed };
}
