import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './eventually.js';

/** A process of this machine as `/proc` shows it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parentPid: number;
  readonly commandLine: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Whether the process exists and is more than a zombie. */
export function isAlive(pid: number): boolean {
  const state = readProc(pid, 'stat')?.replace(/^.*\) /s, '')[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Waits until the processes are gone. */
export async function gone(pids: readonly number[]): Promise<void> {
  await eventually(() => !pids.some(isAlive), { what: `the end of processes ${pids.join(', ')}` });
}

/**
 * The process a task was started as, by task id: of all processes that carry the task's environment the one whose
 * parent does not.
 */
export function taskRoots(dataDir: string): Map<string, ProcessInfo> {
  const members = processesOf(dataDir).filter(
    ({ environment }) => environment['MESOS_TASK_ID'] !== undefined,
  );
  const byPid = new Map(members.map((info) => [info.pid, info]));
  const roots = new Map<string, ProcessInfo>();
  for (const info of members) {
    const id = info.environment['MESOS_TASK_ID']!;
    if (byPid.get(info.parentPid)?.environment['MESOS_TASK_ID'] === id) continue;
    const other = roots.get(id);
    if (other !== undefined) throw new Error(`task ${id} runs twice: pids ${other.pid} and ${info.pid}`);
    roots.set(id, info);
  }
  return roots;
}

/** Pids of tasks by task id. */
export function taskPids(dataDir: string): Record<string, number> {
  return Object.fromEntries([...taskRoots(dataDir)].map(([id, { pid }]) => [id, pid]));
}

/** All living processes that belong to a data directory: supervisors, fetchers, tasks and what they started. */
export function processesOf(dataDir: string): ProcessInfo[] {
  const found: ProcessInfo[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || !isAlive(pid)) continue;
    const environment = readEnvironment(pid);
    const commandLine = readProc(pid, 'cmdline')?.replaceAll('\0', ' ').trim() ?? '';
    const isOurs =
      commandLine.includes(`${dataDir}/`) || environment['MESOS_SANDBOX']?.startsWith(`${dataDir}/`) === true;
    if (isOurs) found.push({ pid, parentPid: parentOf(pid), commandLine, environment });
  }
  return found;
}

/** Ends whatever is still there of a data directory, supervisors first so that nobody notices or replaces. */
export async function endStrays(dataDir: string): Promise<void> {
  await eventually(
    () => {
      const strays = processesOf(dataDir);
      for (const { pid } of strays) signal(pid, 'SIGKILL');
      return strays.length === 0;
    },
    { what: `the end of all processes of ${dataDir}` },
  );
}

/** Sends a signal; a process that is gone already is no failure. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readEnvironment(pid: number): Record<string, string> {
  const entries = readProc(pid, 'environ')?.split('\0') ?? [];
  return Object.fromEntries(
    entries
      .filter((entry) => entry.includes('='))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

/** The parent's pid; the command in parentheses before it may hold anything. */
function parentOf(pid: number): number {
  return Number(
    readProc(pid, 'stat')
      ?.replace(/^.*\) /s, '')
      .split(' ')[1] ?? 0,
  );
}

/** A file of the process, or `undefined` when the process has gone or may not be looked at. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return undefined;
    throw error;
  }
}
