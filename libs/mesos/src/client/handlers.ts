import type { Event, Subscribed } from '../protocol/event.js';
import type { Alert, DisconnectReason, FatalError } from './reasons.js';

/**
 * What the client tells. Handlers are called one after the other; the next event waits until the promise of the
 * former has settled. A handler that throws ends the client with `HandlerFailed`: its event was not processed.
 */
export interface SchedulerHandlers {
  /**
   * Calls can be made from here on. A new framework id must be durable before any offer is accepted (`§6.3`):
   * return the promise of storing it and no event follows before.
   */
  onSubscribed(subscribed: Subscribed, generation: number): void | Promise<void>;
  /** Every other event, HEARTBEAT and ERROR included, as it came over the wire. */
  onEvent(event: Event, generation: number): void | Promise<void>;
  /**
   * The subscription is over: all offers of its generation are gone (`§6.1`, "DISCONNECTED hooks"). The client
   * subscribes again, except when `reason.code` is `Fatal`. Not called by `stop`.
   */
  onDisconnected(reason: DisconnectReason, generation: number): void;
  /** The client has given up; `start` may be called again. */
  onFatal(error: FatalError): void;
  /** The client goes on, but somebody should look at it. */
  onAlert?(alert: Alert): void;
}
