import { qualityOf } from '../paths/accept.js';
import { textParam, type Query } from '../paths/query.js';
import { JSON_TYPE, type Answer } from './answer.js';
import { writeTextTasks, type AppTasks } from './text-tasks.js';

export const TEXT_TYPE = 'text/plain';

/** The text list is for clients that like it better than JSON (`spec/rest-api.md` §8.4). */
export const wantsText = (accept: string | undefined): boolean =>
  qualityOf(accept, TEXT_TYPE) > qualityOf(accept, JSON_TYPE);

/** The tab-separated task list, with container addresses of the networks that `containerNetworks` names. */
export function textTasksAnswer(apps: readonly AppTasks[], query: Query): Answer {
  const networks = (textParam(query, 'containerNetworks') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return { status: 200, contentType: TEXT_TYPE, body: writeTextTasks(apps, networks) };
}
