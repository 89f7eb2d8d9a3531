import type { CommandSummary, History, HistoryQuery, KeptRefusal, RefusalQuery } from '#history';
import { BadQueryError } from './read-query.js';
import { printCommand, printRefusal } from './history-json.js';

/** Which commands are wanted, and how many. */
export interface CommandListQuery {
  readonly accepted: Omit<HistoryQuery, 'limit' | 'behind'> | undefined;
  readonly refused: Omit<RefusalQuery, 'limit' | 'behind'> | undefined;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Where a page ended in each of the two lists. */
interface Cursor {
  readonly position?: number;
  readonly refusal?: number;
}

type Entry =
  | { readonly kind: 'accepted'; readonly time: number; readonly command: CommandSummary }
  | { readonly kind: 'refused'; readonly time: number; readonly refusal: KeptRefusal };

/** A page of commands by time, accepted and refused ones, which come from two places. */
export async function listCommands(
  history: History,
  query: CommandListQuery,
): Promise<{ readonly entries: readonly object[]; readonly next?: string }> {
  const { accepted, refused, limit, order } = query;
  const cursor = readCursor(query.cursor);
  const [page, refusals] = await Promise.all([
    accepted && history.commands({ ...accepted, limit: limit + 1, ...behind(cursor.position) }),
    refused && history.refusals({ ...refused, limit: limit + 1, ...behind(cursor.refusal) }),
  ]);
  const entries = merged(
    (page?.commands ?? []).map((command) => ({ kind: 'accepted', time: command.time, command }) as const),
    (refusals ?? []).map((refusal) => ({ kind: 'refused', time: refusal.time, refusal }) as const),
    order,
  );
  const shown = entries.slice(0, limit);
  const printed = shown.map((entry) =>
    entry.kind === 'accepted' ? printCommand(entry.command) : printRefusal(entry.refusal),
  );
  return entries.length > limit
    ? { entries: printed, next: nextCursor(cursor, shown) }
    : { entries: printed };
}

/** Two lists as one, by time. Each keeps its own order, also where a clock was set back: pages end in both lists. */
function merged(one: readonly Entry[], other: readonly Entry[], order: 'asc' | 'desc'): readonly Entry[] {
  const sign = order === 'asc' ? 1 : -1;
  const entries: Entry[] = [];
  for (let i = 0, j = 0; i < one.length || j < other.length;) {
    const [a, b] = [one[i], other[j]];
    if (b === undefined || (a !== undefined && sign * (a.time - b.time) <= 0)) {
      entries.push(a as Entry);
      i += 1;
    } else {
      entries.push(b);
      j += 1;
    }
  }
  return entries;
}

const behind = (place: number | undefined): { behind?: number } =>
  place === undefined ? {} : { behind: place };

function nextCursor(cursor: Cursor, shown: readonly Entry[]): string {
  let { position, refusal } = cursor;
  for (const entry of shown) {
    if (entry.kind === 'accepted') position = entry.command.position;
    else refusal = entry.refusal.id;
  }
  return `${position ?? ''}.${refusal ?? ''}`;
}

function readCursor(text: string | undefined): Cursor {
  if (text === undefined) return {};
  const match = /^(\d{0,15})\.(\d{0,15})$/.exec(text);
  if (match === null)
    throw new BadQueryError(`Invalid cursor '${text}'. Expecting 'next' of the page before.`);
  const [, position = '', refusal = ''] = match;
  return {
    ...(position === '' ? {} : { position: Number(position) }),
    ...(refusal === '' ? {} : { refusal: Number(refusal) }),
  };
}
