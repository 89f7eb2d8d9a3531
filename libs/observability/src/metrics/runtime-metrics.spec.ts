import { expect, it } from 'vitest';
import { Metrics } from './registry.js';
import { metricsJson } from './render/json.js';
import { startRuntimeMetrics } from './runtime-metrics.js';

it('feeds the memory names that alerts for Marathon use, and the native ones', () => {
  const metrics = new Metrics();
  const stop = startRuntimeMetrics(metrics);
  const { gauges } = metricsJson(metrics.read());
  stop();
  const value = (name: string): number => gauges[`marathon.${name}`]?.value ?? Number.NaN;
  const used = value('jvm.memory.heap.used.gauge.bytes');
  expect(used).toBeGreaterThan(0);
  expect(value('jvm.memory.heap.max.gauge.bytes')).toBeGreaterThan(used);
  expect(value('jvm.memory.heap.usage.gauge')).toBeCloseTo(
    used / value('jvm.memory.heap.max.gauge.bytes'),
    10,
  );
  expect(value('jvm.memory.total.used.gauge.bytes')).toBeGreaterThan(used);
  expect(value('jvm.memory.heap.init.gauge.bytes')).toBeGreaterThan(0);
  expect(value('uptime.gauge.seconds')).toBeGreaterThan(0);
  expect(value('nodejs.event-loop.lag.max.gauge.seconds')).toBeGreaterThanOrEqual(0);
  expect(value('nodejs.heap.old-space.used.gauge.bytes')).toBeGreaterThan(0);
});
