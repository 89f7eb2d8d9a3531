import { addResources, scalarResource, type CommandInfo, type ExecutorInfo } from '#mesos';
import type { TaskRun } from './runs.js';

/** What the reference adds to a command task for its executor; counts for limits only (spec/local-cluster.md §8.1). */
const overhead = [scalarResource('cpus', 0.1), scalarResource('mem', 32)];

/** Longer commands are cut in the executor's name. */
const longestCommand = 15;

/** The executor of a command task, as the reference names and equips it. */
export function commandExecutorInfo(run: TaskRun): ExecutorInfo {
  const { task, taskId, framework } = run;
  const allocation = task.resources?.[0]?.allocation_info;
  const own = overhead.map((resource) => ({ ...resource, allocation_info: allocation }));
  return {
    executor_id: { value: run.id.executorId },
    framework_id: { value: framework.id },
    name: `Command Executor (Task: ${taskId}) (Command: ${commandLine(task.command ?? {})})`,
    source: taskId,
    resources: addResources(task.resources ?? [], own),
  };
}

function commandLine(command: CommandInfo): string {
  const { value, shell, arguments: argv = [] } = command;
  if (shell === false) {
    return value === undefined ? 'NO EXECUTABLE' : `'${shorten([value, ...argv].join(' '))}'`;
  }
  return value === undefined ? 'NO COMMAND' : `sh -c '${shorten(value)}'`;
}

function shorten(text: string): string {
  return text.length > longestCommand ? `${text.slice(0, longestCommand - 3)}...` : text;
}
