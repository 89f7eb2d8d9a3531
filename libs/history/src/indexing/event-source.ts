import type { StoredEvent } from '#event-log';

/** What the history reads: the file of a log, on a thread of its own, or a log in memory. */
export interface EventSource {
  /** Position of the newest durable event. */
  head(): number | Promise<number>;
  /** Up to `limit` events with a position above `after`, in order. */
  read(after: number, limit: number): readonly StoredEvent[] | Promise<readonly StoredEvent[]>;
  /** The events at these positions, which ascend, faster than by {@link read}. */
  pick?(positions: readonly number[]): readonly StoredEvent[];
  close(): void;
}

/** Positions closer than this are read at once. */
const GAP = 4;

/** So many events are read at once at most. */
const LONGEST_RUN = 256;

/** The events at these positions, in their order. */
export async function readAt(source: EventSource, positions: readonly number[]): Promise<StoredEvent[]> {
  const wanted = [...positions].toSorted((a, b) => a - b);
  const found = new Map<number, StoredEvent>();
  if (source.pick !== undefined) {
    for (const event of source.pick([...new Set(wanted)])) found.set(event.position, event);
    return positions.flatMap((position) => found.get(position) ?? []);
  }
  for (let begin = 0; begin < wanted.length;) {
    const first = wanted[begin] as number;
    let end = begin + 1;
    while (end < wanted.length && joins(wanted, first, end)) end += 1;
    const last = wanted[end - 1] as number;
    for (const event of await source.read(first - 1, last - first + 1)) found.set(event.position, event);
    begin = end;
  }
  return positions.flatMap((position) => found.get(position) ?? []);
}

function joins(wanted: readonly number[], first: number, at: number): boolean {
  const position = wanted[at] as number;
  return position - (wanted[at - 1] as number) <= GAP && position - first < LONGEST_RUN;
}
