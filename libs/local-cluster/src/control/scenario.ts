import type { Clock } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';

/** One thing to do, some time after the start. */
export interface ScenarioStep {
  readonly atMs: number;
  readonly path: string;
  readonly perform: () => unknown;
}

/** Runs scripts of control actions (spec/local-cluster.md §25). What fails in one is kept for whoever asks. */
export class Scenarios {
  private left = 0;
  private readonly failures: { readonly path: string; readonly message: string }[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  status(): { readonly stepsLeft: number; readonly failures: readonly { path: string; message: string }[] } {
    return { stepsLeft: this.left, failures: this.failures };
  }

  /** Starts a script; its steps are carried out at their times, those of one time in their order. */
  run(steps: readonly ScenarioStep[]): void {
    for (const step of steps) {
      this.left += 1;
      this.clock.schedule(step.atMs, () => void this.perform(step).finally(() => (this.left -= 1)));
    }
  }

  /** One thing on its own, for which nobody waits. */
  attempt(path: string, perform: () => unknown): void {
    void this.perform({ path, perform });
  }

  private async perform({ path, perform }: Omit<ScenarioStep, 'atMs'>): Promise<void> {
    try {
      await perform();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.failures.push({ path, message });
      this.logger.warn({ path, message }, 'A step of a scenario failed');
    }
  }
}
