import { Parcel, type Piece } from './parcel.js';
import type { StreamConnection } from './stream-connection.js';
import type { Subscription } from './subscription.js';

/** A parcel and who gets it. */
export interface Delivery {
  readonly parcel: Parcel;
  readonly to: readonly StreamConnection[];
}

/** All live subscribers who hear the same. What they want is looked for, written and put together once for all. */
export class Channel {
  private readonly members = new Set<StreamConnection>();
  private pending: Piece[] = [];

  constructor(readonly subscription: Subscription) {}

  get size(): number {
    return this.members.size;
  }

  /** Whether something waits for the next round. */
  get hasNews(): boolean {
    return this.pending.length > 0;
  }

  /** From the next piece on; what waits already is older. */
  join(connection: StreamConnection): void {
    connection.skip = this.pending.length;
    this.members.add(connection);
  }

  leave(connection: StreamConnection): void {
    this.members.delete(connection);
  }

  add(piece: Piece | undefined): void {
    if (piece !== undefined) this.pending.push(piece);
  }

  /** Takes what waits, put together for those who get all of it and for those who came meanwhile. */
  seal(): readonly Delivery[] {
    const pieces = this.pending;
    this.pending = [];
    const bySkipped = new Map<number, StreamConnection[]>();
    for (const connection of this.members) {
      const alike = bySkipped.get(connection.skip);
      if (alike === undefined) bySkipped.set(connection.skip, [connection]);
      else alike.push(connection);
      connection.skip = 0;
    }
    return [...bySkipped]
      .filter(([skipped]) => skipped < pieces.length)
      .map(([skipped, to]) => ({ parcel: new Parcel(pieces.slice(skipped)), to }));
  }
}
