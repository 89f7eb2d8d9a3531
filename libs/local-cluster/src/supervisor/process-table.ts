import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** One process as the kernel shows it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly session: number;
  /** Dead but not yet reaped by its parent: it can neither run nor be killed. */
  readonly isZombie: boolean;
  /** Opaque token that tells two processes with the same pid apart. */
  readonly startTime: string;
}

const hasProc = existsSync('/proc/self/stat');

/** All processes of the machine: `/proc`, or `ps` where there is none (spec/local-cluster.md §13.2). */
export function readProcessTable(): ProcessEntry[] {
  if (!hasProc) return readWithPs(['-A']);
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const entry = readProcEntry(Number(name));
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** The process with this pid, or nothing when there is none. */
export function findProcess(pid: number): ProcessEntry | undefined {
  return hasProc ? readProcEntry(pid) : readWithPs(['-p', String(pid)])[0];
}

/** Whether the very process that was seen with this start time still runs. An unknown start time matches nothing. */
export function isSameProcess(pid: number, startTime: string | undefined): boolean {
  const entry = findProcess(pid);
  return entry !== undefined && !entry.isZombie && entry.startTime === startTime;
}

function readProcEntry(pid: number): ProcessEntry | undefined {
  const stat = readTextIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command name stands in parentheses and may itself contain any character.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    session: Number(fields[3]),
    isZombie: fields[0] === 'Z' || fields[0] === 'X',
    startTime: fields[19] ?? '',
  };
}

/** Reads a file of a process that may end at any moment. */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // ENOENT and ESRCH: the process ended; EACCES: it is none of ours. Either way there is nothing to read.
    return undefined;
  }
}

function readWithPs(selection: readonly string[]): ProcessEntry[] {
  const columns = 'pid=,ppid=,pgid=,sess=,stat=,lstart=';
  let output: string;
  try {
    output = execFileSync('ps', [...selection, '-o', columns], { encoding: 'utf8' });
  } catch {
    // `ps -p` answers with status 1 when the process is gone.
    return [];
  }
  return output
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length >= 6)
    .map(([pid, ppid, pgid, session, state, ...startTime]) => ({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      session: Number(session),
      isZombie: state?.startsWith('Z') === true,
      startTime: startTime.join(' '),
    }));
}
