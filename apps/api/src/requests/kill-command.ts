import type { ApiCommand, TaskSelection } from '#domain';
import { booleanParam, type Query } from '../paths/query.js';
import { errorAnswer, type Answer } from '../wire/answer.js';

/** The command behind a task delete with its `scale`, `wipe` and `force` parameters, or why there is none (§8.5). */
export function killCommand(selection: TaskSelection, query: Query): ApiCommand | Answer {
  const scale = booleanParam(query, 'scale', false);
  const wipe = booleanParam(query, 'wipe', false);
  if (scale && wipe) return errorAnswer(400, 'You cannot use scale and wipe at the same time.');
  return scale
    ? { type: 'KillAndScale', selection, force: booleanParam(query, 'force', false) }
    : { type: 'KillTasks', selection, wipe };
}
