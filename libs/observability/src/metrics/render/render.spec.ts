import { describe, expect, it } from 'vitest';
import { Metrics } from '../registry.js';
import { metricsJson } from './json.js';
import { prometheusText } from './prometheus.js';

/** One instrument of each kind; the clock stands 10 s after the start. */
function sample(prefix?: string): Metrics {
  let nowMs = 0;
  const metrics = new Metrics({ prefix, nowMs: () => nowMs });
  metrics.counter('tasks.launched').increment(7);
  metrics.counter('http.requests.size').increment(512);
  metrics.gauge('instances.running').set(3);
  metrics.gauge('uptime').readFrom(() => 12.5);
  metrics.meter('http.responses.2xx.rate').mark(20);
  metrics.timer('http.requests.duration');
  metrics.histogram('debug.batch-size').record(4);
  nowMs = 10_000;
  metrics.timer('http.requests.duration').record(250);
  metrics.histogram('debug.batch-size').record(8);
  return metrics;
}

const STATISTICS = ['max', 'mean', 'min', 'p50', 'p75', 'p95', 'p98', 'p99', 'p999', 'stddev'];
const RATES = ['m15_rate', 'm1_rate', 'm5_rate', 'mean_rate'];

describe('GET /metrics', () => {
  it('names everything prefix.name.type[.unit] and has the keys of Marathon', () => {
    const { version, counters, gauges, meters, timers, histograms } = metricsJson(sample().read());
    expect(version).toBe('4.0.0');
    expect(counters).toEqual({
      'marathon.http.requests.size.counter.bytes': { count: 512 },
      'marathon.tasks.launched.counter': { count: 7 },
    });
    expect(gauges).toEqual({
      'marathon.instances.running.gauge': { value: 3 },
      'marathon.uptime.gauge.seconds': { value: 12.5 },
    });
    const meter = meters['marathon.http.responses.2xx.rate.meter'] ?? {};
    expect(Object.keys(meter).toSorted()).toEqual(['count', ...RATES, 'units'].toSorted());
    expect(meter).toMatchObject({ count: 20, mean_rate: 2, units: 'events/second' });
    const timer = timers['marathon.http.requests.duration.timer.seconds'] ?? {};
    expect(Object.keys(timer).toSorted()).toEqual(
      ['count', 'duration_units', 'rate_units', ...STATISTICS, ...RATES].toSorted(),
    );
    expect(timer).toMatchObject({
      count: 1,
      p99: 0.25,
      max: 0.25,
      duration_units: 'seconds',
      rate_units: 'calls/second',
    });
    const histogram = histograms['marathon.debug.batch-size.histogram'] ?? {};
    expect(Object.keys(histogram).toSorted()).toEqual(['count', ...STATISTICS].toSorted());
    expect(histogram).toMatchObject({ count: 2, max: 8 });
  });

  it('takes the configured prefix', () => {
    expect(metricsJson(sample('dcos.mesos').read()).counters).toHaveProperty([
      'dcos.mesos.tasks.launched.counter',
    ]);
  });

  it('gives the same instrument for the same name, and never a value that JSON cannot hold', () => {
    const metrics = new Metrics();
    expect(metrics.counter('deployments')).toBe(metrics.counter('deployments'));
    metrics.gauge('log.snapshot.age').readFrom(() => Number.NaN);
    expect(metricsJson(metrics.read()).gauges['marathon.log.snapshot.age.gauge.seconds']).toEqual({
      value: 0,
    });
  });

  it('lets collectors set gauges just before they are read, until they are stopped', () => {
    const metrics = new Metrics();
    const gauge = metrics.gauge('apps.active');
    const stop = metrics.beforeReading(() => gauge.add(1));
    metrics.read();
    stop();
    metrics.read();
    expect(gauge.value).toBe(1);
  });
});

/** The series of a summary, and of rates, under a name. */
const summary = (name: string): string[] => [
  ...['0.5', '0.75', '0.95', '0.98', '0.99', '0.999'].map((quantile) => `${name}{quantile="${quantile}"}`),
  ...['count', 'min', 'mean', 'max', 'stddev'].map((part) => `${name}_${part}`),
];
const rates = (name: string): string[] => ['mean', 'm1', 'm5', 'm15'].map((part) => `${name}_${part}_rate`);

describe('GET /metrics/prometheus', () => {
  it('has the series of Marathon', () => {
    const series = prometheusText(sample().read())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(series).toEqual([
      'marathon_instances_running_gauge',
      'marathon_uptime_gauge_seconds',
      'marathon_http_requests_size_counter_bytes',
      'marathon_tasks_launched_counter',
      ...summary('marathon_debug_batch_size_histogram'),
      'marathon_http_responses_2xx_rate_meter_count',
      ...rates('marathon_http_responses_2xx_rate_meter'),
      ...summary('marathon_http_requests_duration_timer_seconds'),
      ...rates('marathon_http_requests_duration_timer_seconds'),
    ]);
  });

  it('tells help and type of each family before its series', () => {
    const text = prometheusText(sample().read());
    expect(text).toContain(
      '# HELP marathon_tasks_launched_counter Tasks sent to Mesos for launch\n' +
        '# TYPE marathon_tasks_launched_counter counter\nmarathon_tasks_launched_counter 7\n',
    );
    expect(text).toContain('# TYPE marathon_http_requests_duration_timer_seconds summary\n');
    expect(text).not.toContain('# EOF');
  });

  it('keeps to the rules of OpenMetrics on request', () => {
    const lines = prometheusText(sample().read(), 'openmetrics').split('\n');
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
    expect(lines.slice(0, -1)).not.toContain('');
    expect(lines).toContain('# TYPE marathon_tasks_launched_counter unknown');
  });
});
