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

/** The inverse of `recordOf`; `app` is the definition the record names. */
export function instanceOf(record: InstanceRecord, app: AppDefinition): Instance {
  const { version: _, ...rest } = record;
  return { ...rest, app };
}
