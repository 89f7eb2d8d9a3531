import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { ApiParts } from './api-parts.js';
import { ApiLifecycle } from './api-lifecycle.js';
import { API_OPTIONS, type ApiOptions } from './api-options.js';
import { AppController } from './controllers/app.controller.js';
import { AppsController } from './controllers/apps.controller.js';
import { DiffController } from './controllers/diff.controller.js';
import { DeploymentsController } from './controllers/deployments.controller.js';
import { EventSubscriptionsController } from './controllers/event-subscriptions.controller.js';
import { DomainStreamController } from './controllers/domain-stream.controller.js';
import { EventsController } from './controllers/events.controller.js';
import { FilesController } from './files/files.controller.js';
import { GroupsController } from './controllers/groups.controller.js';
import { InfoController } from './controllers/info.controller.js';
import { LeaderController } from './controllers/leader.controller.js';
import { PlanController } from './controllers/plan.controller.js';
import { PluginsController } from './controllers/plugins.controller.js';
import { PositionController } from './controllers/position.controller.js';
import { QueueController } from './controllers/queue.controller.js';
import { RollbackController } from './controllers/rollback.controller.js';
import { StatusController } from './controllers/status.controller.js';
import { SystemController } from './controllers/system.controller.js';
import { TasksController } from './controllers/tasks.controller.js';
import { WebhooksController } from './controllers/webhooks.controller.js';
import { AnnounceFailedProbe } from './event-stream/announce-failed-probe.js';
import { EventHub } from './event-stream/event-hub.js';
import { TaskFiles } from './files/task-files.js';
import { AuditController } from './history/audit.controller.js';
import { HistoryController } from './history/history.controller.js';
import { HistoryReads } from './history/history-reads.js';
import { Projection } from './projection/projection.js';
import { StateReads } from './reads/state-reads.js';
import { ApiExceptionFilter } from './server/exception-filter.js';
import { WhyReads } from './why/why-reads.js';
import { Writer } from './writer.js';

/**
 * The REST API and the event stream over one event log. Whoever hosts it creates the application on
 * `createHttpAdapter(options)` and provides handlers of `SubmitCommand`, `ReadQueue` and `ReadSchedulerStatus` on the
 * buses of `CqrsModule`.
 */
@Module({})
export class ApiModule {
  static forRoot(options: ApiOptions): DynamicModule {
    const parts = ApiParts.of(options);
    return {
      module: ApiModule,
      imports: [CqrsModule],
      controllers: [
        AppsController,
        AppController,
        GroupsController,
        TasksController,
        DeploymentsController,
        QueueController,
        InfoController,
        LeaderController,
        PluginsController,
        PlanController,
        PositionController,
        StatusController,
        SystemController,
        HistoryController,
        AuditController,
        EventsController,
        FilesController,
        EventSubscriptionsController,
        WebhooksController,
        DomainStreamController,
        DiffController,
        RollbackController,
      ],
      providers: [
        { provide: API_OPTIONS, useValue: options },
        { provide: Projection, useValue: parts.projection },
        { provide: ApiParts, useValue: parts },
        {
          provide: EventHub,
          useFactory: () => new EventHub(options, parts),
        },
        { provide: APP_FILTER, useClass: ApiExceptionFilter },
        StateReads,
        HistoryReads,
        WhyReads,
        Writer,
        ApiLifecycle,
        AnnounceFailedProbe,
        TaskFiles,
      ],
    };
  }
}
