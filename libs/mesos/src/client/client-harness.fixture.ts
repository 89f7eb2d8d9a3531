import { vi } from 'vitest';

import { UrlListDetector } from '../detection/url-list-detector.js';
import type { Event, Subscribed } from '../protocol/event.js';
import type { FrameworkInfo } from '../protocol/framework-info.js';
import type { SchedulerHandlers } from './handlers.js';
import type { Logger } from './logger.js';
import type { Alert, DisconnectReason, FatalError } from './reasons.js';
import {
  createSchedulerClient,
  type SchedulerClient,
  type SchedulerClientSettings,
} from './scheduler-client.js';

export const FRAMEWORK_INFO: FrameworkInfo = {
  user: 'root',
  name: 'ekiden',
  roles: ['ekiden'],
  failover_timeout: 604_800,
  checkpoint: true,
  capabilities: [{ type: 'PARTITION_AWARE' }, { type: 'MULTI_ROLE' }],
};

export const FRAMEWORK_ID = '97b12bee-82cb-45ce-8668-f66318c39c9b-0000';

export const SUBSCRIBED: Event & { type: 'SUBSCRIBED' } = {
  type: 'SUBSCRIBED',
  subscribed: {
    framework_id: { value: FRAMEWORK_ID },
    heartbeat_interval_seconds: 15,
    master_info: { id: '97b12bee', ip: 16777343, port: 5050, version: '1.12.0' },
  },
};

/** Everything that a client told, in order of arrival per kind. */
export class RecordingHandlers implements SchedulerHandlers {
  readonly subscribed: { subscribed: Subscribed; generation: number }[] = [];
  readonly events: { event: Event; generation: number }[] = [];
  readonly disconnected: DisconnectReason[] = [];
  readonly fatal: FatalError[] = [];
  readonly alerts: Alert[] = [];

  onSubscribed(subscribed: Subscribed, generation: number): void | Promise<void> {
    this.subscribed.push({ subscribed, generation });
  }

  onEvent(event: Event, generation: number): void | Promise<void> {
    this.events.push({ event, generation });
  }

  onDisconnected(reason: DisconnectReason): void {
    this.disconnected.push(reason);
  }

  onFatal(error: FatalError): void {
    this.fatal.push(error);
  }

  onAlert(alert: Alert): void {
    this.alerts.push(alert);
  }
}

/** A logger that keeps its lines as text. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = [];
  readonly debug = this.#log('debug');
  readonly info = this.#log('info');
  readonly warn = this.#log('warn');
  readonly error = this.#log('error');

  #log(level: string): (fields: object, message: string) => void {
    return (fields, message) => void this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  }
}

export interface Harness {
  client: SchedulerClient;
  handlers: RecordingHandlers;
  logger: RecordingLogger;
}

/** A client against the given masters that waits for nothing it can avoid: no connect delay, no back-off. */
export function createHarness(
  masters: readonly URL[],
  changes: Partial<SchedulerClientSettings> = {},
): Harness {
  const [first, ...others] = masters;
  if (first === undefined) {
    throw new Error('a harness needs a master');
  }
  const logger = new RecordingLogger();
  const client = createSchedulerClient({
    detector: new UrlListDetector([first, ...others]),
    frameworkInfo: () => FRAMEWORK_INFO,
    frameworkId: () => undefined,
    suppressedRoles: () => [],
    logger,
    random: () => 0,
    ...changes,
  });
  return { client, handlers: new RecordingHandlers(), logger };
}

/** Waits until the assertion holds. */
export async function eventually(assertion: () => void): Promise<void> {
  await vi.waitFor(assertion, { timeout: 5000, interval: 2 });
}
