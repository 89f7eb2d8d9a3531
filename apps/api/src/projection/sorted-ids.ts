/**
 * A set of ids that reads in text order. Changes are only noted; the next reader merges them, so that a burst of
 * creations costs no moving about in a long list.
 */
export class SortedIds {
  private sorted: readonly string[];
  private readonly added = new Set<string>();
  private readonly removed = new Set<string>();

  constructor(ids: Iterable<string> = []) {
    this.sorted = [...new Set(ids)].toSorted();
  }

  /** All ids in text order. */
  get all(): readonly string[] {
    if (this.added.size > 0 || this.removed.size > 0) {
      this.sorted = merge(this.sorted, [...this.added].toSorted(), this.removed);
      this.added.clear();
      this.removed.clear();
    }
    return this.sorted;
  }

  add(id: string): void {
    this.removed.delete(id);
    this.added.add(id);
  }

  remove(id: string): void {
    this.added.delete(id);
    this.removed.add(id);
  }
}

/** Two sorted lists as one, without repetitions and without what was removed. */
function merge(old: readonly string[], added: readonly string[], removed: ReadonlySet<string>): string[] {
  const merged: string[] = [];
  let next = 0;
  for (const id of old) {
    while (next < added.length && (added[next] ?? '') < id) {
      merged.push(added[next] ?? '');
      next += 1;
    }
    if (added[next] === id) next += 1;
    if (!removed.has(id)) merged.push(id);
  }
  return merged.concat(added.slice(next));
}
