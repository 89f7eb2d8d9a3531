import type { Call } from '../command-line/command.js';
import { CliError, EXIT, type ExitCode } from '../errors.js';
import { pathOf } from '../http/api.js';
import { confirmed } from './confirm.js';
import { absoluteId, atQuery } from './ids.js';
import { deploy, forceQuery } from './submit.js';
import { showTasks, type TaskView } from './tasks-view.js';

export async function listTasks(call: Call): Promise<ExitCode> {
  const { api, input, screen, io } = call;
  const app = input.optional('APP');
  const path = app === undefined ? '/v2/tasks' : pathOf('/v2/apps', absoluteId(app), 'tasks');
  const { text } = await api.send({ method: 'GET', path, query: atQuery(call) });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const { tasks } = JSON.parse(text) as { tasks: readonly TaskView[] };
  if (tasks.length === 0) screen.note('there are no tasks');
  else showTasks(screen, tasks, io.nowMs());
  return EXIT.ok;
}

/** Kills tasks: their apps start others, unless they are scaled down with them. */
export async function killTasks(call: Call): Promise<ExitCode> {
  const { api, input, screen } = call;
  const ids = input.rest('ID');
  const [scale, wipe] = [input.flag('scale'), input.flag('wipe')];
  if (
    !(await confirmed(call, `Kill ${ids.length === 1 ? ids[0] : `${ids.length} tasks`}?`, {
      otherwise: true,
    }))
  ) {
    return EXIT.failed;
  }
  const query = { ...(scale ? { scale } : {}), ...(wipe ? { wipe } : {}), ...forceQuery(call) };
  const request = { method: 'POST', path: '/v2/tasks/delete', query, body: { ids } } as const;
  if (scale) return deploy(call, { request, done: `kills ${ids.join(', ')} and scales down` });
  const { text } = await api.send(request);
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const killed = new Set((JSON.parse(text) as { tasks?: readonly TaskView[] }).tasks?.map(({ id }) => id));
  for (const id of ids) if (killed.has(id)) screen.line(`kills ${id}`);
  const unknown = ids.filter((id) => !killed.has(id));
  if (unknown.length > 0) throw new CliError(`there is no such task: ${unknown.join(', ')}`);
  return EXIT.ok;
}
