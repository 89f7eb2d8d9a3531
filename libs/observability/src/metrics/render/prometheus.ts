import type { Distribution } from '../instruments/histogram.js';
import type { Rates } from '../instruments/meter.js';
import type { MetricsView, Registered } from '../registry.js';

/** `openmetrics` only on request: the `Accept` header names `application/openmetrics-text`. */
export type PrometheusFormat = 'text' | 'openmetrics';

export const PROMETHEUS_CONTENT_TYPES: Readonly<Record<PrometheusFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

type FamilyType = 'counter' | 'gauge' | 'summary';

/** The body of `GET /metrics/prometheus` (`spec/operations.md §13.1`): the series of Marathon, in its order. */
export function prometheusText(view: MetricsView, format: PrometheusFormat = 'text'): string {
  const page = new Page(format);
  for (const { name, help, instrument } of named(view.gauges))
    page.single(name, 'gauge', help, instrument.value);
  for (const { name, help, instrument } of named(view.counters))
    page.single(name, 'counter', help, instrument.count);
  for (const { name, help, instrument } of named(view.histograms)) {
    page.summary(name, help, instrument.count, instrument.distribution());
  }
  for (const { name, help, instrument } of named(view.meters)) {
    page.single(`${name}_count`, 'gauge', help, instrument.count);
    page.rates(name, help, instrument.rates());
  }
  for (const { name, help, instrument } of named(view.timers)) {
    page.summary(name, help, instrument.count, instrument.distribution());
    page.rates(name, help, instrument.rates());
  }
  return page.text();
}

function named<I>(instruments: readonly Registered<I>[]): readonly Registered<I>[] {
  return instruments.map((registered) => ({
    ...registered,
    name: registered.name.replace(/[^a-zA-Z0-9_]/g, '_'),
  }));
}

/** Collects the lines of one answer. */
class Page {
  private readonly lines: string[] = [];

  constructor(private readonly format: PrometheusFormat) {}

  single(name: string, type: FamilyType, help: string, value: number): void {
    this.head(name, type, help);
    this.lines.push(`${name} ${value}`);
  }

  summary(name: string, help: string, count: number, distribution: Distribution): void {
    const { min, mean, max, stddev, p50, p75, p95, p98, p99, p999 } = distribution;
    this.head(name, 'summary', help);
    const quantiles = [
      ['0.5', p50],
      ['0.75', p75],
      ['0.95', p95],
      ['0.98', p98],
      ['0.99', p99],
      ['0.999', p999],
    ] as const;
    for (const [quantile, value] of quantiles) this.lines.push(`${name}{quantile="${quantile}"} ${value}`);
    this.lines.push(`${name}_count ${count}`);
    for (const [part, value] of Object.entries({ min, mean, max, stddev })) {
      this.single(`${name}_${part}`, 'gauge', `${help} (${part})`, value);
    }
  }

  rates(name: string, help: string, { meanRate, m1Rate, m5Rate, m15Rate }: Rates): void {
    const parts = { mean_rate: meanRate, m1_rate: m1Rate, m5_rate: m5Rate, m15_rate: m15Rate };
    for (const [part, value] of Object.entries(parts)) {
      this.single(`${name}_${part}`, 'gauge', `${help} (per second, ${part})`, value);
    }
  }

  text(): string {
    const end = this.format === 'openmetrics' ? ['# EOF'] : [];
    return [...this.lines, ...end].map((line) => `${line}\n`).join('');
  }

  private head(name: string, type: FamilyType, help: string): void {
    // OpenMetrics wants counters to end in `_total`; the names are fixed, so their type stays open there.
    const shownType = this.format === 'openmetrics' && type === 'counter' ? 'unknown' : type;
    this.lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${shownType}`);
  }
}
