import { sliceOf, SLICE_EVENTS, type IndexFile } from '../indexing/index-file.js';
import { termNumber } from '../indexing/terms.js';

/** Which positions are looked for. */
export interface Range {
  /** Both ends included. */
  readonly from: number;
  readonly to: number;
  readonly descending: boolean;
}

const FEW_SLICES = 4;
const MANY_SLICES = 256;

/** Positions at which all of the terms come up; with no term, all. Lazy: looks no further than is asked for. */
export function* findPositions(file: IndexFile, terms: readonly string[], range: Range): Generator<number> {
  if (terms.length === 0) return yield* everyPosition(range);
  const numbers = terms.map(termNumber);
  let { from, to } = { from: sliceOf(range.from), to: sliceOf(range.to) };
  for (let limit = FEW_SLICES; from <= to; limit = Math.min(2 * limit, MANY_SLICES)) {
    const slices = file.slices(numbers, { from, to, descending: range.descending, limit });
    for (const { slice, places } of slices) yield* positionsIn(slice, common(places), range);
    const last = slices.at(-1);
    if (last === undefined || slices.length < limit) return;
    if (range.descending) to = last.slice - 1;
    else from = last.slice + 1;
  }
}

/** Positions at which all of the terms and any one of the others come up; each once. */
export function* findAnyOf(
  file: IndexFile,
  { all, any }: { readonly all: readonly string[]; readonly any: readonly string[] },
  range: Range,
): Generator<number> {
  if (any.length === 0) return yield* findPositions(file, all, range);
  const sources = any.map((one) => findPositions(file, [one, ...all], range));
  const heads = sources.map(nextOf);
  for (;;) {
    const waiting = heads.filter((head) => head !== undefined);
    if (waiting.length === 0) return;
    const next = range.descending ? Math.max(...waiting) : Math.min(...waiting);
    yield next;
    for (const [index, source] of sources.entries()) if (heads[index] === next) heads[index] = nextOf(source);
  }
}

function nextOf(source: Generator<number>): number | undefined {
  const next = source.next();
  return next.done === true ? undefined : next.value;
}

function* everyPosition({ from, to, descending }: Range): Generator<number> {
  if (descending) for (let position = to; position >= from; position -= 1) yield position;
  else for (let position = from; position <= to; position += 1) yield position;
}

function* positionsIn(
  slice: number,
  places: Uint16Array,
  { from, to, descending }: Range,
): Generator<number> {
  const base = slice * SLICE_EVENTS;
  for (let index = 0; index < places.length; index += 1) {
    const position = base + (places[descending ? places.length - 1 - index : index] as number);
    if (position >= from && position <= to) yield position;
  }
}

/** What ascending lists have in common. */
function common(lists: readonly Uint16Array[]): Uint16Array {
  const [shortest = new Uint16Array(), ...others] = lists.toSorted((a, b) => a.length - b.length);
  return others.reduce(intersection, shortest);
}

function intersection(one: Uint16Array, other: Uint16Array): Uint16Array {
  const found = new Uint16Array(Math.min(one.length, other.length));
  let count = 0;
  for (let i = 0, j = 0; i < one.length && j < other.length;) {
    const a = one[i] as number;
    const b = other[j] as number;
    if (a === b) found[count++] = a;
    if (a <= b) i += 1;
    if (b <= a) j += 1;
  }
  return found.subarray(0, count);
}
