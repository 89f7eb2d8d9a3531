import type { AppDefinition, HealthCheck } from '../definitions/app/app-definition.js';
import type { Plan } from '../deployments/plan.js';
import type { ClusterIdentity } from '../events/domain-event.js';
import type { Instance } from '../instances/instance.js';
import type { Timestamp } from '../time/timestamp.js';
import type { Webhook } from '../webhooks/webhook.js';
import { addChecks } from '../instances/health/registration.js';
import { storeApp } from './evolve.js';
import { InstanceLines, linesOf, type InstanceLine, type InstanceRow } from './instance-rows.js';
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
export const SNAPSHOT_FORMAT = 4;

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

/** What refers to nothing else. */
type SmallPart =
  | {
      t: 'head';
      position: number;
      rootVersion: Timestamp;
      frameworkId?: string;
      cluster?: ClusterIdentity;
    }
  | { t: 'group'; v: Group }
  /** A version of an app whose health is checked. */
  | { t: 'checked'; v: CheckedVersion }
  | { t: 'failure'; v: TaskFailure }
  | { t: 'webhook'; v: Webhook }
  | { t: 'reply'; k: string; v: AnsweredCommand };

/** One line of a snapshot: a tagged record, or an instance. Lines come in the order in which they can be restored. */
type SnapshotLine =
  | SmallPart
  /** A retained version of a stored app; the last one of each app is the stored one. */
  | { t: 'version'; v: AppDefinition }
  /** A definition that only instances, deployments or former versions of the tree still refer to. */
  | { t: 'detached'; v: AppDefinition }
  | { t: 'tree'; v: TreeVersionRecord }
  | InstanceLine
  | { t: 'deployment'; v: DeploymentRecord };

interface CheckedVersion {
  readonly appId: string;
  readonly version: Timestamp;
  readonly healthChecks: readonly HealthCheck[];
}

const LINES_PER_SLICE = 500;

/**
 * Writes the state down, line by line. The content is taken at once, when this is called; the text is made
 * slice by slice as the caller iterates, so that a large state does not hold up everything else. Slices end where lines do.
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
    yield* linesOf(instances);
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
  for (const line of smallParts(state)) restoreSmallPart(copy, line);
  for (const app of state.versions.definitions()) storeApp(copy, app);
  for (const { version, apps, groups } of state.treeHistory.versions)
    copy.treeHistory.add({ version, apps: [...apps], groups: [...groups] });
  for (const instance of state.instances.values()) copy.instances.put(instance);
  for (const deployment of state.deployments.values()) copy.deployments.set(deployment.plan.id, deployment);
  return copy;
}

/** Rebuilds a state from a snapshot, in slices that end where lines do. Throws on what `captureSnapshot` did not write. */
export function restoreSnapshot(slices: readonly string[]): State {
  const restored = { state: new State(), definitions: new Map(), instances: new InstanceLines() };
  for (const text of slices) {
    for (let from = 0; from < text.length;) {
      const end = text.indexOf('\n', from);
      const stop = end < 0 ? text.length : end;
      if (stop > from) restoreLine(restored, JSON.parse(text.slice(from, stop)) as SnapshotLine);
      from = stop + 1;
    }
  }
  return restored.state;
}

/** A state that is being put together, with what lines refer to. */
interface Restored {
  readonly state: State;
  readonly definitions: Map<string, AppDefinition>;
  readonly instances: InstanceLines;
}

function restoreLine({ state, definitions, instances }: Restored, line: SnapshotLine): void {
  if (isRow(line)) return state.instances.put(instances.instanceOf(line));
  switch (line.t) {
    case 'version':
      definitions.set(keyOf(refTo(line.v)), line.v);
      // No tree is known yet whose way back this would be noted in.
      return storeApp(state, line.v);
    case 'detached':
      definitions.set(keyOf(refTo(line.v)), line.v);
      return;
    case 'tree':
      return state.treeHistory.add(treeVersion(definitions, line.v));
    case 'of':
      return instances.follow(resolve(definitions, [line.v.appId, line.v.version]), line.v.role);
    case 'agent':
      return instances.addAgent(line.v);
    case 'deployment':
      return restoreDeployment(state, definitions, line.v);
    default:
      return restoreSmallPart(state, line);
  }
}

const isRow = (line: SnapshotLine): line is InstanceRow => Array.isArray(line);

/** What refers to nothing else. */
function restoreSmallPart(state: State, line: SmallPart): void {
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

function* smallParts(state: State): Iterable<SmallPart> {
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
