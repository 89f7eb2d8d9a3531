import type { AppDefinition, HealthCheck } from '../definitions/app/app-definition.js';
import type { Plan } from '../deployments/plan.js';
import type { ClusterIdentity } from '../events/domain-event.js';
import type { Instance } from '../instances/instance.js';
import { instanceOf, recordOf, type InstanceRecord } from '../instances/instance-record.js';
import type { Timestamp } from '../time/timestamp.js';
import type { Webhook } from '../webhooks/webhook.js';
import { addChecks } from '../instances/health/registration.js';
import { storeApp } from './evolve.js';
import {
  State,
  type AnsweredCommand,
  type Deployment,
  type Group,
  type GroupChange,
  type TaskFailure,
} from './state.js';
import type { TreeVersion } from './tree-history.js';

/** Version of the snapshot's shape. A snapshot of another format is not read; the log is replayed instead. */
export const SNAPSHOT_FORMAT = 3;

/** Points at a definition by app and version; `null` where there was none. */
type DefinitionRef = readonly [appId: string, version: Timestamp];

/** What a definition of an app was at some time. */
type DefinitionEntry = readonly [appId: string, ref: DefinitionRef | null];

interface TreeVersionRecord {
  readonly version: Timestamp;
  readonly apps: readonly DefinitionEntry[];
  readonly groups: readonly (readonly [string, Group | null])[];
}

interface DeploymentRecord {
  readonly plan: Plan;
  readonly currentStep: number;
  readonly originals: readonly DefinitionEntry[];
  readonly groups: readonly (readonly [string, GroupChange])[];
  readonly instancesToKill: readonly string[];
  readonly startedAtMs: number;
}

/** One line of a snapshot: a tagged record. Lines come in the order in which they can be restored. */
type SnapshotLine =
  | {
      t: 'head';
      position: number;
      rootVersion: Timestamp;
      frameworkId?: string;
      cluster?: ClusterIdentity;
    }
  | { t: 'group'; v: Group }
  /** A retained version of a stored app; the last one of each app is the stored one. */
  | { t: 'version'; v: AppDefinition }
  /** A definition that only instances, deployments or former versions of the tree still refer to. */
  | { t: 'detached'; v: AppDefinition }
  | { t: 'tree'; v: TreeVersionRecord }
  | { t: 'instance'; v: InstanceRecord }
  | { t: 'deployment'; v: DeploymentRecord }
  /** A version of an app whose health is checked. */
  | { t: 'checked'; v: CheckedVersion }
  | { t: 'failure'; v: TaskFailure }
  | { t: 'webhook'; v: Webhook }
  | { t: 'reply'; k: string; v: AnsweredCommand };

interface CheckedVersion {
  readonly appId: string;
  readonly version: Timestamp;
  readonly healthChecks: readonly HealthCheck[];
}

const LINES_PER_SLICE = 500;

/**
 * Writes the state down, line by line. The content is taken at once, when this is called; the text is made
 * slice by slice as the caller iterates, so that a large state does not hold up everything else.
 */
export function captureSnapshot(state: State): Iterable<string> {
  const definitions = [...state.versions.definitions()];
  const instances = [...state.instances.values()];
  const deployments = [...state.deployments.values()];
  const trees = state.treeHistory.versions.map(treeVersionRecord);
  const rest = [...smallParts(state)];
  const detached = detachedDefinitions(state, instances);

  function* lines(): Iterable<SnapshotLine> {
    yield* rest;
    for (const v of definitions) yield { t: 'version', v };
    for (const v of detached) yield { t: 'detached', v };
    for (const v of trees) yield { t: 'tree', v };
    for (const instance of instances) yield { t: 'instance', v: recordOf(instance) };
    for (const deployment of deployments) yield { t: 'deployment', v: deploymentRecord(deployment) };
  }
  return inSlices(lines());
}

/**
 * A second state like this one, which goes on by itself from here. What never changes is shared between the two, so that it
 * takes a fraction of the time and of the memory that reading a snapshot does.
 */
export function copyState(state: State): State {
  const copy = new State();
  const definitions = new Map<string, AppDefinition>();
  const instances = [...state.instances.values()];
  for (const line of smallParts(state)) restoreLine(copy, definitions, line);
  for (const v of state.versions.definitions()) restoreLine(copy, definitions, { t: 'version', v });
  for (const v of detachedDefinitions(state, instances)) restoreLine(copy, definitions, { t: 'detached', v });
  for (const { version, apps, groups } of state.treeHistory.versions)
    copy.treeHistory.add({ version, apps: [...apps], groups: [...groups] });
  for (const instance of instances) copy.instances.put(instance);
  for (const deployment of state.deployments.values()) copy.deployments.set(deployment.plan.id, deployment);
  return copy;
}

/** Rebuilds a state from the text of a snapshot. Throws on text that `captureSnapshot` did not write. */
export function restoreSnapshot(text: string): State {
  const state = new State();
  const definitions = new Map<string, AppDefinition>();
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const stop = end < 0 ? text.length : end;
    if (stop > from) restoreLine(state, definitions, JSON.parse(text.slice(from, stop)) as SnapshotLine);
    from = stop + 1;
  }
  return state;
}

function restoreLine(state: State, definitions: Map<string, AppDefinition>, line: SnapshotLine): void {
  switch (line.t) {
    case 'head':
      state.position = line.position;
      state.rootVersion = line.rootVersion;
      state.frameworkId = line.frameworkId;
      state.cluster = line.cluster;
      return;
    case 'group':
      state.groups.set(line.v.id, line.v);
      state.tree.addGroup(line.v);
      return;
    case 'version':
      definitions.set(keyOf(refTo(line.v)), line.v);
      // No tree is known yet whose way back this would be noted in.
      return storeApp(state, line.v);
    case 'detached':
      definitions.set(keyOf(refTo(line.v)), line.v);
      return;
    case 'tree':
      return state.treeHistory.add(treeVersion(definitions, line.v));
    case 'instance': {
      const app = resolve(definitions, [line.v.appId, line.v.version]);
      return state.instances.put(instanceOf(line.v, app));
    }
    case 'deployment':
      return restoreDeployment(state, definitions, line.v);
    case 'checked':
      return addChecks(state, line.v.appId, line.v.version, line.v.healthChecks);
    case 'failure':
      state.taskFailures.set(line.v.appId, line.v);
      return;
    case 'webhook':
      state.webhooks.set(line.v.id, line.v);
      return;
    case 'reply':
      state.replies.set(line.k, line.v);
      return;
  }
}

function treeVersionRecord({ version, apps, groups }: TreeVersion): TreeVersionRecord {
  return { version, apps: apps.map(entryOf), groups: [...groups] };
}

function treeVersion(definitions: Map<string, AppDefinition>, record: TreeVersionRecord): TreeVersion {
  const { version, apps, groups } = record;
  return {
    version,
    apps: apps.map((entry) => resolveEntry(definitions, entry)),
    groups: [...groups],
  };
}

/** What the plan itself tells is not written. */
function deploymentRecord(deployment: Deployment): DeploymentRecord {
  const { plan, currentStep, startedAtMs, originals, groups, instancesToKill } = deployment;
  return {
    plan,
    currentStep,
    startedAtMs,
    originals: [...originals].map(entryOf),
    groups: [...groups],
    instancesToKill: [...instancesToKill],
  };
}

function restoreDeployment(
  state: State,
  definitions: Map<string, AppDefinition>,
  record: DeploymentRecord,
): void {
  const originals = record.originals.map((entry) => resolveEntry(definitions, entry));
  state.deployments.set(record.plan.id, {
    plan: record.plan,
    currentStep: record.currentStep,
    startedAtMs: record.startedAtMs,
    originals: new Map(originals),
    groups: new Map(record.groups),
    affectedApps: new Set(originals.map(([id]) => id)),
    instancesToKill: new Set(record.instancesToKill),
  });
}

function* smallParts(state: State): Iterable<SnapshotLine> {
  const { position, rootVersion, frameworkId, cluster } = state;
  yield {
    t: 'head',
    position,
    rootVersion,
    ...(frameworkId === undefined ? {} : { frameworkId }),
    ...(cluster === undefined ? {} : { cluster }),
  };
  for (const v of state.groups.values()) yield { t: 'group', v };
  for (const [appId, versions] of state.healthChecked) {
    for (const [version, healthChecks] of versions) {
      yield { t: 'checked', v: { appId, version, healthChecks } };
    }
  }
  for (const v of state.taskFailures.values()) yield { t: 'failure', v };
  for (const v of state.webhooks.values()) yield { t: 'webhook', v };
  for (const [k, v] of state.replies) yield { t: 'reply', k, v };
}

/** Definitions that no retained version of a stored app is: those of deleted apps, trimmed versions. */
function detachedDefinitions(state: State, instances: readonly Instance[]): Iterable<AppDefinition> {
  const found = new Map<string, AppDefinition>();
  const note = (app: AppDefinition | null): void => {
    if (app !== null && state.versions.get(app.id, app.version) === undefined) {
      found.set(keyOf(refTo(app)), app);
    }
  };
  for (const instance of instances) note(instance.app);
  for (const deployment of state.deployments.values()) {
    for (const original of deployment.originals.values()) note(original);
  }
  for (const { apps: before } of state.treeHistory.versions) for (const [, app] of before) note(app);
  return found.values();
}

function* inSlices(lines: Iterable<SnapshotLine>): Iterable<string> {
  let slice: string[] = [];
  for (const line of lines) {
    slice.push(JSON.stringify(line));
    if (slice.length < LINES_PER_SLICE) continue;
    yield `${slice.join('\n')}\n`;
    slice = [];
  }
  if (slice.length > 0) yield `${slice.join('\n')}\n`;
}

const refTo = (app: AppDefinition): DefinitionRef => [app.id, app.version];

const entryOf = ([appId, app]: readonly [string, AppDefinition | null]): DefinitionEntry => [
  appId,
  app === null ? null : refTo(app),
];

const keyOf = ([appId, version]: DefinitionRef): string => `${appId} ${version}`;

function resolve(definitions: Map<string, AppDefinition>, ref: DefinitionRef): AppDefinition {
  const app = definitions.get(keyOf(ref));
  if (app === undefined) throw new Error(`the snapshot refers to unknown version ${ref[1]} of ${ref[0]}`);
  return app;
}

function resolveEntry(
  definitions: Map<string, AppDefinition>,
  [appId, ref]: DefinitionEntry,
): readonly [string, AppDefinition | null] {
  return [appId, ref === null ? null : resolve(definitions, ref)];
}
