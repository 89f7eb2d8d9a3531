import { listParam, type Query } from '../paths/query.js';
import { appTasks, everyApp, writeAllTasks } from '../projection/app-queries.js';
import { jsonAnswer, type Answer } from '../wire/answer.js';
import { textTasksAnswer, wantsText } from '../wire/text-answer.js';
import type { Moment } from './moment.js';

/** Values of `status` and the conditions they select (`spec/rest-api.md` §8.3). */
const CONDITIONS: ReadonlyMap<string, string> = new Map([
  ['running', 'Running'],
  ['staging', 'Staging'],
]);

/** `GET /v2/tasks`, as JSON or as text (`spec/rest-api.md` §8.3, §8.4). */
export function answerTasksRead(
  { model }: Moment,
  { query, accept }: { readonly query: Query; readonly accept: string | undefined },
): Answer {
  if (wantsText(accept)) return textTasksAnswer(appTasks(model, everyApp), query);
  const conditions = [...listParam(query, 'status'), ...listParam(query, 'status[]')].flatMap(
    (status) => CONDITIONS.get(status.toLowerCase()) ?? [],
  );
  return jsonAnswer(200, `{"tasks":[${writeAllTasks(model, new Set(conditions))}]}`);
}
