/** Pauses between repeated questions: they double from the first to the last (`spec/mesos-client.md` §17.3). */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Which tasks Mesos was asked about and has said nothing of. While a new master gathers its agents it is silent about
 * theirs, so the question is repeated until it is answered; silence never means that a task is lost (§17).
 */
export class ReconciliationBook {
  private readonly unanswered = new Set<string>();
  private pauseMs = FIRST_PAUSE_MS;
  private repeatAtMs = Infinity;
  private begunMs: number | undefined;

  /** When all tasks were last asked about, epoch ms; undefined if never in this term. */
  get lastBegunMs(): number | undefined {
    return this.begunMs;
  }

  /** All tasks are asked about now; what was unanswered before is among them or of no interest any more. */
  begin(taskIds: Iterable<string>, nowMs: number): void {
    this.stop();
    for (const taskId of taskIds) this.unanswered.add(taskId);
    this.begunMs = nowMs;
    this.pauseMs = FIRST_PAUSE_MS;
    this.repeatAtMs = nowMs + FIRST_PAUSE_MS;
  }

  /** Some word of the task came, whatever it says. */
  heard(taskId: string): void {
    this.unanswered.delete(taskId);
  }

  /** The session is over: the next one asks about everything. */
  stop(): void {
    this.unanswered.clear();
  }

  /** The tasks to ask about once more at `nowMs`; empty while the pause lasts. */
  takeDue(nowMs: number): string[] {
    if (this.unanswered.size === 0 || nowMs < this.repeatAtMs) return [];
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    this.repeatAtMs = nowMs + this.pauseMs;
    return [...this.unanswered];
  }
}
