export {
  ROOT_LOGGER,
  SETTABLE_LEVELS,
  type Logger,
  type RootLevel,
  type SettableLevel,
} from './logging/logger.js';
export {
  createLogging,
  type Logging,
  type LoggingOptions,
  type Output,
  type SetLevelResult,
} from './logging/logging.js';
export { MASK, redactSecrets } from './logging/redact-secrets.js';
export {
  METRICS,
  OFFER_REJECTION_COUNTERS,
  TASK_UPDATE_COUNTERS,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type MeterName,
  type MetricDefinition,
  type TimerName,
} from './metrics/catalogue.js';
export { Counter } from './metrics/instruments/counter.js';
export { Gauge } from './metrics/instruments/gauge.js';
export { Histogram, type Distribution, type ReservoirOptions } from './metrics/instruments/histogram.js';
export { Meter, type Rates } from './metrics/instruments/meter.js';
export { Timer } from './metrics/instruments/timer.js';
export { Metrics, type MetricsOptions, type MetricsView, type Registered } from './metrics/registry.js';
export { metricsJson, type MetricsJson } from './metrics/render/json.js';
export {
  PROMETHEUS_CONTENT_TYPES,
  prometheusText,
  type PrometheusFormat,
} from './metrics/render/prometheus.js';
export { startRuntimeMetrics } from './metrics/runtime-metrics.js';
