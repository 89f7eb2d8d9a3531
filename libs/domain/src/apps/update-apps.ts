import type { ApiCommand, Refusal, Reply } from '../commands/command.js';
import type { Turn } from '../deciding/turn.js';
import type { AppDefinition, UnversionedApp } from '../definitions/app/app-definition.js';
import { parseAppUpdate, UPDATE_WITHOUT_ID } from '../definitions/app/app-update.js';
import { parseAppDefinition } from '../definitions/app/parse-app.js';
import type { DefinitionContext } from '../definitions/settings.js';
import { ROOT } from '../ids/path-id.js';
import { changeTree } from './change-tree.js';
import { definitionContext, refusalOf } from './definition-context.js';
import { refuseUnsupported, withServicePorts, withVersion } from './prepare-app.js';
import { versioned } from './versioning.js';
import { applyUpdate } from './update-app.js';

type UpdateApps = Extract<ApiCommand, { type: 'UpdateApps' }>;

/** Bulk `PUT` and `PATCH /v2/apps`: items apply in order, all or none (`spec/rest-api.md` §7.6). */
export function updateApps(turn: Turn, command: UpdateApps): Reply {
  const batch = new Batch(turn, command);
  for (const [index, item] of command.items.entries()) {
    const refusal = batch.add(item);
    if (refusal !== undefined) return withinItem(refusal, index);
  }
  const apps = withServicePorts(turn, batch.definitions());
  if ('kind' in apps) return apps;
  const wishes = apps.map((app) => ({ type: 'store', app }) as const);
  return changeTree(turn, { wishes, force: command.force, groupId: ROOT });
}

/** Says which item a violation is in: an array step precedes its path (`spec/definitions.md` §2.3). */
function withinItem(refusal: Refusal, index: number): Refusal {
  if (refusal.code !== 'Invalid' || refusal.details === undefined) return refusal;
  const details = refusal.details.map(({ path, errors }) => ({
    path: `(${index})${path === '/' ? '' : path}`,
    errors,
  }));
  return { ...refusal, details };
}

/** The definitions of one request as they come about item by item. */
class Batch {
  private readonly apps = new Map<string, UnversionedApp>();
  private readonly context: DefinitionContext;

  constructor(
    private readonly turn: Turn,
    private readonly command: UpdateApps,
  ) {
    this.context = definitionContext(turn, command.force);
  }

  /** Service ports that they leave open are still 0. */
  definitions(): UnversionedApp[] {
    return [...this.apps.values()];
  }

  add(item: unknown): Refusal | undefined {
    const definition = this.command.partialUpdate ? this.updated(item) : this.complete(item);
    if ('kind' in definition) return definition;
    const refusal = refuseUnsupported(definition);
    if (refusal === undefined) this.apps.set(definition.id, definition);
    return refusal;
  }

  private complete(item: unknown): UnversionedApp | Refusal {
    const parsed = parseAppDefinition(item, this.context);
    return parsed.ok ? parsed.value : refusalOf(parsed.error);
  }

  private updated(item: unknown): UnversionedApp | Refusal {
    const update = parseAppUpdate(item, this.context);
    if (!update.ok) return refusalOf(update.error);
    const { id } = update.value;
    if (id === undefined) return { kind: 'refused', code: 'Invalid', message: UPDATE_WITHOUT_ID };
    const present = this.present(id);
    if (present !== undefined) {
      return applyUpdate(this.turn, present, { update: update.value, context: this.context });
    }
    // An app that comes into being here says nothing about ports unless it says so (§16 no. 5).
    const parsed = parseAppDefinition(item, this.context, { urlId: id, impliedPorts: [] });
    if (!parsed.ok) return refusalOf(parsed.error);
    return this.command.createMissing ? parsed.value : { kind: 'refused', code: 'AppNotFound', appId: id };
  }

  /** The app as earlier items of the request left it, else as it is stored. */
  private present(id: string): AppDefinition | undefined {
    const stored = this.turn.state.apps.get(id);
    const pending = this.apps.get(id);
    if (pending === undefined) return stored;
    return stored === undefined
      ? withVersion(pending, this.turn.state.rootVersion)
      : versioned(pending, stored.version, stored.versionInfo);
  }
}
