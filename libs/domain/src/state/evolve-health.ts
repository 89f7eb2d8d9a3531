import type { RecordedEvent } from '../events/domain-event.js';
import { withFailure, withSuccess } from '../instances/health/check-health.js';
import type { Instance } from '../instances/instance.js';

type HealthEvent = Extract<
  RecordedEvent,
  { type: 'HealthCheckPassed' | 'HealthCheckFailed' | 'ReadinessChecked' }
>;

/** Folds what became known of the health or readiness of an instance's present task; of another task nothing is kept. */
export function withHealthChange(instance: Instance, event: HealthEvent): Instance {
  const taskId = event.type === 'ReadinessChecked' ? event.data.readiness.taskId : event.data.taskId;
  if (instance.task?.id !== taskId) return instance;
  switch (event.type) {
    case 'HealthCheckPassed':
      return { ...instance, health: withSuccess(instance.health, event.data.check, event.time) };
    case 'HealthCheckFailed': {
      const { check, cause, consecutiveFailures } = event.data;
      const failure = { cause, consecutiveFailures, atMs: event.time };
      return { ...instance, health: withFailure(instance.health, check, failure) };
    }
    case 'ReadinessChecked':
      return { ...instance, readiness: event.data.readiness };
  }
}
