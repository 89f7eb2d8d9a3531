import type { Distribution } from '../instruments/histogram.js';
import type { Rates } from '../instruments/meter.js';
import type { MetricsView, Registered } from '../registry.js';

interface JsonRates {
  readonly m1_rate: number;
  readonly m5_rate: number;
  readonly m15_rate: number;
  readonly mean_rate: number;
}

/** The body of `GET /metrics` (`spec/operations.md §13.1`). */
export interface MetricsJson {
  readonly version: '4.0.0';
  readonly gauges: Readonly<Record<string, { readonly value: number }>>;
  readonly counters: Readonly<Record<string, { readonly count: number }>>;
  readonly histograms: Readonly<Record<string, Distribution & { readonly count: number }>>;
  readonly meters: Readonly<
    Record<string, JsonRates & { readonly count: number; readonly units: 'events/second' }>
  >;
  readonly timers: Readonly<
    Record<
      string,
      Distribution &
        JsonRates & {
          readonly count: number;
          readonly duration_units: 'seconds';
          readonly rate_units: 'calls/second';
        }
    >
  >;
}

export function metricsJson(view: MetricsView): MetricsJson {
  return {
    version: '4.0.0',
    gauges: byName(view.gauges, ({ value }) => ({ value })),
    counters: byName(view.counters, ({ count }) => ({ count })),
    histograms: byName(view.histograms, (histogram) => ({
      count: histogram.count,
      ...histogram.distribution(),
    })),
    meters: byName(view.meters, (meter) => ({
      count: meter.count,
      ...jsonRates(meter.rates()),
      units: 'events/second' as const,
    })),
    timers: byName(view.timers, (timer) => ({
      count: timer.count,
      ...timer.distribution(),
      ...jsonRates(timer.rates()),
      duration_units: 'seconds' as const,
      rate_units: 'calls/second' as const,
    })),
  };
}

function jsonRates({ m1Rate, m5Rate, m15Rate, meanRate }: Rates): JsonRates {
  return { m1_rate: m1Rate, m5_rate: m5Rate, m15_rate: m15Rate, mean_rate: meanRate };
}

function byName<I, V>(
  instruments: readonly Registered<I>[],
  render: (instrument: I) => V,
): Record<string, V> {
  return Object.fromEntries(instruments.map(({ name, instrument }) => [name, render(instrument)]));
}
