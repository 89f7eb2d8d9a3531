import { formatTimestamp, parseTimestamp } from '#domain';
import type { GroupPath } from '../paths/group-path.js';
import { booleanParam, type Query } from '../paths/query.js';
import { below, writeApps } from '../projection/app-queries.js';
import { errorAnswer, jsonAnswer, valueAnswer, type Answer } from '../wire/answer.js';
import { groupEmbedsOf, type GroupEmbeds } from '../wire/embeds.js';
import { formerTree, presentTree, writeGroupJson } from '../wire/group-json.js';
import { unknownGroup } from '../wire/not-found.js';
import type { Moment } from './moment.js';

/** Reads of groups and their versions (`spec/rest-api.md` §9.2, §9.3, §9.8). */
export function answerGroupRead(moment: Moment, path: GroupPath, query: Query): Answer {
  switch (path.kind) {
    case 'group':
      return group(moment, path.groupId, groupEmbedsOf(query));
    case 'apps':
      return apps(moment, path.groupId, groupEmbedsOf(query));
    case 'versions':
      return versions(moment, path.groupId, query);
    case 'version':
      return version(moment, path, groupEmbedsOf(query));
  }
}

function group({ model: { state, fragments }, nowMs }: Moment, groupId: string, embeds: GroupEmbeds): Answer {
  const found = state.groups.get(groupId);
  if (found === undefined) return unknownGroup(groupId);
  const tree = presentTree(state, (appId) => {
    const app = state.apps.get(appId);
    // The index of the tree and the apps change together.
    return app === undefined ? '' : fragments.info(app, embeds.ofApps, nowMs);
  });
  return jsonAnswer(200, writeGroupJson(tree, found, embeds));
}

/** Every app below the group, at any depth; none below a group that does not exist. */
function apps({ model, nowMs }: Moment, groupId: string, { ofApps }: GroupEmbeds): Answer {
  return jsonAnswer(200, `[${writeApps(model, below(groupId), { embeds: ofApps, nowMs })}]`);
}

/** The newest `--zk_max_versions`, or with `?all=true` everything retained (`spec/operations.md` §18.3). */
function versions({ model: { state }, listedVersions }: Moment, groupId: string, query: Query): Answer {
  if (!state.groups.has(groupId)) return unknownGroup(groupId);
  const retained = state.groupVersions(groupId);
  return valueAnswer(booleanParam(query, 'all', false) ? retained : retained.slice(0, listedVersions));
}

function version(
  { model: { state } }: Moment,
  { groupId, version: text }: Extract<GroupPath, { readonly kind: 'version' }>,
  embeds: GroupEmbeds,
): Answer {
  const instant = parseTimestamp(text);
  if (instant === undefined) {
    const message = `Invalid timestamp provided '${text}'. Expecting ISO-8601 datetime string.`;
    return errorAnswer(422, message);
  }
  const wanted = formatTimestamp(instant);
  const subtree = state.subtreeAt(groupId, wanted);
  const found = subtree?.groups.get(groupId);
  if (subtree === undefined || found === undefined) return unknownGroup(groupId);
  return jsonAnswer(200, writeGroupJson(formerTree(subtree, wanted), found, embeds));
}
