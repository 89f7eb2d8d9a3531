import { Inject, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { SchedulerDoor } from '../scheduler-door.js';

/** Passes failed probes of which nothing is recorded on to the event bus, for whoever shows them live. */
export class FailedProbes implements OnModuleInit, OnModuleDestroy {
  constructor(
    @Inject(SchedulerDoor) private readonly scheduler: SchedulerDoor,
    @Inject(EventBus) private readonly bus: EventBus,
  ) {}

  onModuleInit(): void {
    this.scheduler.tellFailedProbes((failure) => this.bus.publish(failure));
  }

  onModuleDestroy(): void {
    this.scheduler.tellFailedProbes(undefined);
  }
}
