import type { StoredEvent } from '#event-log';
import { isChange, subjectsOf } from '../describing/subjects-of.js';
import { readAt } from '../indexing/event-source.js';
import type { LogIndex } from '../indexing/log-index.js';
import { actorNames, asDomainEvent, term } from '../indexing/terms.js';
import type { HistoryPage, HistoryQuery } from '../port.js';
import { findAnyOf, type Range } from './find-positions.js';

/** A page ends with the event that makes it longer than this, in characters. */
const PAGE_CHARACTERS = 1_000_000;

/** So many events are read before it is looked whether the page is full. */
const READ_AT_ONCE = 64;

/** Whether an event is what a query asks for, apart from range and order: what the index must agree with. */
export function matches(event: StoredEvent, query: HistoryQuery): boolean {
  const { stream, types = [], actor, correlation, causedBy } = query;
  if (stream !== undefined && event.stream !== stream) return false;
  if (types.length > 0 && !types.includes(event.type)) return false;
  if (correlation !== undefined && event.correlationId !== correlation) return false;
  if (causedBy !== undefined && event.causationId !== causedBy) return false;
  if (query.changesOnly === true && !isChange(event)) return false;
  if (actor !== undefined && !actorNames(event).has(actor)) return false;
  const wanted = subjectsIn(query);
  if (wanted.length === 0) return true;
  const subjects = new Set(subjectsOf(asDomainEvent(event)));
  return wanted.every((subject) => subjects.has(subject));
}

/** The terms of a query: all of `all`, and any of `any` if there are some. */
export function queryTerms(query: HistoryQuery): { readonly all: string[]; readonly any: string[] } {
  const { stream, types = [], actor, correlation, causedBy, changesOnly } = query;
  const all = subjectsIn(query).map(term.subject);
  if (stream !== undefined) all.push(stream.startsWith('instance:') ? stream : term.stream(stream));
  if (actor !== undefined) all.push(term.actor(actor));
  if (correlation !== undefined) all.push(term.correlation(correlation));
  if (causedBy !== undefined) all.push(term.causedBy(causedBy));
  if (changesOnly === true) all.push(term.change);
  return { all: [...new Set(all)], any: [...new Set(types)].map(term.type) };
}

function subjectsIn({ app, group, instance, deployment }: HistoryQuery): string[] {
  return Object.entries({ app, group, instance, deployment }).flatMap(([kind, id]) =>
    id === undefined ? [] : [`${kind}:${id}`],
  );
}

/** The positions that a page may hold. */
export function rangeOf(
  { from = 1, to, behind, order }: Pick<HistoryQuery, 'from' | 'to' | 'behind' | 'order'>,
  head: number,
): Range {
  const descending = order !== 'asc';
  const last = Math.min(to ?? head, head);
  if (behind === undefined) return { from, to: last, descending };
  return descending
    ? { from, to: Math.min(last, behind - 1), descending }
    : { from: Math.max(from, behind + 1), to: last, descending };
}

/** A page of the events that a query asks for. */
export async function search(index: LogIndex, query: HistoryQuery): Promise<HistoryPage> {
  const positions = findAnyOf(index.file, queryTerms(query), rangeOf(query, index.position));
  return pageOf(index, { positions, limit: query.limit, accepts: (event) => matches(event, query) });
}

/** Which events a page shall hold. */
export interface Wanted {
  readonly positions: Iterator<number>;
  readonly limit: number;
  readonly accepts?: (event: StoredEvent) => boolean;
}

/** Reads the events at positions until the page is full. */
export async function pageOf(
  { source }: LogIndex,
  { positions, limit, accepts }: Wanted,
): Promise<HistoryPage> {
  const events: StoredEvent[] = [];
  let characters = 0;
  for (;;) {
    const next = take(positions, Math.min(READ_AT_ONCE, limit + 1 - events.length));
    if (next.length === 0) return { events };
    for (const event of await readAt(source, next)) {
      if (accepts?.(event) === false) continue;
      if (events.length >= limit || characters > PAGE_CHARACTERS) {
        return { events, next: (events.at(-1) as StoredEvent).position };
      }
      events.push(event);
      characters += JSON.stringify(event.data).length;
    }
  }
}

/** The next few of something. */
export function take<T>(items: Iterator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = items.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
