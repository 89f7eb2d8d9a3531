import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Metrics } from './registry.js';

const NANOSECONDS_PER_SECOND = 1_000_000_000;
const MICROSECONDS_PER_SECOND = 1_000_000;

/** How finely the delay of the event loop is sampled. */
const SAMPLING_MS = 20;

/**
 * Feeds the metrics of the process itself: `uptime`, the `jvm.memory.*` names that alerts for Marathon use, filled from
 * the JavaScript heap, and `nodejs.*` (`spec/operations.md §13.2`). Returns how to stop.
 */
export function startRuntimeMetrics(metrics: Metrics): () => void {
  const heapAtStart = process.memoryUsage().heapTotal;
  metrics.gauge('jvm.memory.heap.init').set(heapAtStart);
  metrics.gauge('uptime').readFrom(() => process.uptime());
  const stopCollecting = [collectMemory(metrics), collectEventLoop(metrics), collectProcess(metrics)];
  return () => {
    for (const stop of stopCollecting) stop();
  };
}

function collectMemory(metrics: Metrics): () => void {
  const used = metrics.gauge('jvm.memory.heap.used');
  const committed = metrics.gauge('jvm.memory.heap.committed');
  const max = metrics.gauge('jvm.memory.heap.max');
  const usage = metrics.gauge('jvm.memory.heap.usage');
  const total = metrics.gauge('jvm.memory.total.used');
  const external = metrics.gauge('nodejs.memory.external');
  return metrics.beforeReading(() => {
    const memory = process.memoryUsage();
    const limit = getHeapStatistics().heap_size_limit;
    used.set(memory.heapUsed);
    committed.set(memory.heapTotal);
    max.set(limit);
    usage.set(memory.heapUsed / limit);
    total.set(memory.rss);
    external.set(memory.external);
    for (const space of getHeapSpaceStatistics()) {
      metrics.gauge(`nodejs.heap.${space.space_name.replaceAll('_', '-')}.used`).set(space.space_used_size);
    }
  });
}

function collectEventLoop(metrics: Metrics): () => void {
  const mean = metrics.gauge('nodejs.event-loop.lag.mean');
  const p99 = metrics.gauge('nodejs.event-loop.lag.p99');
  const max = metrics.gauge('nodejs.event-loop.lag.max');
  const utilization = metrics.gauge('nodejs.event-loop.utilization');
  const delay = monitorEventLoopDelay({ resolution: SAMPLING_MS });
  delay.enable();
  let before = performance.eventLoopUtilization();
  const stop = metrics.beforeReading(() => {
    const now = performance.eventLoopUtilization();
    utilization.set(performance.eventLoopUtilization(now, before).utilization);
    before = now;
    mean.set(lagSeconds(delay.mean));
    p99.set(lagSeconds(delay.percentile(99)));
    max.set(lagSeconds(delay.max));
    delay.reset();
  });
  return () => {
    stop();
    delay.disable();
  };
}

/** The sampler measures the whole interval between two samples, so what exceeds the interval is the lag. */
function lagSeconds(intervalNanoseconds: number): number {
  return Math.max(0, intervalNanoseconds / NANOSECONDS_PER_SECOND - SAMPLING_MS / 1000);
}

function collectProcess(metrics: Metrics): () => void {
  const user = metrics.gauge('nodejs.cpu.user');
  const system = metrics.gauge('nodejs.cpu.system');
  const handles = metrics.gauge('nodejs.handles.active');
  return metrics.beforeReading(() => {
    const cpu = process.cpuUsage();
    user.set(cpu.user / MICROSECONDS_PER_SECOND);
    system.set(cpu.system / MICROSECONDS_PER_SECOND);
    handles.set(process.getActiveResourcesInfo().length);
  });
}
