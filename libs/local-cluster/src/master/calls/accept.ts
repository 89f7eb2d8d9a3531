import {
  addResources,
  allocateTo,
  withoutAllocation,
  type Filters,
  type OfferId,
  type Operation,
  type Resource,
  type TaskInfo,
  type TaskState,
  type TaskStatusReason,
} from '#mesos';
import type { Allocator } from '../allocator/allocator.js';
import { masterStatus, stateFor, updateEvent } from '../events/status-event.js';
import type { Accounts } from '../state/accounts.js';
import type { Agent } from '../state/agent.js';
import { executorKey } from '../state/agent.js';
import type { Framework } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferBook } from '../state/offer-book.js';
import type { Offer } from '../state/offer.js';
import type { TaskTable } from '../state/task-table.js';
import { resourcesProblem } from '../validation/resources.js';
import { requiredResources, taskProblem } from '../validation/task.js';
import { normaliseTask } from './normalise-task.js';
import { RemainingResources } from './remaining-resources.js';
import { selectOffers } from './offer-validity.js';

export interface AcceptParts {
  readonly offers: OfferBook;
  readonly tasks: TaskTable;
  readonly accounts: Accounts;
  readonly allocator: Allocator;
}

/** The body of ACCEPT; DECLINE has the same without operations. */
export interface AcceptBody {
  readonly offer_ids?: readonly OfferId[] | undefined;
  readonly operations?: readonly Operation[] | undefined;
  readonly filters?: Filters | undefined;
}

/** One ACCEPT under way: where it launches, and what earlier operations left of the offers. */
interface Placement {
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  /** Allocated to `role`. */
  readonly remaining: RemainingResources;
}

/** ACCEPT and DECLINE (spec/local-cluster.md §6.1, C§9.1, C§9.2). */
export class OfferCalls {
  constructor(
    private readonly state: MasterState,
    private readonly parts: AcceptParts,
  ) {}

  accept(framework: Framework, body: AcceptBody): void {
    const ids = (body.offer_ids ?? []).map((id) => id.value);
    const operations = body.operations ?? [];
    if (operations.length === 0) {
      this.decline(framework, body);
      return;
    }
    const selection = selectOffers(ids, framework, this.parts.offers);
    if (selection.kind === 'invalid') {
      for (const offer of selection.usable) this.parts.offers.withdraw(offer);
      this.dropOperations(framework, operations, selection.why);
      return;
    }
    const [first] = selection.offers;
    // An offer never outlives the registration of its agent: losing the agent rescinds it in the same turn.
    const agent = this.state.agents.get(first.agentId)!;
    for (const offer of selection.offers) this.parts.offers.consume(offer);
    const pooled = addResources(...selection.offers.map((offer) => offer.resources));
    const placement = {
      framework,
      agent,
      role: first.role,
      remaining: new RemainingResources(allocateTo(pooled, first.role)),
    };
    for (const operation of operations) this.perform(operation, placement);
    this.returnUnused(first, agent, withoutAllocation(placement.remaining.toList()), body.filters);
  }

  decline(framework: Framework, body: AcceptBody): void {
    for (const { value } of body.offer_ids ?? []) {
      const offer = framework.offers.get(value);
      const agent = offer && this.state.agents.get(offer.agentId);
      if (offer === undefined || agent === undefined) continue;
      this.parts.offers.consume(offer);
      this.returnUnused(offer, agent, offer.resources, body.filters);
    }
  }

  private returnUnused(
    holder: Offer,
    agent: Agent,
    unused: readonly Resource[],
    filters: Filters | undefined,
  ): void {
    this.parts.accounts.giveBack(agent, holder, unused);
    this.parts.allocator.decline(holder, agent, { resources: unused, seconds: filters?.refuse_seconds });
  }

  private perform(operation: Operation, placement: Placement): void {
    switch (operation.type) {
      case 'LAUNCH':
        this.launch(operation, placement);
        return;
      case 'LAUNCH_GROUP':
        for (const task of operation.launch_group?.task_group.tasks ?? []) {
          this.reportInvalid(
            placement.framework,
            task,
            'REASON_TASK_GROUP_INVALID',
            unsupported(operation.type),
          );
        }
        return;
      case 'RESERVE':
      case 'UNRESERVE':
      case 'CREATE':
      case 'DESTROY':
      case 'GROW_VOLUME':
      case 'SHRINK_VOLUME':
      case 'CREATE_DISK':
      case 'DESTROY_DISK':
        this.reportOperationError(placement.framework, operation, unsupported(operation.type));
        return;
      default:
        operation satisfies never;
        this.state.logger.warn({ operation }, 'Dropped an operation without a known type');
    }
  }

  private launch(operation: Operation & { type: 'LAUNCH' }, placement: Placement): void {
    const { framework, role } = placement;
    const tasks = operation.launch?.task_infos ?? [];
    const problem = operationProblem(operation, tasks);
    for (const task of tasks) {
      const normal = normaliseTask(task, framework.id, role);
      const invalid = problem ?? taskProblem(normal, placement);
      if (invalid === undefined) this.launchTask(normal, placement);
      else this.reportInvalid(framework, task, 'REASON_TASK_INVALID', invalid);
    }
  }

  private launchTask(info: TaskInfo, placement: Placement): void {
    const { framework, agent, role } = placement;
    placement.remaining.take(requiredResources(info, placement));
    const launchExecutor = this.addExecutor(info, placement);
    this.parts.tasks.add(
      {
        frameworkId: framework.id,
        agentId: agent.id,
        info: this.state.taskParts.retain(info),
        role,
        state: 'TASK_STAGING',
        statusUpdateState: undefined,
        statusUpdateUuid: undefined,
        statuses: [],
        charged: this.state.taskParts.charge(info.resources ?? []),
      },
      true,
    );
    this.state.counters.increment('master/tasks_launched');
    agent.send({
      type: 'run_task',
      framework: framework.info,
      task: info,
      resourceVersion: agent.description.resourceVersion,
      launchExecutor,
    });
  }

  /** Whether the agent is to start an executor for the task: always, unless its custom executor runs already. */
  private addExecutor({ executor }: TaskInfo, { framework, agent, role }: Placement): boolean {
    if (executor === undefined) return true;
    const key = executorKey(framework.id, executor.executor_id.value);
    if (agent.executors.has(key)) return false;
    const charged = withoutAllocation(executor.resources ?? []);
    agent.executors.set(key, { frameworkId: framework.id, info: executor, role, charged });
    return true;
  }

  private dropOperations(framework: Framework, operations: readonly Operation[], why: string): void {
    for (const operation of operations) {
      for (const task of tasksOf(operation)) {
        this.report(framework, task, {
          state: stateFor(framework, 'TASK_DROPPED'),
          reason: 'REASON_INVALID_OFFERS',
          message: `Task launched with invalid offers: ${why}`,
        });
      }
      this.reportOperationError(framework, operation, `Operation attempted with invalid offers: ${why}`);
    }
  }

  private reportInvalid(
    framework: Framework,
    task: TaskInfo,
    reason: TaskStatusReason,
    message: string,
  ): void {
    this.report(framework, task, { state: 'TASK_ERROR', reason, message });
  }

  private report(
    framework: Framework,
    task: TaskInfo,
    verdict: {
      state: TaskState;
      reason: TaskStatusReason;
      message: string;
    },
  ): void {
    const status = masterStatus({
      ...verdict,
      taskId: task.task_id.value,
      agentId: task.agent_id.value,
      timestamp: this.state.timestamp(),
    });
    this.state.counters.increment(`master/tasks_${verdict.state.slice('TASK_'.length).toLowerCase()}`);
    framework.send(updateEvent(status));
  }

  /** Feedback exists only for operations with an id, which launches never have (C§11, C§18). */
  private reportOperationError(framework: Framework, operation: Operation, message: string): void {
    if (operation.type === 'LAUNCH' || operation.type === 'LAUNCH_GROUP' || operation.id === undefined)
      return;
    framework.send({
      type: 'UPDATE_OPERATION_STATUS',
      update_operation_status: {
        status: { operation_id: operation.id, state: 'OPERATION_ERROR', message },
      },
    });
  }
}

/** What makes every task of a LAUNCH invalid: one bad resource spoils the whole operation (C§13). */
function operationProblem(
  operation: Operation & { type: 'LAUNCH' },
  tasks: readonly TaskInfo[],
): string | undefined {
  if ('id' in operation && operation.id !== undefined) {
    return 'The `id` field cannot be set on LAUNCH operations';
  }
  for (const { resources = [], executor } of tasks) {
    const problem = resourcesProblem(resources) ?? resourcesProblem(executor?.resources ?? []);
    if (problem !== undefined) return `Task uses invalid resources: ${problem}`;
  }
  return undefined;
}

function tasksOf(operation: Operation): readonly TaskInfo[] {
  if (operation.type === 'LAUNCH') return operation.launch?.task_infos ?? [];
  if (operation.type === 'LAUNCH_GROUP') return operation.launch_group?.task_group.tasks ?? [];
  return [];
}

function unsupported(type: Operation['type']): string {
  return `${type} operations are not supported by this cluster`;
}
