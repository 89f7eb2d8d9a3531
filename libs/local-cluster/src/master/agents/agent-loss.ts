import type { TaskState, TaskStatus, TaskStatusReason } from '#mesos';
import { formatDuration } from '../../agent/duration.js';
import type { DeclineFilters } from '../allocator/decline-filters.js';
import type { FairShare } from '../allocator/fair-share.js';
import type { InverseOffers } from '../allocator/inverse-offers.js';
import { masterStatus, stateFor, updateEvent } from '../events/status-event.js';
import type { Registry } from '../registry/registry.js';
import type { Accounts } from '../state/accounts.js';
import type { Agent } from '../state/agent.js';
import type { Framework } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';
import { isTerminal, taskIdOf, type Task } from '../state/task.js';
import type { TaskTable } from '../state/task-table.js';

export interface LossParts {
  readonly registry: Registry;
  readonly offers: OfferBook;
  readonly inverseOffers: InverseOffers;
  readonly tasks: TaskTable;
  readonly accounts: Accounts;
  readonly filters: DeclineFilters;
  readonly fairShare: FairShare;
}

const NANOSECONDS_PER_MS = 1e6;

/** Agents that leave: disconnection, unreachability, unregistration (spec/local-cluster.md §23, C§22). */
export class AgentLoss {
  /** Agents whose removal is being written to the registry. */
  private readonly leaving = new Set<Agent>();

  constructor(
    private readonly state: MasterState,
    private readonly parts: LossParts,
  ) {}

  /** The connection broke: the agent may come back within `agent_reregister_timeout`. */
  disconnect(agent: Agent): void {
    if (!agent.connected || this.state.agents.get(agent.id) !== agent) return;
    const { clock, options, logger } = this.state;
    agent.connected = false;
    agent.pingTimer?.cancel();
    this.rescindOffers(agent);
    for (const task of agent.tasks) {
      const framework = this.state.frameworks.get(task.frameworkId);
      if (framework?.isCheckpointing === false) this.loseUncheckpointed(agent, framework, task);
    }
    const timeoutMs = options.agentReregisterTimeoutMs;
    agent.reregisterTimer = clock.schedule(timeoutMs, () =>
      this.markUnreachable(
        agent,
        `agent did not reregister within ${formatDuration(timeoutMs)} after disconnecting`,
      ),
    );
    logger.warn({ agentId: agent.id }, 'Agent disconnected');
  }

  /** Durable first; then TASK_UNREACHABLE for each task, RESCINDs, FAILURE. */
  markUnreachable(agent: Agent, why: string): Promise<void> {
    const atMs = this.state.clock.nowMs();
    return this.leave(agent, { type: 'agent_unreachable', agentId: agent.id, atMs }, () => {
      for (const task of agent.tasks) this.loseUnreachable(agent, task, { why, atMs });
      this.remove(agent);
      this.state.counters.increment('master/slave_unreachable_completed');
      this.state.logger.warn({ agentId: agent.id, why }, 'Agent is unreachable');
    });
  }

  /** The agent said farewell: its tasks are lost, also for frameworks that know finer states (C§22). */
  unregister(agent: Agent): void {
    void this.leave(agent, { type: 'agent_removed', agentId: agent.id }, () => {
      this.loseTasks(agent, 'agent unregistered');
      this.remove(agent);
      this.state.logger.info({ agentId: agent.id }, 'Agent unregistered');
    });
  }

  /** Its machine goes down: the agent is told to end, and its tasks are lost as if it had unregistered (C§21.5). */
  async takeDown(agent: Agent, why: string): Promise<void> {
    await this.leave(agent, { type: 'agent_removed', agentId: agent.id }, () => {
      this.loseTasks(agent, why);
      agent.send({ type: 'shutdown', message: why });
      this.remove(agent);
      this.state.logger.warn({ agentId: agent.id, why }, 'Agent removed');
    });
  }

  /**
   * An operator declares the agent gone, with all that ran there, whether it is connected, lost or awaited. It is
   * told to shut down and never admitted under this id again. Rejects when that cannot be written down.
   */
  async markGone(agentId: string): Promise<void> {
    const atMs = this.state.clock.nowMs();
    const agent = this.state.agents.get(agentId);
    if (agent === undefined) {
      await this.parts.registry.append({ type: 'agent_gone', agentId, atMs });
    } else {
      await this.leave(agent, { type: 'agent_gone', agentId, atMs }, () => {
        for (const task of agent.tasks) this.end(task, this.goneVerdict(task));
        agent.send({ type: 'shutdown', message: 'Agent has been marked gone' });
        this.remove(agent);
      });
      if (!this.parts.registry.gone.has(agentId))
        throw new Error(`agent ${agentId} could not be marked gone`);
    }
    this.endUnreachableTasks(agentId);
    this.state.logger.warn({ agentId }, 'Agent has been marked gone');
  }

  /** Takes an agent of an earlier master run for lost, because it cannot come back any more. */
  async giveUpRecovering(agentId: string): Promise<void> {
    await this.parts.registry.append({
      type: 'agent_unreachable',
      agentId,
      atMs: this.state.clock.nowMs(),
    });
    this.state.logger.warn({ agentId }, 'Agent did not come back after the restart of the master');
  }

  /** Whether the agent is on its way out; it may register again once that is done. */
  isLeaving(agentId: string): boolean {
    const agent = this.state.agents.get(agentId);
    return agent !== undefined && this.leaving.has(agent);
  }

  private async leave(
    agent: Agent,
    record: Parameters<Registry['append']>[0],
    thereafter: () => void,
  ): Promise<void> {
    if (this.leaving.has(agent) || this.state.agents.get(agent.id) !== agent) return;
    this.leaving.add(agent);
    try {
      await this.parts.registry.append(record);
      thereafter();
    } catch (error) {
      this.state.logger.error({ agentId: agent.id, error }, 'An agent could not be removed');
    } finally {
      this.leaving.delete(agent);
    }
  }

  /** Tasks of an agent that was unreachable already when it was marked gone. */
  private endUnreachableTasks(agentId: string): void {
    for (const framework of this.state.frameworks.values()) {
      for (const [taskId, lost] of framework.unreachableTasks.entries()) {
        if (lost.agentId !== agentId) continue;
        framework.unreachableTasks.delete(taskId);
        this.end(lost.task, this.goneVerdict(lost.task));
      }
    }
  }

  /** Frameworks that know no partitions hear of a lost agent, as ever (C§15). */
  private goneVerdict(task: Task): { state: TaskState; reason: TaskStatusReason; message: string } {
    const framework = this.state.frameworks.get(task.frameworkId);
    const knows = framework?.can('PARTITION_AWARE') === true;
    return {
      state: knows ? 'TASK_GONE_BY_OPERATOR' : 'TASK_LOST',
      reason: knows ? 'REASON_AGENT_REMOVED_BY_OPERATOR' : 'REASON_AGENT_REMOVED',
      message: 'Agent has been marked gone',
    };
  }

  private loseUncheckpointed(agent: Agent, framework: Framework, task: Task): void {
    this.end(task, {
      state: 'TASK_LOST',
      reason: 'REASON_AGENT_DISCONNECTED',
      message: `Agent ${agent.info.hostname} disconnected`,
    });
    this.state.logger.info(
      { taskId: taskIdOf(task), frameworkId: framework.id },
      'Task without checkpoint lost',
    );
  }

  private loseUnreachable(agent: Agent, task: Task, lost: { why: string; atMs: number }): void {
    const framework = this.state.frameworks.get(task.frameworkId);
    if (isTerminal(task.state) || framework === undefined) {
      this.parts.tasks.complete(task);
      return;
    }
    const state = stateFor(framework, 'TASK_UNREACHABLE');
    const status: TaskStatus = {
      ...this.statusOf(task, { state, reason: 'REASON_AGENT_REMOVED', message: lost.why }),
      ...(state === 'TASK_UNREACHABLE'
        ? { unreachable_time: { nanoseconds: lost.atMs * NANOSECONDS_PER_MS } }
        : {}),
    };
    this.parts.tasks.forget(task);
    framework.unreachableTasks.set(taskIdOf(task), {
      task,
      agentId: agent.id,
      unreachableAtMs: lost.atMs,
    });
    framework.send(updateEvent(status));
  }

  private end(task: Task, verdict: { state: TaskState; reason: TaskStatusReason; message: string }): void {
    const status = this.statusOf(task, verdict);
    const wasOver = isTerminal(task.state);
    this.parts.tasks.changeState(task, verdict.state, status);
    this.parts.tasks.complete(task);
    if (!wasOver) this.state.frameworks.get(task.frameworkId)?.send(updateEvent(status));
  }

  private loseTasks(agent: Agent, why: string): void {
    for (const task of agent.tasks) {
      this.end(task, {
        state: 'TASK_LOST',
        reason: 'REASON_AGENT_REMOVED',
        message: `Agent ${agent.info.hostname} removed: ${why}`,
      });
    }
  }

  private statusOf(
    task: Task,
    verdict: { state: TaskState; reason: TaskStatusReason; message: string },
  ): TaskStatus {
    return masterStatus({
      ...verdict,
      taskId: taskIdOf(task),
      agentId: task.agentId,
      timestamp: this.state.timestamp(),
    });
  }

  private rescindOffers(agent: Agent): void {
    for (const offer of agent.offers) this.parts.offers.rescind(offer);
    this.parts.inverseOffers.rescind(agent.id);
  }

  /** Last part of every way out; tasks have been dealt with. */
  private remove(agent: Agent): void {
    this.rescindOffers(agent);
    agent.pingTimer?.cancel();
    agent.reregisterTimer?.cancel();
    for (const executor of agent.executors.values()) {
      this.parts.accounts.giveBack(agent, executor, executor.charged);
    }
    this.parts.filters.clearAgent(agent.id);
    this.parts.inverseOffers.forgetAgent(agent.id);
    this.parts.fairShare.removeTotal(agent.total);
    this.state.agents.delete(agent.id);
    for (const framework of this.state.frameworks.values()) {
      framework.send({ type: 'FAILURE', failure: { agent_id: { value: agent.id } } });
    }
  }
}
