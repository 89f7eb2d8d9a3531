import { processesOf, type ProcessInfo } from '../support/processes.js';
import { EDITION } from './definitions.js';

/** A task as the machine has it. */
export interface LivingTask {
  readonly taskId: string;
  readonly pid: number;
  readonly appId: string;
  /** `MARATHON_APP_VERSION`. */
  readonly version: string;
  readonly edition: number;
}

const SUPERVISOR = 'supervisor/main.js';

/** All processes that were started as tasks under a directory; the same task twice if it runs twice. */
export function livingTasks(clusterDir: string): LivingTask[] {
  const members = processesOf(clusterDir).filter(({ environment }) => taskOf(environment) !== undefined);
  const byPid = new Map(members.map((info) => [info.pid, info]));
  const isRoot = ({ parentPid, environment }: ProcessInfo): boolean =>
    taskOf(byPid.get(parentPid)?.environment ?? {}) !== taskOf(environment);
  return members.filter(isRoot).map(({ pid, environment }) => ({
    taskId: taskOf(environment)!,
    pid,
    appId: environment['MARATHON_APP_ID'] ?? '',
    version: environment['MARATHON_APP_VERSION'] ?? '',
    edition: Number(environment[EDITION]),
  }));
}

/** Pids of the processes under which tasks run. */
export function supervisorPids(clusterDir: string): number[] {
  return processesOf(clusterDir)
    .filter(({ commandLine }) => commandLine.includes(SUPERVISOR))
    .map(({ pid }) => pid);
}

/** `app.instance-uuid` of `app.instance-uuid._app.3`. */
export const instanceOf = (taskId: string): string => /^.*\.instance-[0-9a-f-]+/.exec(taskId)?.[0] ?? taskId;

const taskOf = (environment: Readonly<Record<string, string>>): string | undefined =>
  environment['MESOS_TASK_ID'];
