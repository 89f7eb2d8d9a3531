import type { ApiCommand, Reply } from '../commands/command.js';
import { decideApiCommand } from '../deciding/decide.js';
import type { Effect } from '../deciding/effect.js';
import { SchedulerRuntime } from '../deciding/runtime.js';
import type { DomainSettings } from '../deciding/settings.js';
import { Turn, type TurnEnvironment } from '../deciding/turn.js';
import type { DomainEvent } from '../events/domain-event.js';
import type { State } from '../state/state.js';

/** A command as it would be decided now, with nothing of it done. */
export interface Trial {
  readonly command: ApiCommand;
  readonly reply: Reply;
  /** What would be on the log, in order. */
  readonly facts: readonly DomainEvent[];
  readonly effects: readonly Effect[];
}

/**
 * A turn that decides without consequences. A decision of the API reads the state and states facts; here they are put
 * aside instead of folded in, so that the real state serves as it is and nothing of it has to be copied. That rests on
 * decisions not resting on what they stated a moment before, which the tests of this folder hold them to; only the
 * `submitted` form of a reply does.
 */
class TrialTurn extends Turn {
  readonly facts: DomainEvent[] = [];

  override emit(event: DomainEvent): void {
    this.facts.push(event);
  }

  override touch(): void {
    // What follows is looked at by a rehearsal, if at all.
  }
}

/** Decides a command on the present state, which stays as it is; a runtime is not needed to decide commands that are planned. */
export function tryCommand(
  command: ApiCommand,
  { state, settings, nowMs }: { state: State; settings: DomainSettings; nowMs: number },
): Trial {
  const runtime = new SchedulerRuntime(settings, nowMs);
  const turn = new TrialTurn(state, runtime, settings, trialEnvironment(nowMs));
  const reply = decideApiCommand(turn, command);
  return { command, reply, facts: turn.facts, effects: turn.effects };
}

/** Ids that are used up nowhere else, and the same chance every time. */
export function trialEnvironment(nowMs: number): TurnEnvironment {
  let seed = 1;
  return {
    nowMs,
    newEventId: countedUuids(),
    newUuid: countedUuids(),
    newTimeUuid: countedUuids(),
    random: () => (seed = (seed * 48_271) % 0x7fffffff) / 0x7fffffff,
  };
}

function countedUuids(): () => string {
  let count = 0;
  return () => `00000000-0000-1000-8000-${(count += 1).toString(16).padStart(12, '0')}`;
}
