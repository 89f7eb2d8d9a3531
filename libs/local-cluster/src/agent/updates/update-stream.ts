import { TERMINAL_TASK_STATES, type TaskState, type TaskStatus } from '#mesos';
import type { AppendLog } from '../../runtime/durable-file.js';

/** A status as an agent makes it: it always wants an acknowledgement. */
export type AgentStatus = TaskStatus & { uuid: string };

/** One line of `task.updates`. `seq` is the container event the update tells about. */
export type UpdateRecord =
  | { readonly type: 'UPDATE'; readonly status: AgentStatus; readonly seq?: number | undefined }
  | { readonly type: 'ACK'; readonly uuid: string };

/** What became of an acknowledgement. */
export type AcknowledgeOutcome = 'unexpected' | 'next' | 'closed';

/**
 * Updates of one task on their way to the framework, oldest first; only the head travels
 * (spec/local-cluster.md §21). Every change is on disk before anybody learns of it.
 */
export class UpdateStream {
  private readonly queue: AgentStatus[] = [];
  private readonly known = new Set<string>();
  private newest: AgentStatus | undefined;
  private lastForwarded: AgentStatus | undefined;
  private isAcknowledging = false;
  private hasTerminalAck = false;

  /** Without a log the stream lives in memory only: updates of tasks that never got a run directory. */
  constructor(private readonly log: AppendLog | undefined) {}

  get head(): AgentStatus | undefined {
    return this.queue[0];
  }

  /** The terminal update was acknowledged: nothing is left to tell. */
  get isClosed(): boolean {
    return this.hasTerminalAck;
  }

  /** State of the newest update. */
  get latestState(): TaskState | undefined {
    return this.newest?.state;
  }

  /**
   * The newest update that left for the framework. One that waits for the connection has not: were it reported as
   * told, reconciliation would tell of the end of a task without its reason (spec/local-cluster.md §7.1).
   */
  get lastSent(): AgentStatus | undefined {
    return this.lastForwarded;
  }

  /** The head is on its way to the framework. */
  headSent(): void {
    this.lastForwarded = this.head;
  }

  /** Queues an update; `false` when it is known already or the stream is closed. Resolves once it is on disk. */
  async add(status: AgentStatus, seq: number | undefined): Promise<boolean> {
    if (this.hasTerminalAck || this.known.has(status.uuid)) return false;
    this.known.add(status.uuid);
    this.newest = status;
    await this.write({ type: 'UPDATE', status, seq });
    this.queue.push(status);
    return true;
  }

  /** Takes the head off the queue when `uuid` is its own. Resolves once the acknowledgement is on disk. */
  async acknowledge(uuid: string): Promise<AcknowledgeOutcome> {
    const head = this.head;
    if (head === undefined || head.uuid !== uuid || this.isAcknowledging) return 'unexpected';
    this.isAcknowledging = true;
    try {
      await this.write({ type: 'ACK', uuid });
      this.shift();
    } finally {
      this.isAcknowledging = false;
    }
    return this.hasTerminalAck ? 'closed' : 'next';
  }

  /**
   * Takes up what an earlier agent wrote. That does not say whether the head had been sent: it counts as sent unless
   * it is the end of the task.
   */
  restore(records: readonly UpdateRecord[]): void {
    for (const record of records) {
      if (record.type === 'UPDATE') {
        this.known.add(record.status.uuid);
        this.newest = record.status;
        this.queue.push(record.status);
      } else if (this.head?.uuid === record.uuid) {
        this.shift();
      }
    }
    if (this.head !== undefined && !TERMINAL_TASK_STATES.has(this.head.state)) this.headSent();
  }

  private shift(): void {
    this.lastForwarded = this.queue.shift();
    const state = this.lastForwarded?.state;
    this.hasTerminalAck ||= state !== undefined && TERMINAL_TASK_STATES.has(state);
  }

  private async write(record: UpdateRecord): Promise<void> {
    await this.log?.append(JSON.stringify(record));
  }
}
