import type { TaskInfo, TaskState, TaskStatus } from '#mesos';
import type { World } from '../kernel/world.js';
import type { Random } from '../kernel/random.js';
import { holdingOf } from './master-state.js';
import { planTask, type TaskPlan } from './task-behaviour.js';

/** How long an update waits for its acknowledgement before it is sent again, ms; doubles each time. */
const RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 600_000;

const TERMINAL: ReadonlySet<TaskState> = new Set<TaskState>([
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_DROPPED',
]);

export const isTerminal = (state: TaskState): boolean => TERMINAL.has(state);

/** What an agent has. */
export interface AgentResources {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly ports: { readonly begin: number; readonly end: number };
}

/** What an agent runs on. */
export interface Machine {
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resources: AgentResources;
}

/** A task on its agent. */
export interface AgentTask {
  readonly info: TaskInfo;
  readonly plan: TaskPlan;
  readonly ports: readonly number[];
  readonly beganAtMs: number;
  state: TaskState;
  /** Updates without acknowledgement, oldest first: the first is the one that is sent. */
  readonly updates: TaskStatus[];
  attempts: number;
  isBeingKilled: boolean;
}

/** What an agent says to the master. */
export interface AgentWords {
  readonly update: (agent: SimulatedAgent, status: TaskStatus) => void;
  readonly ended: (taskId: string) => void;
  readonly began: (taskId: string) => void;
}

/** One machine with its agent: the truth about what runs. */
export class SimulatedAgent {
  readonly tasks = new Map<string, AgentTask>();
  /** The machine is up. */
  isUp = true;
  /** Messages between it and the master arrive. */
  isReachable = true;
  /** Another one has taken its place: it never comes back. */
  isReplaced = false;
  private updates = 0;

  constructor(
    readonly id: string,
    readonly machine: Machine,
    private readonly parts: { readonly world: World; readonly random: Random; readonly words: AgentWords },
  ) {}

  get hostname(): string {
    return this.machine.hostname;
  }

  get attributes(): Readonly<Record<string, string>> {
    return this.machine.attributes;
  }

  get isHeard(): boolean {
    return this.isUp && this.isReachable;
  }

  run(info: TaskInfo): void {
    const { world, random, words } = this.parts;
    const id = info.task_id.value;
    if (this.tasks.has(id)) return;
    const task: AgentTask = {
      info,
      plan: planTask(info, random.fork(id), world.calm),
      ports: holdingOf(info).ports,
      beganAtMs: world.time.nowMs,
      state: 'TASK_STAGING',
      updates: [],
      attempts: 0,
      isBeingKilled: false,
    };
    this.tasks.set(id, task);
    words.began(id);
    this.move(task, 'TASK_STARTING');
    this.later(task, task.plan.startMs, () => this.start(task));
  }

  kill(taskId: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined || task.isBeingKilled || isTerminal(task.state)) return;
    task.isBeingKilled = true;
    this.move(task, 'TASK_KILLING');
    this.later(task, task.plan.killMs, () => this.move(task, 'TASK_KILLED'));
  }

  acknowledge(taskId: string, uuid: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined || task.updates[0]?.uuid !== uuid) return;
    task.updates.shift();
    task.attempts = 0;
    if (task.updates.length > 0) return this.send(task);
    if (isTerminal(task.state)) this.tasks.delete(taskId);
  }

  /** The master says that the agent should run a task that it does not know. */
  drop(info: TaskInfo): void {
    if (this.tasks.has(info.task_id.value)) return;
    const task: AgentTask = {
      info,
      plan: planTask(info, this.parts.random.fork(info.task_id.value), true),
      ports: [],
      beganAtMs: this.parts.world.time.nowMs,
      state: 'TASK_STAGING',
      updates: [],
      attempts: 0,
      isBeingKilled: false,
    };
    this.tasks.set(info.task_id.value, task);
    this.move(task, 'TASK_DROPPED', 'REASON_RECONCILIATION');
  }

  /** Everything on the machine ends at once; the agent comes back later and finds it gone. */
  crash(): void {
    this.isUp = false;
    for (const task of this.tasks.values()) {
      if (isTerminal(task.state)) continue;
      task.state = 'TASK_FAILED';
      this.parts.words.ended(task.info.task_id.value);
      task.updates.push(this.statusOf(task, { reason: 'REASON_EXECUTOR_TERMINATED' }));
    }
  }

  /** The agent is back, or heard again: what waits for an acknowledgement is sent again. */
  resend(): void {
    for (const task of this.tasks.values()) if (task.updates.length > 0) this.send(task);
  }

  /** Whether a task answers a check well. */
  isWell(taskId: string): boolean {
    const task = this.tasks.get(taskId);
    if (task === undefined || !this.isUp || task.state !== 'TASK_RUNNING') return false;
    if (this.parts.world.calm) return true;
    const ageMs = this.parts.world.time.nowMs - task.beganAtMs;
    return ageMs >= task.plan.wellFromMs && (task.plan.illFromMs === null || ageMs < task.plan.illFromMs);
  }

  private start(task: AgentTask): void {
    if (task.isBeingKilled) return;
    const { plan, info } = task;
    this.move(task, 'TASK_RUNNING');
    if (plan.lifetimeMs !== null)
      this.later(task, plan.lifetimeMs, () => {
        if (!this.parts.world.calm) this.move(task, plan.ends, 'REASON_COMMAND_EXECUTOR_FAILED');
      });
    if (info.health_check !== undefined) this.watchHealth(task);
  }

  /** The executor carries out the health check of the definition, and kills what fails it. */
  private watchHealth(task: AgentTask): void {
    const { plan } = task;
    const grown = this.parts.world.time.nowMs - task.beganAtMs;
    this.later(task, Math.max(1, plan.wellFromMs - grown), () => this.report(task, true));
    if (plan.illFromMs === null) return;
    this.later(task, Math.max(2, plan.illFromMs - grown), () => {
      if (this.parts.world.calm) return;
      this.report(task, false);
      this.later(task, 3000, () => {
        if (!task.isBeingKilled) this.move(task, 'TASK_KILLED', 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED');
      });
    });
  }

  private report(task: AgentTask, healthy: boolean): void {
    if (task.state !== 'TASK_RUNNING') return;
    this.push(task, this.statusOf(task, { healthy, reason: 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED' }));
  }

  private move(task: AgentTask, state: TaskState, reason?: string): void {
    if (isTerminal(task.state)) return;
    task.state = state;
    if (isTerminal(state)) this.parts.words.ended(task.info.task_id.value);
    this.push(task, this.statusOf(task, reason === undefined ? {} : { reason }));
  }

  private push(task: AgentTask, status: TaskStatus): void {
    task.updates.push(status);
    if (task.updates.length === 1) this.send(task);
  }

  private statusOf(task: AgentTask, more: Partial<TaskStatus>): TaskStatus {
    this.updates += 1;
    return {
      task_id: task.info.task_id,
      state: task.state,
      agent_id: { value: this.id },
      source: 'SOURCE_EXECUTOR',
      timestamp: this.parts.world.time.epochMs / 1000,
      uuid: Buffer.from(`${this.id}/${this.updates}`.padEnd(16, ' ')).toString('base64'),
      ...(task.state === 'TASK_RUNNING'
        ? { container_status: { network_infos: [{ ip_addresses: [{ ip_address: this.hostname }] }] } }
        : {}),
      ...more,
    };
  }

  /** Sends the first update, and again until it is acknowledged. */
  private send(task: AgentTask): void {
    const [status] = task.updates;
    if (status === undefined) return;
    if (this.isHeard) this.parts.words.update(this, status);
    task.attempts += 1;
    const waitMs = Math.min(RETRY_MS * 2 ** (task.attempts - 1), LONGEST_RETRY_MS);
    const { attempts } = task;
    this.parts.world.time.after(waitMs, () => {
      if (task.updates[0] === status && task.attempts === attempts) this.send(task);
    });
  }

  /** Unless the task or its machine has ended by then. */
  private later(task: AgentTask, delayMs: number, act: () => void): void {
    this.parts.world.time.after(delayMs, () => {
      if (this.isUp && !isTerminal(task.state) && this.tasks.get(task.info.task_id.value) === task) act();
    });
  }
}
