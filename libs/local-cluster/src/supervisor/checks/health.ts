import type { CheckResult, HealthCheckSpec } from '../protocol.js';
import { isSuccess } from './probes.js';

/** What a result of a health check leads to. */
export interface HealthVerdict {
  /** To be reported; absent when there is nothing new to say. */
  readonly healthy?: boolean;
  readonly kills?: boolean;
}

/** Counts results of a health check (spec/local-cluster.md §15.1, table rows "grace" to "success"). */
export class Health {
  private hasSucceeded = false;
  private failures = 0;

  constructor(private readonly spec: Pick<HealthCheckSpec, 'gracePeriodMs' | 'consecutiveFailures'>) {}

  /** `ageMs`: time since the start of the process. */
  take(result: CheckResult, ageMs: number): HealthVerdict {
    if (isSuccess(result)) {
      const isNews = !this.hasSucceeded || this.failures > 0;
      this.hasSucceeded = true;
      this.failures = 0;
      return isNews ? { healthy: true } : {};
    }
    if (!this.hasSucceeded && ageMs < this.spec.gracePeriodMs) return {};
    this.failures += 1;
    return { healthy: false, kills: this.failures >= this.spec.consecutiveFailures };
  }
}
