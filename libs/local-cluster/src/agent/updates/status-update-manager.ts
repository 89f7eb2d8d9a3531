import type { TaskState } from '#mesos';
import type { Clock, Timer } from '../../runtime/clock.js';
import type { Logger } from '../../runtime/logger.js';
import type { AppendLog } from '../../runtime/durable-file.js';
import { UpdateStream, type AgentStatus, type UpdateRecord } from './update-stream.js';

/** Names a stream: task ids are unique within a framework. */
export interface TaskKey {
  readonly frameworkId: string;
  readonly taskId: string;
}

/** What the manager needs from its agent. */
export interface StatusUpdateManagerDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sends the head of a stream to the master. */
  readonly forward: (frameworkId: string, status: AgentStatus, latestState: TaskState) => void;
  /** The terminal update of the task was acknowledged. */
  readonly onClosed: (key: TaskKey) => void;
}

interface Entry {
  readonly key: TaskKey;
  readonly stream: UpdateStream;
  retry: Timer | undefined;
}

const firstRetryMs = 10_000;
const longestRetryMs = 10 * 60_000;

const nameOf = ({ frameworkId, taskId }: TaskKey): string => `${frameworkId}/${taskId}`;

/**
 * Delivers status updates reliably and in order: one outstanding per task, repeated with back-off until
 * acknowledged, across restarts of agent and master (spec/local-cluster.md §21).
 */
export class StatusUpdateManager {
  private readonly entries = new Map<string, Entry>();
  private isPaused = true;

  constructor(private readonly dependencies: StatusUpdateManagerDependencies) {}

  /** Opens the stream of a task that has a run directory; `records` is what its log holds already. */
  open(key: TaskKey, log: AppendLog | undefined, records: readonly UpdateRecord[] = []): UpdateStream {
    const stream = new UpdateStream(log);
    stream.restore(records);
    this.entries.set(nameOf(key), { key, stream, retry: undefined });
    return stream;
  }

  streamOf(key: TaskKey): UpdateStream | undefined {
    return this.entries.get(nameOf(key))?.stream;
  }

  /**
   * Takes an update and resolves once it is on disk, however long the disk is full. Without an open stream one is
   * kept in memory.
   */
  async update(key: TaskKey, status: AgentStatus, seq?: number): Promise<void> {
    const stream = this.streamOf(key) ?? this.open(key, undefined);
    const isNew = await stream.add(status, seq);
    const entry = this.entries.get(nameOf(key));
    if (isNew && stream.head === status && entry?.stream === stream) this.sendHead(entry);
  }

  /** The framework acknowledged an update. */
  async acknowledge(key: TaskKey, uuid: string): Promise<void> {
    const entry = this.entries.get(nameOf(key));
    const outcome = (await entry?.stream.acknowledge(uuid)) ?? 'unexpected';
    if (entry === undefined || outcome === 'unexpected') {
      this.dependencies.logger.warn({ ...key, uuid }, 'ignoring an unexpected acknowledgement');
      return;
    }
    entry.retry?.cancel();
    if (outcome === 'closed') {
      this.entries.delete(nameOf(key));
      this.dependencies.onClosed(key);
    } else {
      this.sendHead(entry);
    }
  }

  /** Nothing is sent until `resume`. */
  pause(): void {
    this.isPaused = true;
    for (const entry of this.entries.values()) entry.retry?.cancel();
  }

  /** Sends all heads now. */
  resume(): void {
    this.isPaused = false;
    for (const entry of this.entries.values()) this.sendHead(entry);
  }

  /** Sends the heads of one framework now, unless paused. */
  resend(frameworkId: string): void {
    for (const entry of this.entries.values()) {
      if (entry.key.frameworkId === frameworkId) this.sendHead(entry);
    }
  }

  /** Forgets all streams of a framework. */
  removeFramework(frameworkId: string): void {
    for (const [name, entry] of this.entries) {
      if (entry.key.frameworkId !== frameworkId) continue;
      entry.retry?.cancel();
      this.entries.delete(name);
    }
  }

  private sendHead(entry: Entry, delayMs = firstRetryMs): void {
    const { head, latestState } = entry.stream;
    entry.retry?.cancel();
    if (this.isPaused || head === undefined) return;
    this.dependencies.forward(entry.key.frameworkId, head, latestState ?? head.state);
    entry.stream.headSent();
    entry.retry = this.dependencies.clock.schedule(delayMs, () =>
      this.sendHead(entry, Math.min(delayMs * 2, longestRetryMs)),
    );
  }
}
