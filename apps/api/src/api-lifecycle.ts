import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { API_OPTIONS, type ApiOptions } from './api-options.js';
import { ApiParts } from './api-parts.js';
import { registerStateGauges } from './api-metrics.js';
import { EventHub } from './event-stream/event-hub.js';

/** Starts and stops the read side with the application. */
@Injectable()
export class ApiLifecycle implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
    @Inject(ApiParts) private readonly parts: ApiParts,
    @Inject(EventHub) private readonly hub: EventHub,
  ) {}

  /** Loads the state before the server takes requests. */
  async onApplicationBootstrap(): Promise<void> {
    const { metrics, logging, onReadSideStopped } = this.options;
    registerStateGauges(metrics, this.parts.projection);
    await this.parts.projection.start((error) => {
      logging.logger('api').error({ error }, 'the read side stopped');
      onReadSideStopped?.(error);
    });
    this.parts.history.keepUp();
    await this.parts.term.begun();
    this.parts.past.start();
  }

  /** Streams would keep the server from closing; nobody else comes in over TLS either. */
  onModuleDestroy(): void {
    this.hub.close();
    this.parts.listeners.close();
  }

  /** After the server has closed: requests under way still needed the read side. */
  async onApplicationShutdown(): Promise<void> {
    await this.parts.connection.close();
    await this.parts.past.close();
    await this.parts.projection.close();
    await this.parts.history.close();
  }
}
