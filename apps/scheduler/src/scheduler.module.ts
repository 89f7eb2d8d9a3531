import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { FailedProbes } from './handlers/failed-probes.js';
import { ReadQueueHandler, ReadSchedulerStatusHandler, SubmitCommandHandler } from './handlers/handlers.js';
import { Scheduler } from './scheduler.js';

/** Puts a scheduler behind the command and query buses. The host starts and stops the scheduler itself. */
@Module({})
export class SchedulerModule {
  static forRoot(scheduler: Scheduler): DynamicModule {
    return {
      module: SchedulerModule,
      imports: [CqrsModule],
      providers: [
        { provide: Scheduler, useValue: scheduler },
        FailedProbes,
        SubmitCommandHandler,
        ReadQueueHandler,
        ReadSchedulerStatusHandler,
      ],
    };
  }
}
