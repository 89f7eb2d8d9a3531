import {
  PlanChange,
  ReadQueue,
  ReadSchedulerStatus,
  SubmitCommand,
  type PlannedChange,
  LocateAgent,
  type AgentAddress,
  type QueueItem,
  type SchedulerStatus,
  type Submission,
} from '#domain';
import { Inject } from '@nestjs/common';
import { CommandHandler, QueryHandler, type ICommandHandler, type IQueryHandler } from '@nestjs/cqrs';
import { SchedulerDoor } from '../scheduler-door.js';

/** The command bus's door to the writer. */
@CommandHandler(SubmitCommand)
export class SubmitCommandHandler implements ICommandHandler<SubmitCommand, Submission> {
  constructor(@Inject(SchedulerDoor) private readonly scheduler: SchedulerDoor) {}

  execute(command: SubmitCommand): Promise<Submission> {
    return this.scheduler.submit(command);
  }
}

@QueryHandler(PlanChange)
export class PlanChangeHandler implements IQueryHandler<PlanChange, PlannedChange | undefined> {
  constructor(@Inject(SchedulerDoor) private readonly scheduler: SchedulerDoor) {}

  execute(question: PlanChange): Promise<PlannedChange | undefined> {
    return this.scheduler.plan(question);
  }
}

@QueryHandler(ReadQueue)
export class ReadQueueHandler implements IQueryHandler<ReadQueue, QueueItem[]> {
  constructor(@Inject(SchedulerDoor) private readonly scheduler: SchedulerDoor) {}

  async execute(): Promise<QueueItem[]> {
    return this.scheduler.queue();
  }
}

@QueryHandler(ReadSchedulerStatus)
export class ReadSchedulerStatusHandler implements IQueryHandler<ReadSchedulerStatus, SchedulerStatus> {
  constructor(@Inject(SchedulerDoor) private readonly scheduler: SchedulerDoor) {}

  async execute(): Promise<SchedulerStatus> {
    return this.scheduler.status();
  }
}

@QueryHandler(LocateAgent)
export class LocateAgentHandler implements IQueryHandler<LocateAgent, AgentAddress | undefined> {
  constructor(@Inject(SchedulerDoor) private readonly scheduler: SchedulerDoor) {}

  execute({ agentId }: LocateAgent): Promise<AgentAddress | undefined> {
    return this.scheduler.locateAgent(agentId);
  }
}
