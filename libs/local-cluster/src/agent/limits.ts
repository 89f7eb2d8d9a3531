import type { TaskInfo } from '#mesos';

/** The limit that a task names for a resource: a number, or `infinite`; nothing when it names none (C§12). */
export function limitOf({ limits }: TaskInfo, name: 'cpus' | 'mem'): number | 'infinite' | undefined {
  const limit = limits?.[name]?.value;
  if (limit === undefined) return undefined;
  return typeof limit === 'number' && Number.isFinite(limit) ? limit : 'infinite';
}

const bytesPerMegabyte = 1024 ** 2;
/** The reference's executors need this much themselves. */
const leastMegabytes = 32;

/** How much resident memory a process with a limit of its own may use (spec/local-cluster.md §19.1). */
export function memoryLimitBytesOf(task: TaskInfo): number | undefined {
  const limit = limitOf(task, 'mem');
  return typeof limit === 'number' ? Math.max(leastMegabytes, limit) * bytesPerMegabyte : undefined;
}
