import { spawn, type ChildProcess } from 'node:child_process';
import { ContainerChecks } from './checks/container-checks.js';
import { ContainerJournal } from './container-journal.js';
import { AttachedClient } from './engine/attached-client.js';
import { EngineStopper } from './engine/engine-stopper.js';
import { EngineView } from './engine/engine-view.js';
import { errorText, isForkFailure } from './exec-error.js';
import type { MemoryGuard } from './memory-guard.js';
import { findProcess } from './process-table.js';
import type { SessionSweeper, TreeSignaller } from './process-tree.js';
import type { ContainerEvent, ContainerSpec, NumberedEvent } from './protocol.js';
import { TaskOutput } from './task-output.js';

/** What containers of one supervisor share. */
export interface ContainerSurroundings {
  readonly bootId: string;
  readonly nowMs: () => number;
  readonly signaller: TreeSignaller;
  readonly sweeper: SessionSweeper;
  readonly memoryGuard: MemoryGuard;
  /** Tells the agent, if one is connected. The event is durable by then. */
  readonly announce: (containerId: string, event: NumberedEvent) => void;
  /** The journal cannot be written. */
  readonly onWriteFailure: (containerId: string, error: unknown) => void;
  /** What could not be written is written now. */
  readonly onWriteRecovery: (containerId: string) => void;
  /** What is said to the task cannot be written into its sandbox. */
  readonly onOutputFailure: (containerId: string, error: unknown) => void;
}

/** How long what a politely killed process leaves behind may go on cleaning up. */
const leftoverGraceMs = 800;

/** SIGKILL is repeated at this interval until the process is gone. */
const killRepeatMs = 1_000;

/** One supervised process: its start, its end, its killing, and the log of all that. */
export class Container {
  /** Announced, but not yet known to be durable at the agent. Replayed to a new connection. */
  private unacknowledged: NumberedEvent[] = [];
  private unwritten: NumberedEvent[] = [];
  private lastSeq = 0;
  private isWriting = false;
  private isRecorded = false;
  private hasEnded = false;

  private pid: number | undefined;
  private startTime: string | undefined;
  private startedAtMs = 0;
  private isStarted = false;
  private killTimer: NodeJS.Timeout | undefined;
  private completionTimer: NodeJS.Timeout | undefined;
  private killStartedAtMs: number | undefined;
  private killDeadlineMs = Infinity;
  private checks: ContainerChecks | undefined;
  private readonly journal: ContainerJournal;
  private readonly output: TaskOutput;
  /** For a container of an engine: ends it in the place of signals. */
  private readonly stopper: EngineStopper | undefined;
  private readonly client: AttachedClient | undefined;

  constructor(
    private readonly spec: ContainerSpec,
    private readonly around: ContainerSurroundings,
  ) {
    this.journal = new ContainerJournal(spec.stateDirectory, {
      failed: (error) => around.onWriteFailure(spec.containerId, error),
      recovered: () => around.onWriteRecovery(spec.containerId),
    });
    this.output = new TaskOutput(spec, (error) => around.onOutputFailure(spec.containerId, error));
    if (spec.engine === undefined) return;
    this.stopper = new EngineStopper(spec.engine, spec.environment);
    this.client = new AttachedClient(new EngineView(spec.engine, spec.environment));
  }

  get id(): string {
    return this.spec.containerId;
  }

  /** Ended, and the end is on disk. */
  get isEndWritten(): boolean {
    return this.hasEnded && !this.isWriting;
  }

  /** Ended, and the agent knows: nothing is left to do or to tell. */
  get isDone(): boolean {
    return this.isEndWritten && this.unacknowledged.length === 0;
  }

  /** Pid of the running process. */
  get runningPid(): number | undefined {
    return this.hasEnded ? undefined : this.pid;
  }

  start(): void {
    this.isStarted = true;
    this.startedAtMs = this.around.nowMs();
    let child: ChildProcess;
    try {
      child = this.spawn(this.spec);
    } catch (error) {
      this.end({ type: 'failed', message: `Failed to start the process: ${errorText(error)}` });
      return;
    }
    child.once('error', (error) => {
      if (child.pid === undefined) this.notExecuted(error);
    });
    if (child.pid === undefined) return;
    child.once('exit', (code, signal) => this.exited(code, signal));
    this.pid = child.pid;
    this.startTime = findProcess(child.pid)?.startTime;
    this.emit({ type: 'starting', pid: this.pid });
    this.emit({ type: 'running', pid: this.pid, startTime: this.startTime });
    this.armCompletionTimer();
    this.guardMemory(child.pid);
    this.checks = this.startChecks();
    if (this.killDeadlineMs !== Infinity) this.beginKill();
  }

  /**
   * SIGTERM now, SIGKILL after the grace period; a further call can only shorten the wait (§13.2). A container of an
   * engine is stopped by it, and each further call counts from its own time (§17.4).
   */
  kill(graceMs: number): void {
    if (this.hasEnded) return;
    const nowMs = this.around.nowMs();
    this.killDeadlineMs =
      this.stopper === undefined
        ? Math.min(this.killDeadlineMs, (this.killStartedAtMs ?? nowMs) + graceMs)
        : nowMs + graceMs;
    if (!this.isStarted) return;
    if (this.killStartedAtMs === undefined) this.beginKill();
    else if (this.stopper !== undefined) this.stopper.stop(graceMs);
    else this.armKillTimer();
  }

  /** SIGKILL now. */
  destroy(): void {
    if (this.hasEnded) return;
    this.killDeadlineMs = 0;
    if (this.isStarted) this.escalate();
  }

  acknowledge(seq: number): void {
    this.unacknowledged = this.unacknowledged.filter((event) => event.seq > seq);
  }

  /** Everything the agent has not acknowledged, oldest first. */
  replay(): void {
    for (const event of this.unacknowledged) this.around.announce(this.id, event);
  }

  private spawn({ file, argv }: Pick<ContainerSpec, 'file' | 'argv'>): ChildProcess {
    const { environment, directory, user } = this.spec;
    const start = (stdio: number[]): ChildProcess =>
      spawn(file, argv.slice(1), {
        argv0: argv[0],
        cwd: directory,
        env: environment,
        // A session of its own: pid, process group and session id of the task are one number.
        detached: true,
        stdio,
        uid: user?.uid,
        gid: user?.gid,
      });
    return this.pid === undefined ? this.output.forTask(start) : this.output.forRunningTask(start);
  }

  /** The reference starts an executor that then fails to execute the file: RUNNING, then exit status 1 (§12). */
  private notExecuted(error: Error): void {
    if (isForkFailure(error)) {
      this.end({ type: 'failed', message: `Failed to fork: ${errorText(error)}` });
      return;
    }
    if (this.stopper !== undefined) {
      this.end({ type: 'failed', message: `${this.spec.file}: ${errorText(error)}` });
      return;
    }
    this.output.complain(`Failed to execute '${this.spec.file}': ${errorText(error)}`);
    this.emit({ type: 'starting' });
    this.emit({ type: 'running' });
    this.end({ type: 'exited', code: 1 });
  }

  private startChecks(): ContainerChecks {
    const checks = new ContainerChecks(this.spec, {
      nowMs: this.around.nowMs,
      emit: (event) => this.emit(event),
      endTree: (pid) => this.around.signaller.signal(pid, 'SIGKILL'),
      sweep: (session, startTime) => this.around.sweeper.add(session, startTime, 0),
      output: this.output,
      kill: (graceMs) => this.kill(graceMs),
    });
    checks.start();
    return checks;
  }

  private beginKill(): void {
    this.checks?.stop();
    this.killStartedAtMs = this.around.nowMs();
    this.emit({ type: 'killing' });
    if (this.stopper !== undefined) {
      this.stopper.stop(Math.max(0, this.killDeadlineMs - this.killStartedAtMs));
      return;
    }
    if (this.pid !== undefined) this.around.signaller.signal(this.pid, 'SIGTERM');
    this.armKillTimer();
  }

  private armKillTimer(): void {
    clearTimeout(this.killTimer);
    const remainingMs = Math.max(0, this.killDeadlineMs - this.around.nowMs());
    this.killTimer = setTimeout(() => this.escalate(), remainingMs);
  }

  private escalate(): void {
    this.checks?.stop();
    clearTimeout(this.killTimer);
    if (this.stopper !== undefined) this.stopper.kill();
    else if (this.pid !== undefined) this.around.signaller.signal(this.pid, 'SIGKILL');
    this.killTimer = setTimeout(() => this.escalate(), killRepeatMs);
  }

  private armCompletionTimer(): void {
    const { maxCompletionMs } = this.spec;
    if (maxCompletionMs === undefined) return;
    this.completionTimer = setTimeout(() => {
      this.emit({ type: 'overdue' });
      this.escalate();
    }, maxCompletionMs);
  }

  private guardMemory(pid: number): void {
    const { memoryLimitBytes } = this.spec;
    if (memoryLimitBytes === undefined) return;
    this.around.memoryGuard.watch(pid, memoryLimitBytes, (usedBytes) => {
      this.emit({ type: 'limitation', usedBytes });
      this.escalate();
    });
  }

  private exited(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.pid !== undefined) {
      this.around.memoryGuard.release(this.pid);
      const isPolite = this.killStartedAtMs !== undefined && signal !== 'SIGKILL';
      this.around.sweeper.add(this.pid, this.startTime, isPolite ? leftoverGraceMs : 0);
    }
    if (this.client !== undefined && signal === null && !this.client.isTelling(code)) {
      void this.follow(this.client, code);
      return;
    }
    this.end({ type: 'exited', code: code ?? undefined, signal: signal ?? undefined });
    // Somebody ended the client alone: its container would go on unseen.
    if (signal !== null) this.stopper?.killRemains();
  }

  /** The client has ended, maybe without its container: what became of that, only the engine knows (§17.4). */
  private async follow(client: AttachedClient, code: number | null): Promise<void> {
    const fate = await client.fate(code);
    if (fate.kind === 'ended') {
      this.end({ type: 'exited', code: fate.code });
      return;
    }
    const successor = await client.successor();
    try {
      const child = this.spawn(successor);
      this.pid = child.pid;
      this.startTime = child.pid === undefined ? undefined : findProcess(child.pid)?.startTime;
      child.once('exit', (status, signal) => this.exited(status, signal));
      child.once('error', () => (child.pid === undefined ? void this.follow(client, code) : undefined));
    } catch (error) {
      this.output.complain(`Cannot attach to the container: ${errorText(error)}`);
      void this.follow(client, code);
    }
  }

  private end(event: ContainerEvent): void {
    this.checks?.stop();
    this.stopper?.cancel();
    clearTimeout(this.killTimer);
    clearTimeout(this.completionTimer);
    this.hasEnded = true;
    this.emit(event);
  }

  private emit(event: ContainerEvent): void {
    this.lastSeq += 1;
    this.unwritten.push({ seq: this.lastSeq, event });
    if (this.isWriting) return;
    this.isWriting = true;
    void this.writeOut();
  }

  /** Disk first, then the agent; what arrives meanwhile goes with the next round. */
  private async writeOut(): Promise<void> {
    // The events of one start come in one turn: let them share a write.
    await Promise.resolve();
    while (this.unwritten.length > 0) {
      const events = this.unwritten;
      this.unwritten = [];
      await this.write(events);
      this.unacknowledged.push(...events);
      for (const event of events) this.around.announce(this.id, event);
    }
    this.isWriting = false;
  }

  private async write(events: readonly NumberedEvent[]): Promise<void> {
    if (!this.isRecorded) {
      const { spec, pid, startTime, startedAtMs } = this;
      const { bootId } = this.around;
      await this.journal.writeRecord({
        spec,
        pid,
        startTime,
        startedAtMs,
        bootId,
        supervisorPid: process.pid,
      });
      this.isRecorded = true;
    }
    await this.journal.append(events);
  }
}
