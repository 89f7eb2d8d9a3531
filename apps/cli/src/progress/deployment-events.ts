import type { IncomingMessage } from 'node:http';
import type { Api } from '../http/api.js';
import { RefusedError } from '../errors.js';
import { serverSentEvents } from '../http/server-sent-events.js';
import { setTimeout as delay } from 'node:timers/promises';

/** How a deployment ended. */
export interface Ended {
  readonly succeeded: boolean;
  readonly reason?: string;
}

const TYPES = ['deployment_info', 'deployment_step_success', 'deployment_success', 'deployment_failed'];

const RECONNECT_MS = 500;

/** Listens to the event stream for news of one deployment, across broken connections, until it is closed. */
export class DeploymentEvents {
  ended: Ended | undefined;
  private response: IncomingMessage | undefined;
  private closed = false;
  private lastId: string | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly api: Api,
    private readonly deploymentId: string,
  ) {}

  /** Connects; resolves when from now on nothing is missed, or there is no stream: looking does without, too. */
  async start(): Promise<void> {
    try {
      this.response = await this.connect();
    } catch (error) {
      if (error instanceof RefusedError) return;
      throw error;
    }
    void this.listen();
  }

  close(): void {
    this.closed = true;
    this.response?.destroy();
  }

  /** Resolves at the next news, or after `limitMs`. */
  async news(limitMs: number): Promise<void> {
    if (this.ended !== undefined) return;
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => (this.wake = resolve));
    const elapsed = delay(limitMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([woken, elapsed]);
    timer.abort();
  }

  private connect(): Promise<IncomingMessage> {
    return this.api.open({
      method: 'GET',
      path: '/v2/events',
      query: { event_type: [...TYPES, 'status_update_event', 'instance_health_changed_event'] },
      headers: {
        accept: 'text/event-stream',
        ...(this.lastId === undefined ? {} : { 'last-event-id': this.lastId }),
      },
    });
  }

  private async listen(): Promise<void> {
    while (!this.closed) {
      try {
        this.response ??= await this.connect();
        for await (const { id, event, data } of serverSentEvents(this.response)) {
          if (id !== undefined) this.lastId = id;
          this.take(event, data);
        }
      } catch (error) {
        // Without a stream the progress is looked at once a second all the same.
        if (error instanceof RefusedError) return;
      }
      this.response = undefined;
      if (!this.closed) await delay(RECONNECT_MS);
    }
  }

  private take(event: string, data: string): void {
    if (!event.startsWith('deployment_')) return this.wake();
    const body = JSON.parse(data) as { id?: string; plan?: { id: string }; reason?: string };
    if ((body.id ?? body.plan?.id) !== this.deploymentId) return;
    if (event === 'deployment_success') this.ended = { succeeded: true };
    if (event === 'deployment_failed') this.ended = { succeeded: false, reason: body.reason };
    this.wake();
  }
}
