import { TERMINAL_TASK_STATES, type TaskState } from '#mesos';
import type { AcknowledgeOutcome, AgentStatus } from '../agent/updates/update-stream.js';
import { WheelAlarm, type TimerWheel } from './timer-wheel.js';

/** First and longest pause before an update is sent again (spec/local-cluster.md §21). */
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/** Carries the head of a stream to the master, if that is possible at the moment. */
export interface UpdateCarrier {
  readonly canSend: boolean;
  carry(status: AgentStatus, latestState: TaskState): void;
}

/**
 * Updates of one simulated task on their way to its framework, by the rules of §21, in memory: only the head travels,
 * again and again until it is acknowledged. It is its own alarm.
 */
export class SimulatedUpdateStream extends WheelAlarm {
  head: AgentStatus | undefined;
  newest: AgentStatus | undefined;
  /** The newest update that left for the framework. */
  lastSent: AgentStatus | undefined;
  private waiting: AgentStatus[] | undefined;
  private retryMs = FIRST_RETRY_MS;

  constructor(
    private readonly wheel: TimerWheel,
    private readonly carrier: UpdateCarrier,
  ) {
    super();
  }

  get latestState(): TaskState {
    return this.newest?.state ?? 'TASK_STAGING';
  }

  add(status: AgentStatus): void {
    this.newest = status;
    if (this.head !== undefined) {
      (this.waiting ??= []).push(status);
      return;
    }
    this.head = status;
    this.resend();
  }

  acknowledge(uuid: string): AcknowledgeOutcome {
    const { head } = this;
    if (head === undefined || head.uuid !== uuid) return 'unexpected';
    this.lastSent = head;
    this.head = this.waiting?.shift();
    if (this.waiting?.length === 0) this.waiting = undefined;
    if (TERMINAL_TASK_STATES.has(head.state)) {
      this.pause();
      return 'closed';
    }
    if (this.head === undefined) this.pause();
    else this.resend();
    return 'next';
  }

  /** Sends the head now, with the shortest pause to follow. */
  resend(): void {
    this.retryMs = FIRST_RETRY_MS;
    this.send();
  }

  /** Nothing is sent again until `resend`. */
  pause(): void {
    this.wheel.cancel(this);
  }

  override ring(): void {
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
    this.send();
  }

  private send(): void {
    const { head } = this;
    if (head === undefined || !this.carrier.canSend) {
      this.pause();
      return;
    }
    this.lastSent = head;
    this.carrier.carry(head, this.latestState);
    this.wheel.set(this, this.retryMs);
  }
}
