import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Timestamp } from '../time/timestamp.js';
import type { Instance } from './instance.js';

/** An instance as it is written down: its definition, which many share, is named by version. */
export interface InstanceRecord extends Omit<Instance, 'app'> {
  readonly version: Timestamp;
}

export function recordOf({ app, ...rest }: Instance): InstanceRecord {
  return { ...rest, version: app.version };
}

/**
 * The inverse of `recordOf`; `app` is the definition the record names. Every key in the order in which the fold sets them:
 * what is folded on a snapshot is written down as what is folded on all of the log, byte for byte.
 */
export function instanceOf(record: InstanceRecord, app: AppDefinition): Instance {
  return {
    id: record.id,
    appId: record.appId,
    app,
    role: record.role,
    goal: record.goal,
    condition: record.condition,
    sinceMs: record.sinceMs,
    scheduledAtMs: record.scheduledAtMs,
    deploymentId: record.deploymentId,
    agent: record.agent,
    task: record.task,
    killRequested: record.killRequested,
    health: record.health,
    readiness: record.readiness,
  };
}
