import type { AppDefinition, HealthCheck } from '../definitions/app/app-definition.js';
import type { MesosTaskState } from '../cluster/mesos-shapes.js';
import type { RememberedReply } from '../commands/remembered-reply.js';
import type { Plan } from '../deployments/plan.js';
import type { Timestamp } from '../time/timestamp.js';
import { InstanceIndex } from './instance-index.js';
import { ServicePorts } from './service-ports.js';
import { VersionHistory } from './version-history.js';

/** A group of the tree. The root is always there; others come and go by events. */
export interface Group {
  readonly id: string;
  /** Top-level groups only. */
  readonly enforceRole?: boolean;
}

/** A deployment under way (`spec/scheduling.md` §7). */
export interface Deployment {
  readonly plan: Plan;
  /** 1-based; 0 before the first step. */
  readonly currentStep: number;
  readonly affectedApps: ReadonlySet<string>;
  /** Definitions before the change, `null` where the app was new. What a revert goes back to. */
  readonly originals: ReadonlyMap<string, AppDefinition | null>;
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
  /** Stored definitions by absolute id. */
  readonly apps = new Map<string, AppDefinition>();
  /** Groups by absolute id, the root included. */
  readonly groups = new Map<string, Group>([['/', { id: '/' }]]);
  /** Every retained version of every stored app. */
  readonly versions = new VersionHistory();
  /** Service ports in use. */
  readonly servicePorts = new ServicePorts();
  readonly instances = new InstanceIndex();
  /** Running deployments by id, oldest first. */
  readonly deployments = new Map<string, Deployment>();
  /** Checks that are carried out, by app and version. */
  readonly healthChecked = new Map<string, Map<Timestamp, readonly HealthCheck[]>>();
  readonly taskFailures = new Map<string, TaskFailure>();
  /** Replies by idempotency key, oldest first. */
  readonly replies = new Map<string, AnsweredCommand>();

  constructor(rootVersion: Timestamp = '1970-01-01T00:00:00.000Z') {
    this.rootVersion = rootVersion;
  }

  /** Roughly how many records a snapshot of the state has. */
  get recordCount(): number {
    return 2 * this.apps.size + this.instances.size;
  }

  /** Ids of the running deployments that touch an app: its locks. */
  deploymentsOf(appId: string): Deployment[] {
    const found: Deployment[] = [];
    for (const deployment of this.deployments.values()) {
      if (deployment.affectedApps.has(appId)) found.push(deployment);
    }
    return found;
  }
}
