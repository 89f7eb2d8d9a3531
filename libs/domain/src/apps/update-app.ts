import type { ApiCommand, Refusal, Reply } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import type { AppDefinition, UnversionedApp } from '../definitions/app/app-definition.js';
import { mergeAppUpdate, parseAppUpdate, type AppUpdate } from '../definitions/app/app-update.js';
import { parseAppDefinition } from '../definitions/app/parse-app.js';
import type { DefinitionContext } from '../definitions/settings.js';
import { storeOne } from './create-app.js';
import { definitionContext, refusalOf } from './definition-context.js';

/** `PUT /v2/apps/{id}`: creates, merges, replaces or rolls back (`spec/rest-api.md` §7.4). */
export function putApp(turn: Turn, command: Extract<ApiCommand, { type: 'PutApp' }>): Reply {
  const { appId, json, force, partialUpdate, uri } = command;
  const context = definitionContext(turn, force);
  const stored = turn.state.apps.get(appId);
  if (stored !== undefined && partialUpdate) return mergeAndStore(turn, stored, { json, context, uri });
  const parsed = parseAppDefinition(json, context, { urlId: appId });
  return parsed.ok ? storeOne(turn, parsed.value, { force, uri }) : refusalOf(parsed.error);
}

/** `PATCH /v2/apps/{id}`: merges, never creates (`spec/rest-api.md` §7.5). */
export function patchApp(turn: Turn, command: Extract<ApiCommand, { type: 'PatchApp' }>): Reply {
  const { appId, json, force, uri } = command;
  const context = definitionContext(turn, force);
  const stored = turn.state.apps.get(appId);
  if (stored !== undefined) return mergeAndStore(turn, stored, { json, context, uri });
  const parsed = parseAppDefinition(json, context, { urlId: appId });
  return parsed.ok ? { kind: 'refused', code: 'AppNotFound', appId } : refusalOf(parsed.error);
}

function mergeAndStore(
  turn: Turn,
  stored: AppDefinition,
  { json, context, uri }: { json: unknown; context: DefinitionContext; uri: string },
): Reply {
  const update = parseAppUpdate(json, context);
  if (!update.ok) return refusalOf(update.error);
  const merged = applyUpdate(turn, stored, { update: update.value, context });
  return 'kind' in merged ? merged : storeOne(turn, merged, { force: context.force, uri });
}

/** The definition an update leads to: the merged one, or a stored one of another time. */
export function applyUpdate(
  turn: Turn,
  stored: AppDefinition,
  { update, context }: { update: AppUpdate; context: DefinitionContext },
): UnversionedApp | Refusal {
  if (update.kind === 'rollback') {
    const former = turn.state.versions.get(stored.id, update.version);
    return former ?? { kind: 'refused', code: 'AppNotFound', appId: stored.id };
  }
  const merged = mergeAppUpdate(stored, update.fields, context);
  return merged.ok ? merged.value : refusalOf(merged.error);
}
