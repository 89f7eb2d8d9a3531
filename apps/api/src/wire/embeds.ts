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

export const embeds = (set: EmbedSet, part: EmbedSet): boolean => (set & part) !== 0;
