/** A set of ids that is always in text order; adding or removing one does not sort again. */
export class SortedIds {
  private readonly ids: string[];

  constructor(ids: Iterable<string> = []) {
    this.ids = [...new Set(ids)].toSorted();
  }

  get all(): readonly string[] {
    return this.ids;
  }

  add(id: string): void {
    const index = this.indexOf(id);
    if (this.ids[index] !== id) this.ids.splice(index, 0, id);
  }

  remove(id: string): void {
    const index = this.indexOf(id);
    if (this.ids[index] === id) this.ids.splice(index, 1);
  }

  /** Where the id stands, or would stand. */
  private indexOf(id: string): number {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ids[middle] ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
