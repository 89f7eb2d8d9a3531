import { FailedProbe, formatTimestamp } from '#domain';
import { Inject } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { busEvent } from '#bus-events';
import { EventHub } from './event-hub.js';

/** Tells subscribers of failed probes that change nothing on the log: live, without a position (`spec/operations.md` E4). */
@EventsHandler(FailedProbe)
export class AnnounceFailedProbe implements IEventHandler<FailedProbe> {
  constructor(@Inject(EventHub) private readonly hub: EventHub) {}

  handle({ appId, instanceId, healthCheck, atMs }: FailedProbe): void {
    const fields = { appId, taskId: instanceId, healthCheck };
    this.hub.announce(busEvent('failed_health_check_event', formatTimestamp(atMs), [appId], fields));
  }
}
