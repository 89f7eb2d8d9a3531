import { scalarResource, type TaskInfo, type TaskStatus } from '#mesos';
import { memoryLimitBytesOf } from '../limits.js';

const bytesPerMegabyte = 1024 ** 2;

/** What a status says of a task that used more memory than its limit (spec/local-cluster.md §14). */
export function memoryLimitationOf(
  task: TaskInfo,
  usedBytes: number,
): Required<Pick<TaskStatus, 'message' | 'limitation'>> {
  const limitMb = Math.floor((memoryLimitBytesOf(task) ?? 0) / bytesPerMegabyte);
  const usedMb = Math.floor(usedBytes / bytesPerMegabyte);
  return {
    message:
      `Memory limit exceeded: Requested: ${limitMb}MB Maximum Used: ${usedMb}MB\n\n` +
      `MEMORY STATISTICS: \nrss ${usedBytes}\n`,
    limitation: { resources: [scalarResource('mem', usedMb)] },
  };
}
