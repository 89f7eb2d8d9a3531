import { affectedApps, type RecordedEvent } from '#domain';

const NOTHING: readonly string[] = [];

/** The apps whose printed form an event may change. */
export function touchedApps(event: RecordedEvent): Iterable<string> {
  switch (event.type) {
    case 'AppCreated':
    case 'AppUpdated':
      return [event.data.app.id];
    case 'DeploymentStarted':
    case 'DeploymentSucceeded':
    case 'DeploymentFailed':
      return affectedApps(event.data.plan);
    case 'AppDeleted':
    case 'AppTerminated':
    case 'InstanceScheduled':
    case 'InstanceProvisioned':
    case 'TaskStatusChanged':
    case 'InstanceBecameInactive':
    case 'InstanceGoalChanged':
    case 'InstanceKillRequested':
    case 'InstanceExpunged':
    case 'HealthCheckPassed':
    case 'HealthCheckFailed':
    case 'ReadinessChecked':
      return [event.data.appId];
    default:
      return NOTHING;
  }
}
