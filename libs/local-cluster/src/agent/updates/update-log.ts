import { join } from 'node:path';
import { AppendLog } from '../../runtime/durable-file.js';
import type { Logger } from '../../runtime/logger.js';
import type { AgentLayout } from '../layout.js';
import type { TaskRun } from '../runs.js';

/** The file `task.updates` of a run. Updates that cannot be written wait; the agent's log says that they do. */
export function updateLogOf({ id, taskId }: TaskRun, layout: AgentLayout, logger: Logger): AppendLog {
  return new AppendLog(join(layout.taskMeta(id, taskId), 'task.updates'), {
    failed: (error) => logger.error({ taskId, error: String(error) }, 'cannot checkpoint a status update'),
    recovered: () => logger.info({ taskId }, 'status updates are checkpointed again'),
  });
}
