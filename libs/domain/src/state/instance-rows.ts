import type { AppDefinition } from '../definitions/app/app-definition.js';
import { taskIdOf } from '../ids/instance-id.js';
import type { Agent, Instance, Task, TaskIpAddress, TaskStatusRecord } from '../instances/instance.js';
import type { Timestamp } from '../time/timestamp.js';

/**
 * An instance as a snapshot writes it down: values in a fixed order, without names, absent ones as `null`. A state has many
 * times more of them than of anything else, and what they share, their definition and their agent, is said once, on a line
 * of its own before the first row that rests on it.
 */
export type InstanceRow = readonly [
  id: string,
  goal: Instance['goal'],
  condition: Instance['condition'],
  sinceMs: number,
  scheduledAtMs: number,
  deploymentId: string | null,
  /** Number of the agent's line, from 0. */
  agent: number | null,
  task: TaskRow | null,
  killRequested: Instance['killRequested'] | null,
  health: Instance['health'] | null,
  readiness: Instance['readiness'] | null,
];

type TaskRow = readonly [
  /** `null`: the one that follows from instance and incarnation. */
  id: string | null,
  incarnation: number,
  stagedAtMs: number,
  startedAtMs: number | null,
  hostPorts: readonly number[],
  ipAddresses: readonly TaskIpAddress[],
  status: StatusRow | null,
];

type StatusRow = readonly [
  state: TaskStatusRecord['state'],
  timestampMs: number,
  reason: string | null,
  message: string | null,
  healthy: boolean | null,
  checkStatus: TaskStatusRecord['checkStatus'] | null,
  unreachableSinceMs: number | null,
];

/** What the rows that follow have in common: a version of an app, and the role. */
export interface RowsOf {
  readonly appId: string;
  readonly version: Timestamp;
  readonly role: string;
}

/** The lines that say all about instances, in the order in which they have to be read. */
export type InstanceLine = { t: 'of'; v: RowsOf } | { t: 'agent'; v: Agent } | InstanceRow;

/** The lines of some instances. */
export function* linesOf(instances: Iterable<Instance>): Iterable<InstanceLine> {
  const agents = new AgentNumbers();
  let former: Instance | undefined;
  for (const instance of instances) {
    const { agent } = instance;
    if (former === undefined || !haveInCommon(former, instance)) yield { t: 'of', v: commonOf(instance) };
    former = instance;
    if (agent !== undefined && agents.isNew(agent)) yield { t: 'agent', v: agent };
    yield rowOf(instance, agent === undefined ? null : agents.numberOf(agent));
  }
}

const commonOf = ({ appId, app, role }: Instance): RowsOf => ({ appId, version: app.version, role });

const haveInCommon = (a: Instance, b: Instance): boolean =>
  a.appId === b.appId && a.app.version === b.app.version && a.role === b.role;

/** Numbers agents in the order in which they come up; equal ones are one, whether they are the same object or not. */
class AgentNumbers {
  private readonly byObject = new Map<Agent, number>();
  private readonly byContent = new Map<string, number>();

  /** Whether no equal one has come up before; it has a number from now on. */
  isNew(agent: Agent): boolean {
    if (this.byObject.has(agent)) return false;
    const content = JSON.stringify(agent);
    const known = this.byContent.get(content);
    this.byObject.set(agent, known ?? this.byContent.size);
    if (known === undefined) this.byContent.set(content, this.byContent.size);
    return known === undefined;
  }

  numberOf(agent: Agent): number {
    return this.byObject.get(agent)!;
  }
}

function rowOf(instance: Instance, agent: number | null): InstanceRow {
  return [
    instance.id,
    instance.goal,
    instance.condition,
    instance.sinceMs,
    instance.scheduledAtMs,
    instance.deploymentId ?? null,
    agent,
    instance.task === undefined ? null : taskRow(instance.id, instance.task),
    instance.killRequested ?? null,
    instance.health ?? null,
    instance.readiness ?? null,
  ];
}

function taskRow(instanceId: string, task: Task): TaskRow {
  const { id, incarnation, stagedAtMs, startedAtMs, hostPorts, ipAddresses, status } = task;
  return [
    id === taskIdOf(instanceId, incarnation) ? null : id,
    incarnation,
    stagedAtMs,
    startedAtMs ?? null,
    hostPorts,
    ipAddresses,
    status === undefined ? null : statusRow(status),
  ];
}

function statusRow(status: TaskStatusRecord): StatusRow {
  return [
    status.state,
    status.timestampMs,
    status.reason ?? null,
    status.message ?? null,
    status.healthy ?? null,
    status.checkStatus ?? null,
    status.unreachableSinceMs ?? null,
  ];
}

/** Puts instances together from their lines, read in order. What they have in common they share in memory, too. */
export class InstanceLines {
  private readonly agents: Agent[] = [];
  private readonly texts = new Map<string, string>();
  private app: AppDefinition | undefined;
  private role = '';

  /** The rows that follow are of this version of an app. */
  follow(app: AppDefinition, role: string): void {
    this.app = app;
    this.role = role;
  }

  addAgent(agent: Agent): void {
    this.agents.push(agent);
  }

  /** Every key in the order in which the fold sets them, so that both make objects of one shape. */
  instanceOf(row: InstanceRow): Instance {
    const [id, goal, condition, sinceMs, scheduledAtMs, deploymentId] = row;
    const [, , , , , , agent, task, killRequested, health, readiness] = row;
    const { app, role } = this;
    if (app === undefined) throw new Error('the snapshot does not say of what app its first instance is');
    return {
      id,
      appId: app.id,
      app,
      role,
      goal,
      condition,
      sinceMs,
      scheduledAtMs,
      deploymentId: deploymentId === null ? undefined : this.shared(deploymentId),
      agent: agent === null ? undefined : this.agentAt(agent),
      task: task === null ? undefined : this.taskOf(id, task),
      killRequested: killRequested ?? undefined,
      health: health ?? undefined,
      readiness: readiness ?? undefined,
    };
  }

  private agentAt(number: number): Agent {
    const agent = this.agents[number];
    if (agent === undefined) throw new Error(`the snapshot has no agent ${number}`);
    return agent;
  }

  private taskOf(instanceId: string, row: TaskRow): Task {
    const [id, incarnation, stagedAtMs, startedAtMs, hostPorts, ipAddresses, status] = row;
    return {
      id: id ?? taskIdOf(instanceId, incarnation),
      incarnation,
      stagedAtMs,
      startedAtMs: startedAtMs ?? undefined,
      hostPorts,
      ipAddresses,
      status: status === null ? undefined : this.statusOf(status),
    };
  }

  private statusOf(row: StatusRow): TaskStatusRecord {
    const [state, timestampMs, reason, message, healthy, checkStatus, unreachableSinceMs] = row;
    return {
      state: this.shared(state),
      reason: reason === null ? undefined : this.shared(reason),
      message: message ?? undefined,
      healthy: healthy ?? undefined,
      checkStatus: checkStatus ?? undefined,
      timestampMs,
      unreachableSinceMs: unreachableSinceMs ?? undefined,
    };
  }

  /** One text for all equal ones: those that many instances have would take as much room as everything else. */
  private shared<T extends string>(text: T): T {
    const known = this.texts.get(text);
    if (known !== undefined) return known as T;
    this.texts.set(text, text);
    return text;
  }
}
