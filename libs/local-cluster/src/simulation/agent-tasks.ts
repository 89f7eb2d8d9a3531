import type { FrameworkInfo, KillPolicy, TaskInfo, TaskState } from '#mesos';
import type {
  AcknowledgeStatusMessage,
  AgentTask,
  ApplyOperationMessage,
  DrainMessage,
  MasterToAgentMessage,
  RunTaskMessage,
  TasksToReconcile,
} from '../link/messages.js';
import { DEFAULT_BEHAVIOR } from './behavior.js';
import { hashText, PURPOSES } from './fate.js';
import type { SimulatedAgent } from './simulated-agent.js';
import { SimulatedTask } from './simulated-task.js';
import type { SimulatedFramework } from './simulation.js';
import { dropMessage } from './task-words.js';

/** Addresses of containers with one of their own: so many per agent before they are used again. */
const ADDRESSES_PER_AGENT = 250;

/** The tasks of a simulated agent, and what its master asks for about them (spec/local-cluster.md §8, §13, §22). */
export class AgentTasks {
  /** By task id; task ids of different frameworks may be the same, which is rare enough for a list. */
  private readonly tasks = new Map<string, SimulatedTask | SimulatedTask[]>();
  private draining: DrainMessage | undefined;
  private addressesGiven = 0;

  constructor(private readonly agent: SimulatedAgent) {}

  /** Tasks that are not over. */
  get live(): number {
    let count = 0;
    for (const task of this.all()) if (!task.isOver) count += 1;
    return count;
  }

  byId(taskId: string): SimulatedTask | undefined {
    const found = this.tasks.get(taskId);
    return Array.isArray(found) ? found[0] : found;
  }

  command(message: MasterToAgentMessage): void {
    switch (message.type) {
      case 'run_task':
        this.runTask(message);
        return;
      case 'kill_task':
        this.killTask(message.frameworkId, message.taskId, message.killPolicy);
        return;
      case 'shutdown_executor':
        this.killTask(message.frameworkId, message.executorId, undefined);
        return;
      case 'shutdown_framework':
        for (const task of this.of(message.frameworkId)) this.forget(task);
        return;
      case 'update_framework': {
        const { id } = this.agent.simulation.frameworks.note(message.framework);
        for (const task of this.of(id)) task.updates.resend();
        return;
      }
      case 'drain':
        this.drain(message);
        return;
      case 'apply_operation':
        this.refuseOperation(message);
        return;
      default:
        // Command executors take no messages; nothing else is addressed to what this agent has.
        this.agent.simulation.logger.debug({ type: message.type }, 'nobody to pass a message on to');
    }
  }

  acknowledge({ frameworkId, taskId, uuid }: AcknowledgeStatusMessage): void {
    const task = this.find(frameworkId, taskId);
    if (task?.acknowledge(uuid) === true) this.forget(task);
  }

  /** The master expects tasks that this agent does not have (§7.1). */
  reconcile(expected: readonly TasksToReconcile[]): void {
    for (const { framework: info, taskIds } of expected) {
      const framework = this.agent.simulation.frameworks.note(info);
      for (const taskId of taskIds) {
        if (this.find(framework.id, taskId) !== undefined) continue;
        const unknown = { name: taskId, task_id: { value: taskId }, agent_id: { value: this.agent.id! } };
        const task = this.add(framework, unknown);
        task.drop('REASON_RECONCILIATION', 'Reconciliation: task unknown to the agent');
      }
    }
  }

  /** As told to the master at re-registration. */
  describe(): AgentTask[] {
    return [...this.all()].map((task) => task.describe());
  }

  frameworks(): FrameworkInfo[] {
    const frameworks = new Set<SimulatedFramework>();
    for (const task of this.all()) frameworks.add(task.framework);
    return [...frameworks].map(({ info }) => info);
  }

  resendUpdates(): void {
    for (const task of this.all()) task.updates.resend();
  }

  pauseUpdates(): void {
    for (const task of this.all()) task.updates.pause();
  }

  /** The machine booted: its executors are gone. */
  loseExecutors(): void {
    for (const task of this.all()) task.executorLost();
  }

  forgetAll(): void {
    for (const task of this.all()) task.forget();
    this.tasks.clear();
    this.draining = undefined;
  }

  /** Kills are the operator's doing while the agent is drained, and final when it does not come back (C§21.6). */
  toldWhileDraining(
    state: TaskState,
    framework: SimulatedFramework,
  ): { state: TaskState; reason?: string } | undefined {
    if (this.draining === undefined || (state !== 'TASK_KILLING' && state !== 'TASK_KILLED'))
      return undefined;
    const isGone = this.draining.markGone && state === 'TASK_KILLED' && framework.isPartitionAware;
    return { state: isGone ? 'TASK_GONE_BY_OPERATOR' : state, reason: 'REASON_AGENT_DRAINING' };
  }

  uniqueAddress(): string {
    const place = hashText(this.agent.hostname) >>> 0;
    this.addressesGiven = (this.addressesGiven % ADDRESSES_PER_AGENT) + 1;
    return `10.${(place >>> 8) & 255}.${place & 255}.${this.addressesGiven}`;
  }

  private runTask({ framework: info, task: given, resourceVersion }: RunTaskMessage): void {
    const { simulation, currentResourceVersion } = this.agent;
    const framework = simulation.frameworks.note(info);
    const resolved = simulation.behaviors.of(given);
    const behavior = resolved.ok ? resolved.behavior : DEFAULT_BEHAVIOR;
    if (simulation.fates.happens(behavior.loseMessage, PURPOSES.loseMessage, hashText(given.task_id.value)))
      return;
    if (this.find(framework.id, given.task_id.value) !== undefined) return;
    const task = this.add(framework, simulation.parts.retain(given), behavior);
    const reason = this.dropReason(given, resourceVersion, currentResourceVersion);
    if (reason !== undefined) task.drop(reason, dropMessage(reason));
    else if (!resolved.ok) task.fail(resolved.error);
    else task.begin();
  }

  private dropReason(task: TaskInfo, assumed: string, current: string): string | undefined {
    if (this.draining !== undefined) return 'REASON_AGENT_DRAINING';
    if (assumed !== current) return 'REASON_INVALID_OFFERS';
    const isUnknown = task.resources?.some(
      ({ disk, reservations }) =>
        disk?.persistence !== undefined || reservations?.some(({ type }) => type === 'DYNAMIC') === true,
    );
    return isUnknown === true ? 'REASON_RESOURCES_UNKNOWN' : undefined;
  }

  private killTask(frameworkId: string, taskId: string, policy: KillPolicy | undefined): void {
    this.find(frameworkId, taskId)?.kill(policy, this.draining?.maxGracePeriodMs);
  }

  private drain(message: DrainMessage): void {
    this.draining = message;
    for (const task of this.all()) task.kill(undefined, message.maxGracePeriodMs);
    if (this.tasks.size === 0) this.draining = undefined;
  }

  /** These agents keep neither reservations nor volumes, as the ones that run processes. Feedback is for who wants it. */
  private refuseOperation({ framework, operation }: ApplyOperationMessage): void {
    if (!('id' in operation) || operation.id === undefined) return;
    const message = `${operation.type} is not available on this agent`;
    this.agent.refuseOperation(framework.id?.value ?? '', operation.id, message);
  }

  private add(framework: SimulatedFramework, info: TaskInfo, behavior = DEFAULT_BEHAVIOR): SimulatedTask {
    const task = new SimulatedTask(this.agent, framework, info, behavior);
    const others = this.tasks.get(task.id);
    if (others === undefined) this.tasks.set(task.id, task);
    else this.tasks.set(task.id, Array.isArray(others) ? [...others, task] : [others, task]);
    return task;
  }

  private find(frameworkId: string, taskId: string): SimulatedTask | undefined {
    const found = this.tasks.get(taskId);
    if (Array.isArray(found)) return found.find(({ framework }) => framework.id === frameworkId);
    return found?.framework.id === frameworkId ? found : undefined;
  }

  private forget(task: SimulatedTask): void {
    task.forget();
    const found = this.tasks.get(task.id);
    const others = Array.isArray(found) ? found.filter((other) => other !== task) : [];
    if (others.length > 0) this.tasks.set(task.id, others);
    else this.tasks.delete(task.id);
    if (this.tasks.size === 0) this.draining = undefined;
  }

  private *all(): Generator<SimulatedTask> {
    for (const found of this.tasks.values()) {
      if (Array.isArray(found)) yield* found;
      else yield found;
    }
  }

  private of(frameworkId: string): SimulatedTask[] {
    return [...this.all()].filter(({ framework }) => framework.id === frameworkId);
  }
}
