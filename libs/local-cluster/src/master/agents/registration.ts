import { isDeepStrictEqual } from 'node:util';
import { toRefinedFormat, withoutAllocation, type FrameworkInfo } from '#mesos';
import type { MasterLinkEnd } from '../../link/link.js';
import type {
  AgentDescription,
  AgentExecutor,
  AgentTask,
  RegisterMessage,
  ReregisterMessage,
  TasksToReconcile,
  UpdateAgentMessage,
} from '../../link/messages.js';
import type { Allocator } from '../allocator/allocator.js';
import type { DeclineFilters } from '../allocator/decline-filters.js';
import type { FairShare } from '../allocator/fair-share.js';
import { latestStateStatus, updateEvent } from '../events/status-event.js';
import { createFramework } from '../frameworks/framework-sessions.js';
import type { Registry } from '../registry/registry.js';
import type { Accounts } from '../state/accounts.js';
import { Agent, executorKey } from '../state/agent.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';
import { isTerminal, taskIdOf, type Task } from '../state/task.js';
import type { TaskTable } from '../state/task-table.js';
import type { AgentLoss } from './agent-loss.js';
import type { MaintenanceSchedule } from './maintenance.js';
import type { AgentDirectory, AgentWhereabouts } from './agent-whereabouts.js';
import type { Pinger } from './pinger.js';

export interface RegistrationParts {
  readonly registry: Registry;
  readonly directory: AgentDirectory;
  readonly loss: AgentLoss;
  readonly pinger: Pinger;
  readonly schedule: MaintenanceSchedule;
  readonly tasks: TaskTable;
  readonly offers: OfferBook;
  readonly accounts: Accounts;
  readonly filters: DeclineFilters;
  readonly fairShare: FairShare;
  readonly allocator: Allocator;
  /** Called after each arrival, when the agent is in the table. */
  readonly onArrival: (agent: Agent) => void;
}

/** Agents that come, and that come back (spec/local-cluster.md §7.1, §20.3, C§22). */
export class AgentRegistration {
  constructor(
    private readonly state: MasterState,
    private readonly parts: RegistrationParts,
  ) {}

  /** First contact. Undefined when the admission could not be made durable: the agent asks again. */
  async register(message: RegisterMessage, link: MasterLinkEnd): Promise<Agent | undefined> {
    if (await this.isTurnedAway(message.agent, undefined, link)) return undefined;
    const agentId = this.state.ids.agentId();
    if (!(await this.admit(agentId, message.agent))) return undefined;
    if (await this.isTurnedAway(message.agent, agentId, link)) return undefined;
    const agent = this.addAgent(agentId, message.agent, link);
    this.state.logger.info({ agentId, hostname: agent.info.hostname }, 'Agent registered');
    agent.send({ type: 'registered', ...this.greeting(agentId) });
    this.parts.pinger.watch(agent);
    this.parts.allocator.request(agent);
    this.parts.onArrival(agent);
    return agent;
  }

  /** Undefined when the agent must ask again later. */
  async reregister(message: ReregisterMessage, link: MasterLinkEnd): Promise<Agent | undefined> {
    const agentId = message.agent.info.id!.value;
    if (this.parts.loss.isLeaving(agentId)) return undefined;
    if (this.parts.registry.gone.has(agentId)) {
      link.send({ type: 'shutdown', message: 'Agent has been marked gone' });
      return undefined;
    }
    if (await this.isTurnedAway(message.agent, agentId, link)) return undefined;
    const known = this.state.agents.get(agentId);
    if (known !== undefined) return this.returnKnown(known, message, link);
    const former = this.parts.directory.locate(agentId).kind;
    if (!(await this.admit(agentId, message.agent))) return undefined;
    if (await this.isTurnedAway(message.agent, agentId, link)) return undefined;
    const agent = this.addAgent(agentId, message.agent, link);
    this.recoverFrameworks(message.frameworks);
    for (const executor of message.executors) this.addExecutor(agent, executor);
    for (const task of message.tasks) this.addTask(agent, task);
    this.welcomeBack(agent, message.frameworks, []);
    this.announceTasks(agent, former);
    return agent;
  }

  /** The agent's total changed while it is registered. */
  updateTotal(agent: Agent, message: UpdateAgentMessage): void {
    const info = { ...agent.info, resources: message.resources };
    this.replaceDescription(agent, {
      ...agent.description,
      info,
      resourceVersion: message.resourceVersion,
    });
    this.parts.allocator.request(agent);
  }

  private returnKnown(agent: Agent, message: ReregisterMessage, link: MasterLinkEnd): Agent {
    agent.link = link;
    agent.connected = true;
    agent.reregisterTimer?.cancel();
    this.replaceDescription(agent, message.agent);
    this.recoverFrameworks(message.frameworks);
    const missing = new Set(agent.tasks);
    for (const task of message.tasks) {
      const known = this.state.frameworks.get(task.frameworkId)?.tasks.get(task.info.task_id.value);
      if (known === undefined) this.addTask(agent, task);
      else {
        missing.delete(known);
        this.parts.tasks.changeState(known, task.state);
      }
    }
    this.welcomeBack(agent, message.frameworks, this.toReconcile([...missing]));
    this.sendPendingKills(agent);
    return agent;
  }

  /** Machines that are down have no agents (C§21.5). One that was admitted nevertheless is awaited no longer. */
  private async isTurnedAway(
    description: AgentDescription,
    agentId: string | undefined,
    link: MasterLinkEnd,
  ): Promise<boolean> {
    const { registry, schedule } = this.parts;
    if (!schedule.isDown(description)) return false;
    if (agentId !== undefined && registry.admitted.has(agentId) && !this.state.agents.has(agentId)) {
      await registry.append({ type: 'agent_removed', agentId }).catch((error: unknown) => {
        this.state.logger.error({ agentId, error }, 'The registry cannot be written');
      });
    }
    link.send({ type: 'shutdown', message: 'Machine is `DOWN`' });
    return true;
  }

  private async admit(agentId: string, description: AgentDescription): Promise<boolean> {
    const agent = { ...description.info, id: { value: agentId } };
    if (isDeepStrictEqual(this.parts.registry.admitted.get(agentId), agent)) return true;
    try {
      await this.parts.registry.append({ type: 'agent_admitted', agent });
      return true;
    } catch (error) {
      this.state.logger.error({ agentId, error }, 'The registry cannot be written; the agent has to wait');
      return false;
    }
  }

  private addAgent(agentId: string, description: AgentDescription, link: MasterLinkEnd): Agent {
    const agent = new Agent(agentId, description, link, this.state.clock.nowMs());
    this.state.agents.set(agentId, agent);
    this.parts.fairShare.addTotal(agent.total);
    return agent;
  }

  /** Free resources follow the new total; offers were made from the old one and are rescinded. */
  private replaceDescription(agent: Agent, description: AgentDescription): void {
    const { fairShare, filters, offers } = this.parts;
    for (const offer of agent.offers) offers.rescind(offer);
    const { attributes, domain } = agent.info;
    fairShare.removeTotal(agent.total);
    agent.description = description;
    fairShare.addTotal(agent.total);
    agent.available = agent.total;
    for (const holder of [...agent.tasks, ...agent.executors.values()]) {
      if (holder.charged !== undefined) agent.take(holder.charged);
    }
    if (!isDeepStrictEqual([attributes, domain], [agent.info.attributes, agent.info.domain])) {
      filters.clearAgent(agent.id);
    }
  }

  private recoverFrameworks(infos: readonly FrameworkInfo[]): void {
    for (const info of infos) {
      const id = info.id?.value;
      if (id === undefined || this.state.frameworks.has(id) || this.state.completedFrameworks.has(id))
        continue;
      createFramework(this.state, id, info, 'recovered');
      this.state.logger.info({ frameworkId: id }, 'Framework recovered from an agent');
    }
  }

  private addExecutor(agent: Agent, { frameworkId, info }: AgentExecutor): void {
    if (!this.state.frameworks.has(frameworkId)) return;
    const role = info.resources?.[0]?.allocation_info?.role ?? '*';
    const charged = withoutAllocation((info.resources ?? []).map(toRefinedFormat));
    const executor = { frameworkId, info, role, charged };
    agent.executors.set(executorKey(frameworkId, info.executor_id.value), executor);
    this.parts.accounts.take(agent, executor, charged);
  }

  private addTask(agent: Agent, reported: AgentTask): void {
    const framework = this.state.frameworks.get(reported.frameworkId);
    if (framework === undefined) return;
    const resources = (reported.info.resources ?? []).map(toRefinedFormat);
    framework.unreachableTasks.delete(reported.info.task_id.value);
    const task: Task = {
      frameworkId: reported.frameworkId,
      agentId: agent.id,
      info: this.state.taskParts.retain(reported.info),
      role: resources[0]?.allocation_info?.role ?? '*',
      state: reported.state,
      statusUpdateState: reported.statusUpdateState,
      statusUpdateUuid: reported.statusUpdateUuid,
      statuses: [...reported.statuses],
      charged: isTerminal(reported.state) ? undefined : this.state.taskParts.charge(resources),
    };
    this.parts.tasks.add(task, false);
  }

  private welcomeBack(
    agent: Agent,
    frameworks: readonly FrameworkInfo[],
    reconcile: readonly TasksToReconcile[],
  ): void {
    const { state, parts } = this;
    agent.reregisteredAtMs = state.clock.nowMs();
    state.logger.info({ agentId: agent.id, tasks: agent.tasks.size }, 'Agent re-registered');
    agent.send({ type: 'reregistered', ...this.greeting(agent.id), reconcile });
    this.refreshFrameworks(agent, frameworks);
    parts.pinger.watch(agent);
    parts.allocator.request(agent);
    parts.onArrival(agent);
  }

  /** Tells the agent what became of its frameworks: removed ones are shut down, others sent as they are now. */
  private refreshFrameworks(agent: Agent, infos: readonly FrameworkInfo[]): void {
    for (const { id } of infos) {
      const frameworkId = id?.value ?? '';
      const framework = this.state.frameworks.get(frameworkId);
      if (framework === undefined) agent.send({ type: 'shutdown_framework', frameworkId });
      else if (framework.isActive) agent.send({ type: 'update_framework', framework: framework.info });
    }
  }

  private sendPendingKills(agent: Agent): void {
    for (const [taskId, frameworkId] of agent.pendingKills)
      agent.send({ type: 'kill_task', frameworkId, taskId });
    agent.pendingKills.clear();
  }

  private toReconcile(tasks: readonly Task[]): TasksToReconcile[] {
    const byFramework = new Map<string, string[]>();
    for (const task of tasks) {
      const taskIds = byFramework.get(task.frameworkId);
      if (taskIds === undefined) byFramework.set(task.frameworkId, [taskIdOf(task)]);
      else taskIds.push(taskIdOf(task));
    }
    return [...byFramework].flatMap(([frameworkId, taskIds]) => {
      const framework = this.state.frameworks.get(frameworkId);
      return framework === undefined ? [] : [{ framework: framework.info, taskIds }];
    });
  }

  /** Frameworks that took the tasks for lost, or never heard of the agent, are told their state (C§15). */
  private announceTasks(agent: Agent, former: AgentWhereabouts['kind']): void {
    const message =
      former === 'unreachable'
        ? 'Unreachable agent re-reregistered'
        : former === 'unknown'
          ? 'Unknown agent reregistered'
          : undefined;
    if (message === undefined) return;
    const timestamp = this.state.timestamp();
    for (const task of agent.tasks) {
      const status = latestStateStatus(task, { reason: 'REASON_AGENT_REREGISTERED', message, timestamp });
      this.state.frameworks.get(task.frameworkId)?.send(updateEvent(status));
    }
  }

  private greeting(agentId: string): { agentId: string; masterId: string; totalPingTimeoutMs: number } {
    const { masterId, options } = this.state;
    const totalPingTimeoutMs = options.agentPingTimeoutMs * options.maxAgentPingTimeouts;
    return { agentId, masterId, totalPingTimeoutMs };
  }
}
