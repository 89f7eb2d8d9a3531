import { listParam, type Query } from '../paths/query.js';

/** Computed parts of an app object; a set of them is the sum of its members. */
export const Embed = {
  counts: 1,
  deployments: 2,
  tasks: 4,
  lastTaskFailure: 8,
  readiness: 16,
  taskStats: 32,
} as const;

/** A set of {@link Embed} parts. */
export type EmbedSet = number;

/** What `GET /v2/apps` always shows (`spec/rest-api.md` §7.2). */
export const LIST_EMBEDS: EmbedSet = Embed.counts | Embed.deployments;

/** What `GET /v2/apps/{id}` always shows (§7.7). */
export const SINGLE_EMBEDS: EmbedSet = Embed.counts | Embed.deployments | Embed.tasks | Embed.lastTaskFailure;

const BY_NAME: ReadonlyMap<string, EmbedSet> = new Map<string, EmbedSet>([
  ['tasks', Embed.tasks | Embed.deployments],
  ['deployments', Embed.deployments],
  ['counts', Embed.counts],
  ['lastTaskFailure', Embed.lastTaskFailure],
  ['readiness', Embed.readiness],
  ['taskStats', Embed.taskStats],
  ['failures', Embed.tasks | Embed.lastTaskFailure | Embed.deployments],
]);

const PREFIX = /^(?:group\.apps|apps|app)\./;

/** The parts that the `embed` parameters ask for, with optional prefixes; unknown values are ignored (§7.1). */
export function embedsOf(query: Query): EmbedSet {
  return listParam(query, 'embed').reduce(
    (set, value) => set | (BY_NAME.get(value.replace(PREFIX, '')) ?? 0),
    0,
  );
}

/** The parts of a group, and of the apps in it, that a read shows (§9.2). */
export interface GroupEmbeds {
  readonly groups: boolean;
  readonly apps: boolean;
  readonly ofApps: EmbedSet;
}

const OF_APPS = 'group.apps.';

/** Without any `embed` a group shows everything in it, otherwise exactly what is asked for; prefixes count here. */
export function groupEmbedsOf(query: Query): GroupEmbeds {
  const values = listParam(query, 'embed');
  if (values.length === 0) return { groups: true, apps: true, ofApps: 0 };
  return {
    groups: values.includes('group.groups'),
    apps: values.includes('group.apps'),
    ofApps: values.reduce(
      (set, value) => set | (value.startsWith(OF_APPS) ? (BY_NAME.get(value.slice(OF_APPS.length)) ?? 0) : 0),
      0,
    ),
  };
}

export const embeds = (set: EmbedSet, part: EmbedSet): boolean => (set & part) !== 0;
