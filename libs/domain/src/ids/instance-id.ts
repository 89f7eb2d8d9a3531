import { fromSafePath, safePath } from './path-id.js';

/**
 * Ids of instances and tasks (`spec/scheduling.md` §1.2). Ids are made in one form only; every form that was ever
 * in use is understood.
 */

/** Stands in the place of a container's name in task ids of apps. */
const APP_CONTAINER = '_app';
const APP_TASK = `.${APP_CONTAINER}.`;
const INSTANCE_PREFIX = 'instance-';
const LEGACY_PREFIX = 'marathon-';

const UUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const INSTANCE_ID = /^(.+)\.(instance-|marathon-)([^._]+)$/;
const WITH_INCARNATION = /^(.+)\.(instance-|marathon-)([^._]+)[._]([^.]+)\.(\d+)$/;
const WITHOUT_INCARNATION = /^(.+)\.(instance-|marathon-)([^._]+)[._]([^.]+)$/;
const LEGACY_WITH_ATTEMPT = new RegExp(`^(.+)[._](${UUID})\\.(\\d+)$`);
const LEGACY = new RegExp(`^(.+)[._](${UUID})$`);

/** What a task id tells. */
export interface TaskReference {
  readonly instanceId: string;
  /** Absolute id of the app. */
  readonly appId: string;
  /** Container of a pod; absent for tasks of apps. */
  readonly containerName?: string;
  /** Absent in forms that do not count launches. */
  readonly incarnation?: number;
}

/** What an instance id tells. */
export interface InstanceReference {
  /** Absolute id of the app. */
  readonly appId: string;
  readonly uuid: string;
}

// Ids are joined rather than added up: the engine keeps a sum of texts as a tree of its parts, several times as large,
// for as long as it lives.

/** `<safePath>.instance-<uuid>`; `uuid` is time-based, see `TimeUuids`. */
export function instanceIdOf(appId: string, uuid: string): string {
  return [safePath(appId), '.', INSTANCE_PREFIX, uuid].join('');
}

/** `<instanceId>._app.<incarnation>`; incarnations count from 1. */
export function taskIdOf(instanceId: string, incarnation: number): string {
  return [instanceId, APP_TASK, incarnation].join('');
}

/** Reads an instance id with the present or the former prefix; `undefined` for anything else. */
export function parseInstanceId(instanceId: string): InstanceReference | undefined {
  const match = INSTANCE_ID.exec(instanceId);
  if (match === null) return undefined;
  return { appId: fromSafePath(match[1]!), uuid: match[3]! };
}

/**
 * Reads a task id. Forms in order of precedence: with incarnation, without incarnation, of the time before
 * instances with attempt, and without. `undefined`: this framework never named a task like that.
 */
export function parseTaskId(taskId: string): TaskReference | undefined {
  const modern = WITH_INCARNATION.exec(taskId) ?? WITHOUT_INCARNATION.exec(taskId);
  if (modern !== null) {
    const [, path = '', prefix = '', uuid = '', container = '', incarnation] = modern;
    return reference({ path, prefix, uuid, container, incarnation });
  }
  const legacy = LEGACY_WITH_ATTEMPT.exec(taskId) ?? LEGACY.exec(taskId);
  if (legacy === null) return undefined;
  const [, path = '', uuid = '', incarnation] = legacy;
  return reference({ path, prefix: LEGACY_PREFIX, uuid, container: APP_CONTAINER, incarnation });
}

/** The incarnation after the one that `taskId` names; 1 when there was none or it did not count. */
export function nextIncarnation(taskId: string | undefined): number {
  if (taskId === undefined) return 1;
  return (parseTaskId(taskId)?.incarnation ?? 0) + 1;
}

interface TaskIdParts {
  readonly path: string;
  readonly prefix: string;
  readonly uuid: string;
  readonly container: string;
  readonly incarnation: string | undefined;
}

function reference({ path, prefix, uuid, container, incarnation }: TaskIdParts): TaskReference {
  return {
    instanceId: `${path}.${prefix}${uuid}`,
    appId: fromSafePath(path),
    ...(container === APP_CONTAINER ? {} : { containerName: container }),
    ...(incarnation === undefined ? {} : { incarnation: Number(incarnation) }),
  };
}
