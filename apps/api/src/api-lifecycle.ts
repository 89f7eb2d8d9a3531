import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { API_OPTIONS, type ApiOptions } from './api-options.js';
import { registerStateGauges } from './api-metrics.js';
import { EventHub } from './event-stream/event-hub.js';
import { Projection } from './projection/projection.js';

/** Starts and stops the read side with the application. */
@Injectable()
export class ApiLifecycle implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
    @Inject(Projection) private readonly projection: Projection,
    @Inject(EventHub) private readonly hub: EventHub,
  ) {}

  /** Loads the state before the server takes requests. */
  async onApplicationBootstrap(): Promise<void> {
    const { metrics, logging, onReadSideStopped } = this.options;
    registerStateGauges(metrics, this.projection);
    await this.projection.start((error) => {
      logging.logger('api').error({ error }, 'the read side stopped');
      onReadSideStopped?.(error);
    });
  }

  /** Streams would keep the server from closing. */
  onModuleDestroy(): void {
    this.hub.close();
  }

  /** After the server has closed: requests under way still needed the read side. */
  async onApplicationShutdown(): Promise<void> {
    await this.projection.close();
  }
}
