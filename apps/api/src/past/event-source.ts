import type { EventLog, StoredEvent } from '#event-log';

/** The events of a log, to whoever goes back in it. */
export interface EventSource {
  /** Position of the oldest event at hand; 1 for a log that keeps everything. */
  first(): Promise<number>;
  /** Up to `limit` events with a position above `after`, in order. */
  read(after: number, limit: number): Promise<readonly StoredEvent[]>;
}

/** The events of a log that is open in this thread. */
export const sourceOf = (log: Pick<EventLog, 'read'>): EventSource => ({
  first: async () => (await log.read(0, 1))[0]?.position ?? 1,
  read: (after, limit) => log.read(after, limit),
});
