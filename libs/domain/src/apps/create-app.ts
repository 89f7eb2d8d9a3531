import type { ApiCommand, Reply } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import type { AppDefinition, UnversionedApp } from '../definitions/app/app-definition.js';
import { parseAppDefinition } from '../definitions/app/parse-app.js';
import { parentPath } from '../ids/path-id.js';
import { changeTree } from './change-tree.js';
import { definitionContext, refusalOf } from './definition-context.js';
import type { Timestamp } from '../time/timestamp.js';
import { prepareApp, withVersion, type PreparedApp } from './prepare-app.js';

/** `POST /v2/apps` (`spec/rest-api.md` §7.3). */
export function createApp(
  turn: Turn,
  { json, force, uri }: Extract<ApiCommand, { type: 'CreateApp' }>,
): Reply {
  const parsed = parseAppDefinition(json, definitionContext(turn, force));
  if (!parsed.ok) return refusalOf(parsed.error);
  const { id } = parsed.value;
  if (turn.state.apps.has(id)) return { kind: 'refused', code: 'AppAlreadyExists', appId: id };
  return storeOne(turn, parsed.value, { force, uri });
}

/** The definition as it was sent, with its version; mostly that is what was stored. */
function submittedForm(turn: Turn, { submitted, app }: PreparedApp, version: Timestamp): AppDefinition {
  const stored = turn.state.apps.get(app.id);
  return submitted === app && stored?.version === version ? stored : withVersion(submitted, version);
}

/** Stores one app, new or changed, and starts its deployment. */
export function storeOne(
  turn: Turn,
  definition: UnversionedApp,
  { force, uri }: { force: boolean; uri: string },
): Reply {
  const prepared = prepareApp(turn, definition);
  if ('kind' in prepared) return prepared;
  const created = !turn.state.apps.has(definition.id);
  const reply = changeTree(turn, {
    wishes: [{ type: 'store', app: prepared.app }],
    force,
    groupId: parentPath(definition.id),
    uri,
  });
  if (reply.kind === 'refused') return reply;
  return { created, submitted: submittedForm(turn, prepared, reply.version), ...reply };
}
