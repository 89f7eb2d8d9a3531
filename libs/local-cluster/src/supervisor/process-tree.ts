import { readProcessTable, type ProcessEntry } from './process-table.js';

/**
 * Everything that belongs to the process `root`: closure over children of members and over members' process groups
 * and sessions (spec/local-cluster.md §13.2). `root` need not exist any more: what is left of its session counts.
 */
export function treeOf(table: readonly ProcessEntry[], root: number): ProcessEntry[] {
  const members = new Map<number, ProcessEntry>();
  const parents = new Set([root]);
  const groups = new Set([root]);
  const sessions = new Set([root]);
  for (let grew = true; grew;) {
    grew = false;
    for (const entry of table) {
      if (entry.pid <= 1 || members.has(entry.pid)) continue;
      const belongs =
        entry.pid === root ||
        parents.has(entry.ppid) ||
        groups.has(entry.pgid) ||
        sessions.has(entry.session);
      if (!belongs) continue;
      members.set(entry.pid, entry);
      parents.add(entry.pid);
      // 0 and 1 are what kernel threads, init and systems without session ids show: they bind nothing together.
      if (entry.pgid > 1) groups.add(entry.pgid);
      if (entry.session > 1) sessions.add(entry.session);
      grew = true;
    }
  }
  return [...members.values()];
}

/** Signals one process; `false` when there is no such process (or it is not ours to signal). */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Sends signals to whole process trees. Members are stopped while they are collected, then signalled, then
 * continued, so that a tree cannot outrun its killer by forking. Requests of one turn share the look at the
 * process table, which is the expensive part.
 */
export class TreeSignaller {
  private readonly requests = new Map<number, NodeJS.Signals>();

  /** Queues `signal` for the tree of `root`; a SIGKILL is never replaced by something milder. */
  signal(root: number, signal: NodeJS.Signals): void {
    if (this.requests.size === 0) setImmediate(() => this.flush());
    if (this.requests.get(root) !== 'SIGKILL') this.requests.set(root, signal);
  }

  private flush(): void {
    const requests = [...this.requests];
    this.requests.clear();
    const stopped = new Map<number, NodeJS.Signals>();
    for (let grew = true; grew;) {
      grew = false;
      const table = readProcessTable();
      for (const [root, signal] of requests) {
        for (const { pid, isZombie } of treeOf(table, root)) {
          if (isZombie || pid === process.pid || stopped.has(pid)) continue;
          stopped.set(pid, signal);
          grew = signalProcess(pid, 'SIGSTOP') || grew;
        }
      }
    }
    for (const [pid, signal] of stopped) signalProcess(pid, signal);
    for (const pid of stopped.keys()) signalProcess(pid, 'SIGCONT');
  }
}

interface Leftover {
  readonly dueMs: number;
  readonly startTime: string | undefined;
}

/** Shortest pause between two looks at what ended processes left behind. */
const sweepIntervalMs = 200;

/** Looking takes a share of the processor of at most one in this many; on large machines the pauses get longer. */
const restPerLook = 10;

/**
 * Kills what remains of the sessions of ended processes (spec/local-cluster.md §12 "Leftovers"). One look at the
 * process table serves all of them, however many end; a session is forgotten once nothing of it runs.
 */
export class SessionSweeper {
  private readonly leftovers = new Map<number, Leftover>();
  private timer: NodeJS.Timeout | undefined;
  private nextLookMs = -Infinity;

  constructor(private readonly nowMs: () => number) {}

  /** `session` is the pid of the ended session leader, `startTime` its own. */
  add(session: number, startTime: string | undefined, delayMs: number): void {
    this.leftovers.set(session, { dueMs: this.nowMs() + delayMs, startTime });
    this.arm(Math.min(delayMs, sweepIntervalMs));
  }

  get isIdle(): boolean {
    return this.leftovers.size === 0;
  }

  private arm(delayMs: number): void {
    const restMs = this.nextLookMs - this.nowMs();
    this.timer ??= setTimeout(() => this.sweep(), Math.max(delayMs, restMs));
  }

  private sweep(): void {
    this.timer = undefined;
    const startedAtMs = this.nowMs();
    const due = [...this.leftovers].filter(([, { dueMs }]) => dueMs <= startedAtMs);
    if (due.length > 0) this.look(due);
    const endedAtMs = this.nowMs();
    this.nextLookMs = endedAtMs + Math.max(sweepIntervalMs, (endedAtMs - startedAtMs) * restPerLook);
    if (this.leftovers.size > 0) this.arm(sweepIntervalMs);
  }

  private look(due: readonly (readonly [session: number, leftover: Leftover])[]): void {
    const table = readProcessTable();
    for (const [session, { startTime }] of due) {
      const leader = table.find((entry) => entry.pid === session && !entry.isZombie);
      const isReused = leader !== undefined && leader.startTime !== startTime;
      const remains = isReused ? [] : treeOf(table, session).filter((entry) => !entry.isZombie);
      for (const { pid } of remains) signalProcess(pid, 'SIGKILL');
      if (remains.length === 0) this.leftovers.delete(session);
    }
  }
}
