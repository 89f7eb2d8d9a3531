import type { AppDefinition, HealthCheck } from '../definitions/app/app-definition.js';
import type { MesosTaskState } from '../cluster/mesos-shapes.js';
import type { ClusterIdentity } from '../events/domain-event.js';
import type { RememberedReply } from '../commands/remembered-reply.js';
import type { Plan } from '../deployments/plan.js';
import { isDescendant, ROOT } from '../ids/path-id.js';
import type { Timestamp } from '../time/timestamp.js';
import { AgentPool } from './agent-pool.js';
import { InstanceIndex } from './instance-index.js';
import { RunningDeployments } from './running-deployments.js';
import { ServicePorts } from './service-ports.js';
import { TreeHistory } from './tree-history.js';
import { TreeIndex } from './tree-index.js';
import type { Webhook } from '../webhooks/webhook.js';
import { VersionHistory } from './version-history.js';

/** A group of the tree. The root is always there; others come and go by events. */
export interface Group {
  readonly id: string;
  /** Top-level groups only. */
  readonly enforceRole?: boolean;
  /** Absolute ids: everything below this group waits for everything below those. */
  readonly dependencies: readonly string[];
}

/** A group before a change of the tree and after it; `null` on the side where it does not exist. */
export interface GroupChange {
  readonly original: Group | null;
  readonly target: Group | null;
}

/** A group with everything below it, as it is or was. */
export interface Subtree {
  /** By absolute id, the group itself included. */
  readonly groups: ReadonlyMap<string, Group>;
  readonly apps: ReadonlyMap<string, AppDefinition>;
}

/** A deployment under way (`spec/scheduling.md` §7). */
export interface Deployment {
  readonly plan: Plan;
  /** 1-based; 0 before the first step. */
  readonly currentStep: number;
  readonly affectedApps: ReadonlySet<string>;
  /** Definitions before the change, `null` where the app was new. What a revert goes back to. */
  readonly originals: ReadonlyMap<string, AppDefinition | null>;
  /** The groups that changed with it. */
  readonly groups: ReadonlyMap<string, GroupChange>;
  /** Victims chosen by kill-and-scale. */
  readonly instancesToKill: ReadonlySet<string>;
  readonly startedAtMs: number;
}

/** The newest failure of an app's tasks (`spec/operations.md` §18.4). */
export interface TaskFailure {
  readonly appId: string;
  readonly host: string;
  readonly message: string;
  readonly state: MesosTaskState;
  readonly taskId: string;
  readonly timestamp: Timestamp;
  readonly version: Timestamp;
  readonly slaveId?: string;
}

/** A command that carried an idempotency key, and the answer it got. */
export interface AnsweredCommand {
  readonly fingerprint: string;
  readonly reply: RememberedReply;
}

/**
 * The fold of the log: same log, same state, on every node. It owns mutable collections of immutable records;
 * only `evolve` writes to it.
 */
export class State {
  /** Position of the last event applied. */
  position = 0;
  /** Version of the root group: grows strictly with each change of the tree. */
  rootVersion: Timestamp;
  frameworkId: string | undefined;
  /** What the latest term said of the cluster. */
  cluster: ClusterIdentity | undefined;
  /** Stored definitions by absolute id. */
  readonly apps = new Map<string, AppDefinition>();
  /** Groups by absolute id, the root included. */
  readonly groups = new Map<string, Group>([[ROOT, { id: ROOT, dependencies: [] }]]);
  /** What lies in each group. */
  readonly tree = new TreeIndex();
  /** The versions of the whole tree that can be gone back to. */
  readonly treeHistory = new TreeHistory();
  /** Every retained version of every stored app. */
  readonly versions = new VersionHistory();
  /** Service ports in use. */
  readonly servicePorts = new ServicePorts();
  readonly instances = new InstanceIndex();
  /** What instances share of the agents they were sent to. */
  readonly agents = new AgentPool();
  /** Running deployments by id, oldest first. */
  readonly deployments = new RunningDeployments();
  /** Checks that are carried out, by app and version. */
  readonly healthChecked = new Map<string, Map<Timestamp, readonly HealthCheck[]>>();
  readonly taskFailures = new Map<string, TaskFailure>();
  /** Subscribers that events are sent to, by id, oldest first. */
  readonly webhooks = new Map<string, Webhook>();
  /** Replies by idempotency key, oldest first. */
  readonly replies = new Map<string, AnsweredCommand>();

  constructor(rootVersion: Timestamp = '1970-01-01T00:00:00.000Z') {
    this.rootVersion = rootVersion;
  }

  /** Roughly how many records a snapshot of the state has. */
  get recordCount(): number {
    return this.apps.size + this.instances.size;
  }

  /** The versions of the tree in which a group exists, newest first, as far as they are retained. */
  groupVersions(groupId: string): Timestamp[] {
    return this.treeHistory.versionsOf(groupId, this.groups.has(groupId));
  }

  /**
   * A group as it was in a version of the tree, with everything below; `undefined` when it did not exist then or the
   * version is not retained.
   */
  subtreeAt(groupId: string, version: Timestamp): Subtree | undefined {
    const delta = this.treeHistory.backTo(version);
    if (delta === undefined) return undefined;
    const { groups, apps } = this.subtree(groupId);
    lay(delta.groups, groups, groupId);
    lay(delta.apps, apps, groupId);
    return groups.has(groupId) ? { groups, apps } : undefined;
  }

  /** A group as it is, with everything below; empty when it does not exist. */
  subtree(groupId: string): { groups: Map<string, Group>; apps: Map<string, AppDefinition> } {
    const groups = new Map<string, Group>();
    for (const id of [groupId, ...this.tree.groupsBelow(groupId)]) {
      const group = this.groups.get(id);
      if (group !== undefined) groups.set(id, group);
    }
    const apps = new Map<string, AppDefinition>();
    for (const id of this.tree.appsBelow(groupId)) {
      const app = this.apps.get(id);
      if (app !== undefined) apps.set(id, app);
    }
    return { groups, apps };
  }
}

/** Puts former values at or below a group over present ones. */
function lay<T>(former: ReadonlyMap<string, T | null>, present: Map<string, T>, groupId: string): void {
  for (const [id, value] of former) {
    if (id !== groupId && !isDescendant(id, groupId)) continue;
    if (value === null) present.delete(id);
    else present.set(id, value);
  }
}
