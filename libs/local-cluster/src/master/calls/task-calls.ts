import type { AgentId, Base64, ExecutorId, KillPolicy, OperationId, TaskId } from '#mesos';
import { updateEvent } from '../events/status-event.js';
import { executorKey, type Agent } from '../state/agent.js';
import type { Framework } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';
import type { TaskTable } from '../state/task-table.js';
import { isTerminal } from '../state/task.js';
import type { Reconciler } from './reconcile.js';

/** KILL, ACKNOWLEDGE and what else is passed on to agents (C§9.4, C§9.5, C§16.4). */
export class TaskCalls {
  constructor(
    private readonly state: MasterState,
    private readonly tasks: TaskTable,
    private readonly reconciler: Reconciler,
  ) {}

  kill(framework: Framework, kill: { task_id: TaskId; agent_id?: AgentId; kill_policy?: KillPolicy }): void {
    const taskId = kill.task_id.value;
    const task = framework.tasks.get(taskId);
    if (task === undefined) {
      const answer = this.reconciler.explicit(framework, kill);
      if (answer !== undefined) framework.send(updateEvent(answer));
      return;
    }
    if (kill.agent_id !== undefined && kill.agent_id.value !== task.agentId) return;
    const agent = this.state.agents.get(task.agentId);
    if (agent === undefined) return;
    if (!agent.connected) {
      agent.pendingKills.set(taskId, framework.id);
      return;
    }
    agent.send({ type: 'kill_task', frameworkId: framework.id, taskId, killPolicy: kill.kill_policy });
  }

  acknowledge(
    framework: Framework,
    acknowledgement: { agent_id: AgentId; task_id: TaskId; uuid: Base64 },
  ): void {
    const agent = this.connectedAgent(acknowledgement.agent_id);
    // A lost acknowledgement does no harm: the agent sends its update again.
    if (agent === undefined) return;
    const { uuid } = acknowledgement;
    const taskId = acknowledgement.task_id.value;
    const task = framework.tasks.get(taskId);
    if (
      task?.agentId === agent.id &&
      task.statusUpdateUuid === uuid &&
      task.statusUpdateState !== undefined &&
      isTerminal(task.statusUpdateState)
    ) {
      this.tasks.complete(task);
    }
    agent.send({ type: 'ack_status', frameworkId: framework.id, taskId, uuid });
  }

  acknowledgeOperation(
    framework: Framework,
    acknowledgement: { agent_id: AgentId; uuid: Base64; operation_id: OperationId },
  ): void {
    this.connectedAgent(acknowledgement.agent_id)?.send({
      type: 'ack_operation',
      frameworkId: framework.id,
      operationId: acknowledgement.operation_id.value,
      uuid: acknowledgement.uuid,
    });
  }

  shutdownExecutor(framework: Framework, target: { agent_id: AgentId; executor_id: ExecutorId }): void {
    const executorId = target.executor_id.value;
    this.agentOfExecutor(framework, target)?.send({
      type: 'shutdown_executor',
      frameworkId: framework.id,
      executorId,
    });
  }

  sendMessage(
    framework: Framework,
    message: { agent_id: AgentId; executor_id: ExecutorId; data: Base64 },
  ): void {
    this.agentOfExecutor(framework, message)?.send({
      type: 'framework_message',
      frameworkId: framework.id,
      executorId: message.executor_id.value,
      data: message.data,
    });
  }

  private agentOfExecutor(
    framework: Framework,
    target: { agent_id: AgentId; executor_id: ExecutorId },
  ): Agent | undefined {
    const agent = this.connectedAgent(target.agent_id);
    return agent?.executors.has(executorKey(framework.id, target.executor_id.value)) ? agent : undefined;
  }

  private connectedAgent(id: AgentId): Agent | undefined {
    const agent = this.state.agents.get(id.value);
    return agent?.connected ? agent : undefined;
  }
}
