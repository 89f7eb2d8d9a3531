/** How long work may hold up everything else at a time. */
const SLICE_MS = 5;

/** The clock is asked after so many items. */
const ITEMS_PER_LOOK = 16;

/** Does something for every item, giving the event loop a turn every few milliseconds. The first slice runs at once. */
export function inSlices<T>(
  items: Iterable<T>,
  work: (item: T) => void,
  done: () => void = () => undefined,
): void {
  const rest = items[Symbol.iterator]();
  const slice = (): void => {
    const endMs = performance.now() + SLICE_MS;
    for (let count = 1; ; count += 1) {
      const next = rest.next();
      if (next.done === true) return done();
      work(next.value);
      if (count % ITEMS_PER_LOOK === 0 && performance.now() >= endMs) break;
    }
    setImmediate(slice);
  };
  slice();
}
