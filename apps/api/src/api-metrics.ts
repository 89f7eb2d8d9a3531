import type { Metrics } from '#observability';
import type { Projection } from './projection/projection.js';

/** Gauges of what is in the state, read when somebody asks (`spec/operations.md` §13.2). */
export function registerStateGauges(metrics: Metrics, projection: Projection): void {
  metrics.gauge('apps.active').readFrom(() => projection.model.state.apps.size);
  metrics.gauge('groups.active').readFrom(() => projection.model.state.groups.size);
  metrics.gauge('deployments.active').readFrom(() => projection.model.state.deployments.size);
  metrics.gauge('instances.running').readFrom(() => projection.model.counters.total.running);
  metrics.gauge('instances.staged').readFrom(() => projection.model.counters.total.staged);
}
