import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { FailedProbes } from './handlers/failed-probes.js';
import {
  PlanChangeHandler,
  LocateAgentHandler,
  ReadQueueHandler,
  ReadSchedulerStatusHandler,
  SubmitCommandHandler,
} from './handlers/handlers.js';
import { SchedulerDoor } from './scheduler-door.js';

/** Puts a scheduler, or what stands in its place, behind the buses. The host starts and stops the scheduler itself. */
@Module({})
export class SchedulerModule {
  static forRoot(scheduler: SchedulerDoor): DynamicModule {
    return {
      module: SchedulerModule,
      imports: [CqrsModule],
      providers: [
        { provide: SchedulerDoor, useValue: scheduler },
        FailedProbes,
        SubmitCommandHandler,
        PlanChangeHandler,
        ReadQueueHandler,
        ReadSchedulerStatusHandler,
        LocateAgentHandler,
      ],
    };
  }
}
