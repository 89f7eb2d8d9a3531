import { formatDuration } from '../../agent/duration.js';
import { systemClock, type Timer } from '../../runtime/clock.js';
import type { CheckResult, CheckSpec } from '../protocol.js';

/** What a run of a check came to. */
export interface CheckOutcome {
  /** Empty when the probe could not be performed in time. */
  readonly result: CheckResult;
  /** Why it could not be. */
  readonly complaint?: string | undefined;
}

/**
 * Runs a probe again and again: first after the delay, then each time an interval after the end of the run before
 * (spec/local-cluster.md §15.1).
 */
export class CheckLoop {
  private timer: Timer | undefined;
  private current: AbortController | undefined;
  private isStopped = false;

  constructor(
    private readonly spec: CheckSpec,
    private readonly probe: (signal: AbortSignal) => Promise<CheckResult>,
    /** The pause to the next run begins when it is done. */
    private readonly onOutcome: (outcome: CheckOutcome) => Promise<void>,
  ) {}

  start(): void {
    this.arm(this.spec.delayMs);
  }

  /** Ends the run that is under way, if any; nothing is heard of it. */
  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.current?.abort(new Error('the check was stopped'));
  }

  private arm(delayMs: number): void {
    if (!this.isStopped) this.timer = systemClock.schedule(delayMs, () => void this.run());
  }

  private async run(): Promise<void> {
    const outcome = await this.runOnce();
    if (this.isStopped) return;
    await this.onOutcome(outcome);
    this.arm(this.spec.intervalMs);
  }

  private async runOnce(): Promise<CheckOutcome> {
    const { timeoutMs } = this.spec;
    const controller = new AbortController();
    this.current = controller;
    const tooLate = (): void => controller.abort(new Error(`timed out after ${formatDuration(timeoutMs)}`));
    const limit = timeoutMs > 0 ? systemClock.schedule(timeoutMs, tooLate) : undefined;
    try {
      return { result: await Promise.race([this.probe(controller.signal), failureOf(controller.signal)]) };
    } catch (error) {
      const reason: unknown = controller.signal.aborted ? controller.signal.reason : error;
      return { result: {}, complaint: reason instanceof Error ? reason.message : String(reason) };
    } finally {
      limit?.cancel();
      this.current = undefined;
    }
  }
}

/** Rejects with the reason once the signal is aborted: no probe is waited for beyond that, whatever it does. */
function failureOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
