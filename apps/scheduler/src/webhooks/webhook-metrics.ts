import type { Metrics } from '#observability';
import type { DeliveryCounts } from './delivery-ports.js';

/** The instruments of the webhooks, each obtained once. */
export class WebhookMetrics implements DeliveryCounts {
  readonly delivered: () => void;
  readonly failed: () => void;
  readonly deadLetter: () => void;

  constructor(private readonly metrics: Metrics) {
    const delivered = metrics.counter('webhooks.delivered');
    const failed = metrics.counter('webhooks.failed');
    const deadLetters = metrics.counter('webhooks.dead-letters');
    this.delivered = () => delivered.increment();
    this.failed = () => failed.increment();
    this.deadLetter = () => deadLetters.increment();
  }

  /** Gauges that are read off when somebody looks. `lags`: of every webhook that is delivered to, in positions. */
  observe(lags: () => readonly number[], backingOff: () => number): void {
    const active = this.metrics.gauge('webhooks.active');
    const waiting = this.metrics.gauge('webhooks.backing-off');
    const longest = this.metrics.gauge('webhooks.lag.max');
    const behind = this.metrics.gauge('webhooks.lagging');
    this.metrics.beforeReading(() => {
      const present = lags();
      active.set(present.length);
      waiting.set(backingOff());
      longest.set(Math.max(0, ...present));
      behind.set(present.filter((lag) => lag > 0).length);
    });
  }
}
