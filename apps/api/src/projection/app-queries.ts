import { ROOT, isDescendant, type AppDefinition, type Instance } from '#domain';
import type { EmbedSet } from '../wire/embeds.js';
import type { AppTasks } from '../wire/text-tasks.js';
import { writeTasksWithPorts } from './app-fragments.js';
import type { ReadModel } from './read-model.js';

/** Whether an app belongs into a list. */
export type AppFilter = (app: AppDefinition) => boolean;

/** How to print apps: which computed parts, and as of which moment (epoch ms). */
export interface Printing {
  readonly embeds: EmbedSet;
  readonly nowMs: number;
}

/** The JSON texts of the selected apps in the order of their ids, joined by commas. */
export function writeApps(model: ReadModel, filter: AppFilter, { embeds, nowMs }: Printing): string {
  const texts: string[] = [];
  for (const app of selectApps(model, filter)) texts.push(model.fragments.info(app, embeds, nowMs));
  return texts.join(',');
}

/** The tasks of all apps with their service ports, of the given conditions only if any is named. */
export function writeAllTasks(model: ReadModel, conditions: ReadonlySet<string>): string {
  const texts: string[] = [];
  for (const app of selectApps(model, everyApp))
    texts.push(...writeTasksWithPorts(model.state, app, conditions));
  return texts.join(',');
}

/** The selected apps with their instances, for the text format. */
export function appTasks(model: ReadModel, filter: AppFilter): AppTasks[] {
  return [...selectApps(model, filter)].map((app) => ({ app, instances: model.state.instances.of(app.id) }));
}

/** The instances of every app below a group. */
export function instancesBelow(model: ReadModel, groupId: string): Instance[] {
  return [...selectApps(model, below(groupId))].flatMap(({ id }) => model.state.instances.of(id));
}

/** Whether a group exists, created or implied by an app below it. */
export function groupExists({ state }: ReadModel, groupId: string): boolean {
  return groupId === ROOT || state.groups.has(groupId);
}

export const everyApp: AppFilter = () => true;

/** Apps at any depth below a group. */
export const below =
  (groupId: string): AppFilter =>
  ({ id }) =>
    isDescendant(id, groupId);

function* selectApps({ appIds, state }: ReadModel, filter: AppFilter): Iterable<AppDefinition> {
  for (const appId of appIds.all) {
    const app = state.apps.get(appId);
    if (app !== undefined && filter(app)) yield app;
  }
}
