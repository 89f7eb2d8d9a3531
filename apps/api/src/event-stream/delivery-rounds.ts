import type { Channel, Delivery } from './channel.js';
import { inSlices } from './in-slices.js';
import type { Parcel } from './parcel.js';
import type { StreamConnection } from './stream-connection.js';

/** Every so many subscribers make rounds rarer by a millisecond: a round costs some microseconds for each. */
const SUBSCRIBERS_PER_MS = 20;

/** Rounds begin at least this often while there is news. */
const LONGEST_PAUSE_MS = 50;

/**
 * Brings what waits in the channels to their members, in rounds. With few subscribers every batch of the log is a round
 * of its own; with many, what is said within some tens of milliseconds goes out together, in one write per subscriber.
 * The first word after a silence never waits.
 */
export class DeliveryRounds {
  private underWay = false;
  private timer: NodeJS.Timeout | undefined;
  private lastBeganMs = -Infinity;

  constructor(private readonly channels: ReadonlyMap<string, Channel>) {}

  /** Something was added to channels. */
  tell(): void {
    if (this.underWay || this.timer !== undefined) return;
    const dueMs = this.lastBeganMs + this.pauseMs() - performance.now();
    if (dueMs <= 0) this.begin();
    else this.timer = setTimeout(() => this.begin(), dueMs);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private pauseMs(): number {
    let members = 0;
    for (const channel of this.channels.values()) members += channel.size;
    return Math.min(LONGEST_PAUSE_MS, Math.floor(members / SUBSCRIBERS_PER_MS));
  }

  private begin(): void {
    this.timer = undefined;
    this.underWay = true;
    this.lastBeganMs = performance.now();
    const deliveries: Delivery[] = [];
    for (const channel of this.channels.values()) {
      if (channel.hasNews) deliveries.push(...channel.seal());
    }
    inSlices(
      parcels(deliveries),
      ([parcel, connection]) => connection.deliver(parcel),
      () => this.end(),
    );
  }

  private end(): void {
    this.underWay = false;
    for (const channel of this.channels.values()) {
      if (channel.hasNews) return this.tell();
    }
  }
}

function* parcels(deliveries: readonly Delivery[]): Iterable<readonly [Parcel, StreamConnection]> {
  for (const { parcel, to } of deliveries) for (const connection of to) yield [parcel, connection];
}
