import type { Refusal } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import type { Rejection } from '../definitions/result.js';
import type { DefinitionContext } from '../definitions/settings.js';
import { ROOT } from '../ids/path-id.js';

/** What the present tree and the configuration contribute to the meaning of a definition. */
export function definitionContext(turn: Turn, force: boolean): DefinitionContext {
  const { state, settings } = turn;
  return {
    settings,
    places: {
      storedApp: (appId) => state.apps.get(appId),
      enforcesRole: (group) => state.groups.get(group)?.enforceRole,
    },
    basePath: ROOT,
    force,
  };
}

/** A rejected definition as the refusal of its command. */
export function refusalOf(rejection: Rejection): Refusal {
  const { message, details } = rejection;
  return { kind: 'refused', code: 'Invalid', message, ...(details === undefined ? {} : { details }) };
}
