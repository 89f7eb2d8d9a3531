import type { TaskState, TaskStatus } from '#mesos';
import type { Accounts } from './accounts.js';
import type { Agent } from './agent.js';
import type { MasterState } from './master-state.js';
import { isTerminal, rememberStatus, taskIdOf, type Task } from './task.js';

/** Adds, changes and removes tasks, keeping frameworks, agents and accounts in step (spec/local-cluster.md §4.7). */
export class TaskTable {
  constructor(
    private readonly state: MasterState,
    private readonly accounts: Accounts,
  ) {}

  /** Called when the last task of an agent is off the table. */
  onIdle: (agent: Agent) => void = () => undefined;

  /** `isCharged`: the resources are already held by the framework, as those of an accepted offer are. */
  add(task: Task, isCharged: boolean): void {
    const agent = this.state.agents.get(task.agentId);
    this.state.frameworks.get(task.frameworkId)?.tasks.set(taskIdOf(task), task);
    agent?.tasks.add(task);
    if (agent !== undefined && task.charged !== undefined && !isCharged) {
      this.accounts.take(agent, task, task.charged);
    }
  }

  /** Newest state of a task. Its resources are free as soon as it is terminal, whatever the framework knows. */
  changeState(task: Task, latest: TaskState, status?: TaskStatus): void {
    if (status !== undefined) rememberStatus(task, status);
    if (isTerminal(task.state)) return;
    task.state = latest;
    if (!isTerminal(latest)) return;
    this.state.counters.increment(`master/tasks_${latest.slice('TASK_'.length).toLowerCase()}`);
    this.release(task);
  }

  /** The framework knows how it ended: the task moves into the history. */
  complete(task: Task): void {
    this.forget(task);
    this.state.frameworks.get(task.frameworkId)?.complete(task);
  }

  /** Drops the task from framework and agent; its resources are free. */
  forget(task: Task): void {
    this.release(task);
    this.state.frameworks.get(task.frameworkId)?.tasks.delete(taskIdOf(task));
    const agent = this.state.agents.get(task.agentId);
    if (agent?.tasks.delete(task) === true && agent.tasks.size === 0) this.onIdle(agent);
  }

  private release(task: Task): void {
    const agent = this.state.agents.get(task.agentId);
    if (agent !== undefined && task.charged !== undefined) {
      this.accounts.giveBack(agent, task, task.charged);
    }
    task.charged = undefined;
  }
}
