import type { AppBooks, Effect } from './books.js';
import type { Chance } from './chance.js';
import type { Definitions } from './definitions.js';

/** A write of v2 and what it does, as the books see it. */
export interface Command {
  readonly kind: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly effects: ReadonlyMap<AppBooks, Effect>;
  /** Whether no task from before may be left of the apps, once it was acknowledged. */
  readonly replacesTasks: boolean;
  /** Whether it cancels the deployments that are in its way, with whatever else they were to do. */
  readonly cancels: boolean;
  /** Whose tasks it kills; the answer lists them. */
  readonly kills?: AppBooks;
}

/** What commands of one client are about. */
export interface Realm {
  readonly group: string;
  readonly apps: readonly AppBooks[];
  readonly definitions: Definitions;
  readonly mostInstances: number;
}

const REMOVE: Effect = () => undefined;
const KEEP: Effect = (before) => before;

/** A command that makes sense by the books; apps in doubt are left alone. `undefined` if all are. */
export function randomCommand(realm: Realm, chance: Chance): Command | undefined {
  const certain = realm.apps.filter(({ isInDoubt }) => !isInDoubt);
  if (certain.length === 0) return undefined;
  const whole = certain.length === realm.apps.length && certain.some(({ wanted }) => wanted !== undefined);
  if (whole && chance.oneIn(12)) return chance.oneIn(4) ? removeGroup(realm) : changeGroup(realm, chance);
  const app = chance.pick(certain);
  if (app.wanted === undefined) return create(app, realm, chance);
  return chance.weighted(COMMANDS)(app, realm, chance);
}

type OfApp = (app: AppBooks, realm: Realm, chance: Chance) => Command;

const create: OfApp = (app, realm, chance) => {
  const wanted = newWanted(realm, chance);
  return {
    kind: 'create',
    method: 'POST',
    ...perhapsForced('/v2/apps', chance),
    body: realm.definitions.of(app.id, wanted.edition, wanted.instances, chance),
    effects: new Map([[app, () => wanted]]),
    replacesTasks: true,
  };
};

const replace: OfApp = (app, realm, chance) => ({
  ...create(app, realm, chance),
  kind: 'replace',
  method: 'PUT',
  ...perhapsForced(`/v2/apps${app.id}`, chance),
});

const update: OfApp = (app, { definitions }, chance) => {
  const edition = definitions.newEdition();
  return {
    kind: 'update',
    method: 'PATCH',
    ...perhapsForced(`/v2/apps${app.id}`, chance),
    body: { env: { TORTURE_EDITION: String(edition) } },
    effects: new Map([[app, (before) => before && { ...before, edition }]]),
    replacesTasks: true,
  };
};

const scale: OfApp = (app, { mostInstances }, chance) => {
  const instances = chance.between(0, mostInstances);
  return {
    kind: 'scale',
    method: 'PUT',
    // Never forced: that would end an upgrade in the middle, and leave tasks of two editions.
    path: `/v2/apps${app.id}`,
    cancels: false,
    body: { instances },
    effects: new Map([[app, (before) => before && { ...before, instances }]]),
    replacesTasks: false,
  };
};

const restart: OfApp = (app, _realm, chance) => ({
  kind: 'restart',
  method: 'POST',
  ...perhapsForced(`/v2/apps${app.id}/restart`, chance),
  effects: new Map([[app, KEEP]]),
  replacesTasks: true,
});

const kill: OfApp = (app) => ({
  kind: 'kill tasks',
  method: 'DELETE',
  path: `/v2/apps${app.id}/tasks`,
  cancels: false,
  effects: new Map([[app, KEEP]]),
  replacesTasks: false,
  kills: app,
});

const remove: OfApp = (app) => ({
  kind: 'delete',
  method: 'DELETE',
  // Forced unless it says otherwise.
  path: `/v2/apps${app.id}`,
  cancels: true,
  effects: new Map([[app, REMOVE]]),
  replacesTasks: false,
});

const COMMANDS: readonly (readonly [OfApp, number])[] = [
  [scale, 5],
  [update, 3],
  [replace, 2],
  [restart, 2],
  [kill, 2],
  [remove, 2],
];

/** All apps of the group get new definitions at once; those that are absent are created. */
function changeGroup(realm: Realm, chance: Chance): Command {
  const planned = realm.apps.map((app) => ({ app, wanted: newWanted(realm, chance) }));
  const definitionOf = ({ app, wanted }: (typeof planned)[number]) =>
    realm.definitions.of(app.id, wanted.edition, wanted.instances, chance);
  return {
    kind: 'change group',
    method: 'PUT',
    ...perhapsForced(`/v2/groups${realm.group}`, chance),
    body: { apps: planned.map(definitionOf) },
    effects: new Map(planned.map(({ app, wanted }) => [app, () => wanted])),
    replacesTasks: true,
  };
}

function removeGroup({ group, apps }: Realm): Command {
  return {
    kind: 'delete group',
    method: 'DELETE',
    path: `/v2/groups${group}?force=true`,
    cancels: true,
    effects: new Map(apps.map((app) => [app, REMOVE])),
    replacesTasks: false,
  };
}

const newWanted = ({ definitions, mostInstances }: Realm, chance: Chance) => ({
  edition: definitions.newEdition(),
  instances: chance.between(0, mostInstances),
});

/** Most changes override a deployment that is under way. */
function perhapsForced(path: string, chance: Chance): Pick<Command, 'path' | 'cancels'> {
  const cancels = !chance.oneIn(3);
  return { path: cancels ? `${path}?force=true` : path, cancels };
}
