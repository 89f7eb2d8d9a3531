import {
  choiceType,
  integerType,
  millisecondsType,
  portType,
  textType,
  toggleType,
  urlType,
} from '../values/basic-types.js';
import { flag, quantity } from './flag.js';

const LATER = { treatment: 'later' } as const;

/** Metrics, logging, debugging (`spec/operations.md §9.2`). */
export const metricsFlags = {
  metrics_name_prefix: flag(
    textType('a text of letters, digits, `-` and `.`', (text) => /^[A-Za-z0-9.-]+$/.test(text), 'PREFIX'),
    'First component of all metric names.',
    { default: 'marathon' },
  ),
  metrics_histogram_reservoir_highest_trackable_value: flag(
    integerType(2),
    'Upper bound of histograms, in nanoseconds for timers; larger values count as this one.',
    { default: 3_600_000_000_000 },
  ),
  metrics_histogram_reservoir_significant_digits: flag(integerType(0, 5), 'Precision of histograms.', {
    default: 3,
  }),
  metrics_histogram_reservoir_reset_periodically: flag(toggleType, 'Clear histograms again and again.', {
    default: true,
  }),
  metrics_histogram_reservoir_resetting_interval_ms: quantity(
    millisecondsType(1),
    'ms',
    'How often to clear them.',
    {
      default: 5000,
    },
  ),
  metrics_histogram_reservoir_resetting_chunks: flag(integerType(), 'Clear histograms piecewise.', {
    ...LATER,
    default: 0,
    given: 0,
  }),
  metrics_prometheus: flag(toggleType, 'Serve /metrics/prometheus.', { default: true }),
  metrics_statsd: flag(toggleType, 'Push metrics to StatsD.', { ...LATER, default: false, given: false }),
  metrics_statsd_host: flag(textType(), 'StatsD host.', LATER),
  metrics_statsd_port: flag(portType, 'StatsD port.', LATER),
  metrics_statsd_transmission_interval_ms: quantity(millisecondsType(1), 'ms', 'Interval of the push.', {
    ...LATER,
    default: 10_000,
  }),
  metrics_datadog: flag(toggleType, 'Push metrics to DataDog.', { ...LATER, default: false, given: false }),
  metrics_datadog_protocol: flag(choiceType('udp', 'api'), 'How to push.', { ...LATER, default: 'udp' }),
  metrics_datadog_host: flag(textType(), 'DataDog agent host.', LATER),
  metrics_datadog_port: flag(portType, 'DataDog agent port.', LATER),
  metrics_datadog_api_key: flag(textType(), 'DataDog key for `api`.', { ...LATER, secret: true }),
  metrics_datadog_transmission_interval_ms: quantity(millisecondsType(1), 'ms', 'Interval of the push.', {
    ...LATER,
    default: 10_000,
  }),
  metrics: flag(toggleType, 'No effect: metrics are always on.', { treatment: 'ignore', default: false }),
  logging_level: flag(
    choiceType('off', 'fatal', 'error', 'warn', 'info', 'debug', 'trace', 'all'),
    'Level of the root logger.',
    { default: 'info' },
  ),
  logstash: flag(textType(), 'Ship logs to this address.', LATER),
  sentry: flag(urlType, 'Ship errors to this address.', LATER),
  sentry_tags: flag(textType(), 'Tags of shipped errors.', LATER),
};
