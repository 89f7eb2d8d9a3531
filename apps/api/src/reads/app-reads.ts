import { formatTimestamp, parseTimestamp } from '#domain';
import { qualityOf } from '../paths/accept.js';
import type { ReadableAppPath } from '../paths/app-path.js';
import { booleanParam, type Query } from '../paths/query.js';
import { appTasks, below, groupExists, instancesBelow, writeApps } from '../projection/app-queries.js';
import { errorAnswer, JSON_TYPE, jsonAnswer, valueAnswer, type Answer } from '../wire/answer.js';
import { writeAppJson } from '#bus-events';
import { embedsOf, SINGLE_EMBEDS } from '../wire/embeds.js';
import { appNotFound, groupNotFound, versionNotFound } from '../wire/not-found.js';
import { isListed, writeTaskJson } from '../wire/task-json.js';
import { TEXT_TYPE, textTasksAnswer, wantsText } from '../wire/text-answer.js';
import type { Moment } from './moment.js';

/** Reads of single apps, globs, versions and tasks (`spec/rest-api.md` §7.7, §7.10, §8). */
export function answerAppRead(
  moment: Moment,
  path: ReadableAppPath,
  { query, accept }: { readonly query: Query; readonly accept: string | undefined },
): Answer {
  const producible = path.kind === 'tasks' ? [JSON_TYPE, TEXT_TYPE] : [JSON_TYPE];
  if (producible.every((type) => qualityOf(accept, type) === 0)) return errorAnswer(406, 'Not Acceptable');
  switch (path.kind) {
    case 'app':
      return app(moment, path.appId, query);
    case 'glob':
      return appsBelow(moment, path.groupId, query);
    case 'versions':
      return versions(moment, path.appId, query);
    case 'version':
      return version(moment, path.appId, path.version);
    case 'tasks':
      return wantsText(accept) ? textTasks(moment, path.appId, query) : tasks(moment, path.appId);
    case 'globTasks':
      return tasksBelow(moment, path.groupId);
  }
}

function app({ model: { state, fragments }, nowMs }: Moment, appId: string, query: Query): Answer {
  const found = state.apps.get(appId);
  if (found === undefined) return appNotFound(appId);
  return jsonAnswer(200, `{"app":${fragments.info(found, SINGLE_EMBEDS | embedsOf(query), nowMs)}}`);
}

function appsBelow({ model, nowMs }: Moment, groupId: string, query: Query): Answer {
  if (!groupExists(model, groupId)) return groupNotFound(groupId);
  const printing = { embeds: SINGLE_EMBEDS | embedsOf(query), nowMs };
  return jsonAnswer(200, `{"*":[${writeApps(model, below(groupId), printing)}]}`);
}

/** The newest `--zk_max_versions`, or with `?all=true` everything retained (`spec/operations.md` §18.3). */
function versions({ model: { state }, listedVersions }: Moment, appId: string, query: Query): Answer {
  if (!state.apps.has(appId)) return appNotFound(appId);
  const retained = state.versions.list(appId);
  const listed = booleanParam(query, 'all', false) ? retained : retained.slice(0, listedVersions);
  return valueAnswer({ versions: listed });
}

function version({ model: { state } }: Moment, appId: string, text: string): Answer {
  const instant = parseTimestamp(text);
  if (instant === undefined) {
    const message = `Invalid timestamp provided '${text}'. Expecting ISO-8601 datetime string.`;
    return errorAnswer(422, message);
  }
  const wanted = formatTimestamp(instant);
  const found = state.versions.get(appId, wanted);
  return found === undefined ? versionNotFound(appId, wanted) : jsonAnswer(200, writeAppJson(found));
}

function tasks({ model: { state } }: Moment, appId: string): Answer {
  if (!state.apps.has(appId)) return appNotFound(appId);
  return tasksAnswer(state.instances.of(appId));
}

function textTasks({ model }: Moment, appId: string, query: Query): Answer {
  if (!model.state.apps.has(appId)) return appNotFound(appId);
  return textTasksAnswer(
    appTasks(model, ({ id }) => id === appId),
    query,
  );
}

function tasksBelow({ model }: Moment, groupId: string): Answer {
  return groupExists(model, groupId) ? tasksAnswer(instancesBelow(model, groupId)) : groupNotFound(groupId);
}

function tasksAnswer(instances: readonly Parameters<typeof writeTaskJson>[0][]): Answer {
  const written = instances.filter(isListed).map((instance) => writeTaskJson(instance));
  return jsonAnswer(200, `{"tasks":[${written.join(',')}]}`);
}
