import type {
  ExitedExecutorMessage,
  OperationUpdateMessage,
  StatusUpdateMessage,
} from '../../link/messages.js';
import { updateEvent } from '../events/status-event.js';
import type { Accounts } from '../state/accounts.js';
import { executorKey, type Agent } from '../state/agent.js';
import type { MasterState } from '../state/master-state.js';
import type { TaskTable } from '../state/task-table.js';

/** What agents report about tasks, executors and operations, on its way to frameworks (spec/local-cluster.md §21). */
export class StatusUpdates {
  constructor(
    private readonly state: MasterState,
    private readonly tasks: TaskTable,
    private readonly accounts: Accounts,
  ) {}

  /** A framework that is not connected gets it again from the agent later. */
  taskUpdate(agent: Agent, { update, latestState }: StatusUpdateMessage): void {
    const framework = this.state.frameworks.get(update.frameworkId);
    if (framework === undefined) {
      this.state.counters.increment('master/invalid_status_updates');
      return;
    }
    this.state.counters.increment('master/valid_status_updates');
    const { status } = update;
    const task = framework.tasks.get(status.task_id.value);
    const isKnown = task !== undefined && task.agentId === agent.id;
    if (isKnown) this.tasks.changeState(task, latestState, status);
    if (!framework.send(updateEvent(status)) || !isKnown) return;
    task.statusUpdateState = status.state;
    task.statusUpdateUuid = status.uuid;
  }

  operationUpdate(message: OperationUpdateMessage): void {
    this.state.frameworks.get(message.frameworkId)?.send({
      type: 'UPDATE_OPERATION_STATUS',
      update_operation_status: { status: message.status },
    });
  }

  /** A default or custom executor ended: its resources are free, the framework gets a FAILURE (C§10.4). */
  exitedExecutor(agent: Agent, message: ExitedExecutorMessage): void {
    const key = executorKey(message.frameworkId, message.executorId);
    const executor = agent.executors.get(key);
    if (executor === undefined) return;
    agent.executors.delete(key);
    this.accounts.giveBack(agent, executor, executor.charged);
    this.state.frameworks.get(message.frameworkId)?.send({
      type: 'FAILURE',
      failure: {
        agent_id: { value: agent.id },
        executor_id: { value: message.executorId },
        ...(message.status === undefined ? {} : { status: message.status }),
      },
    });
  }
}
