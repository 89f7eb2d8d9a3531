import {
  definitionOf,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type MeterName,
  type MetricDefinition,
  type MetricKind,
  type TimerName,
} from './catalogue.js';
import { Counter } from './instruments/counter.js';
import { Gauge } from './instruments/gauge.js';
import { DEFAULT_RESERVOIR, Histogram, type ReservoirOptions } from './instruments/histogram.js';
import { Meter } from './instruments/meter.js';
import { Timer } from './instruments/timer.js';

/** One instrument under its full name, such as `marathon.http.requests.duration.timer.seconds`. */
export interface Registered<I> {
  readonly name: string;
  readonly help: string;
  readonly instrument: I;
}

/** All instruments in the order of their names, as both formats print them. */
export interface MetricsView {
  readonly counters: readonly Registered<Counter>[];
  readonly gauges: readonly Registered<Gauge>[];
  readonly histograms: readonly Registered<Histogram>[];
  readonly meters: readonly Registered<Meter>[];
  readonly timers: readonly Registered<Timer>[];
}

export interface MetricsOptions {
  /** First component of all names (`--metrics_name_prefix`); `marathon` unless given. */
  readonly prefix?: string;
  readonly reservoir?: ReservoirOptions;
  /** A clock that never goes back. */
  readonly nowMs?: () => number;
}

const VALID_NAME = /^[a-zA-Z0-9.-]+$/;

/**
 * The metrics of a process. Ask for an instrument once, keep it, and use it on the hot path: its methods allocate
 * nothing. Asking again gives the same instrument.
 */
export class Metrics {
  private readonly prefix: string;
  private readonly reservoir: ReservoirOptions;
  private readonly nowMs: () => number;
  private readonly collectors = new Set<() => void>();
  private readonly counters = new Map<string, Registered<Counter>>();
  private readonly gauges = new Map<string, Registered<Gauge>>();
  private readonly histograms = new Map<string, Registered<Histogram>>();
  private readonly meters = new Map<string, Registered<Meter>>();
  private readonly timers = new Map<string, Registered<Timer>>();

  constructor(options: MetricsOptions = {}) {
    this.prefix = options.prefix ?? 'marathon';
    this.reservoir = options.reservoir ?? DEFAULT_RESERVOIR;
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  counter(name: CounterName): Counter {
    return this.obtain(this.counters, definitionOf(name, 'counter'), name, () => new Counter());
  }

  gauge(name: GaugeName): Gauge {
    return this.obtain(this.gauges, definitionOf(name, 'gauge'), name, () => new Gauge());
  }

  meter(name: MeterName): Meter {
    return this.obtain(this.meters, definitionOf(name, 'meter'), name, () => new Meter(this.nowMs));
  }

  timer(name: TimerName): Timer {
    return this.obtain(
      this.timers,
      definitionOf(name, 'timer'),
      name,
      () => new Timer(this.reservoir, this.nowMs),
    );
  }

  /** A distribution of whole numbers that are no durations. */
  histogram(name: HistogramName): Histogram {
    const create = (): Histogram => new Histogram(this.reservoir, this.nowMs);
    return this.obtain(this.histograms, definitionOf(name, 'histogram'), name, create);
  }

  /** Calls `collect` before each reading, for gauges that are cheaper to set together. Returns how to stop that. */
  beforeReading(collect: () => void): () => void {
    this.collectors.add(collect);
    return () => void this.collectors.delete(collect);
  }

  /** Everything there is, for the renderers. */
  read(): MetricsView {
    for (const collect of this.collectors) collect();
    return {
      counters: inOrder(this.counters),
      gauges: inOrder(this.gauges),
      histograms: inOrder(this.histograms),
      meters: inOrder(this.meters),
      timers: inOrder(this.timers),
    };
  }

  private obtain<I>(
    instruments: Map<string, Registered<I>>,
    definition: MetricDefinition<MetricKind>,
    name: string,
    create: () => I,
  ): I {
    const existing = instruments.get(name);
    if (existing !== undefined) return existing.instrument;
    const suffix = definition.unit === undefined ? '' : `.${definition.unit}`;
    const fullName = `${this.prefix}.${name}.${definition.kind}${suffix}`;
    if (!VALID_NAME.test(fullName)) throw new Error(`${fullName} is not a valid metric name`);
    const registered = { name: fullName, help: definition.help, instrument: create() };
    instruments.set(name, registered);
    return registered.instrument;
  }
}

function inOrder<I>(instruments: ReadonlyMap<string, Registered<I>>): readonly Registered<I>[] {
  return [...instruments.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
