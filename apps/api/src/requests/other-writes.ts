import type { ApiCommand } from '#domain';
import { booleanParam } from '../paths/query.js';
import type { Answer } from '../wire/answer.js';
import { DeleteTasksBody } from '../controllers/bodies/delete-tasks-body.js';
import { killCommand } from './kill-command.js';
import { validateBody } from '../controllers/bodies/validate-body.js';
import type { WriteRequest } from './write-request.js';

/** The command behind `POST /v2/tasks/delete` (`spec/rest-api.md` §8.5), or the answer to one that has none. */
export function tasksDelete({ query, body }: WriteRequest): ApiCommand | Answer {
  const json = body();
  if (!json.ok) return json.answer;
  const valid = validateBody(DeleteTasksBody, json.value);
  return valid.ok ? killCommand({ taskIds: valid.value.ids }, query) : valid.answer;
}

/** The command behind `DELETE /v2/deployments/{id}` (§11.2). */
export function deploymentCancel({ rest, query }: WriteRequest): ApiCommand {
  return { type: 'CancelDeployment', deploymentId: rest, force: booleanParam(query, 'force', false) };
}
