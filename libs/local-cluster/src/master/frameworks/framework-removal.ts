import type { DeclineFilters } from '../allocator/decline-filters.js';
import type { FairShare } from '../allocator/fair-share.js';
import type { InverseOffers } from '../allocator/inverse-offers.js';
import { masterStatus } from '../events/status-event.js';
import type { Accounts } from '../state/accounts.js';
import type { Framework } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';
import { isTerminal, taskIdOf, type Task } from '../state/task.js';
import type { TaskTable } from '../state/task-table.js';

export interface RemovalParts {
  readonly offers: OfferBook;
  readonly tasks: TaskTable;
  readonly accounts: Accounts;
  readonly filters: DeclineFilters;
  readonly fairShare: FairShare;
  readonly inverseOffers: InverseOffers;
}

/** Removes frameworks for good: TEARDOWN and run-out failover timers (spec/local-cluster.md §4.2). */
export class FrameworkRemoval {
  constructor(
    private readonly state: MasterState,
    private readonly parts: RemovalParts,
  ) {}

  /** Its tasks are killed by the agents and marked so in the history; no update says so, the stream just ends. */
  remove(framework: Framework): void {
    const { agents, frameworks, completedFrameworks, clock, logger } = this.state;
    if (!frameworks.has(framework.id)) return;
    framework.failoverTimer?.cancel();
    for (const offer of framework.offers.values()) this.parts.offers.withdraw(offer);
    for (const agent of agents.values()) {
      if (agent.connected) agent.send({ type: 'shutdown_framework', frameworkId: framework.id });
      for (const [key, executor] of agent.executors) {
        if (executor.frameworkId !== framework.id) continue;
        agent.executors.delete(key);
        this.parts.accounts.giveBack(agent, executor, executor.charged);
      }
    }
    for (const task of framework.tasks.values()) this.markKilled(framework, task);
    this.parts.filters.clearFramework(framework.id);
    this.parts.inverseOffers.forgetFramework(framework.id);
    this.parts.fairShare.forgetFramework(framework.id, framework.roles);
    frameworks.delete(framework.id);
    completedFrameworks.set(framework.id, { framework, unregisteredAtMs: clock.nowMs() });
    const { stream } = framework;
    framework.stream = undefined;
    stream?.close();
    logger.info({ frameworkId: framework.id }, 'Framework removed');
  }

  private markKilled(framework: Framework, task: Task): void {
    if (!isTerminal(task.state)) {
      const status = masterStatus({
        taskId: taskIdOf(task),
        agentId: task.agentId,
        state: 'TASK_KILLED',
        reason: 'REASON_FRAMEWORK_REMOVED',
        message: `Framework ${framework.id} removed`,
        timestamp: this.state.timestamp(),
      });
      this.parts.tasks.changeState(task, 'TASK_KILLED', status);
    }
    this.parts.tasks.complete(task);
  }
}
