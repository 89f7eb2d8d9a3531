/** Insertion-ordered map that forgets its oldest entries beyond a limit. */
export class BoundedMap<Key, Value> {
  private readonly kept = new Map<Key, Value>();

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.kept.size;
  }

  set(key: Key, value: Value): void {
    this.kept.delete(key);
    this.kept.set(key, value);
    if (this.kept.size <= this.limit) return;
    const [oldest] = this.kept.keys();
    this.kept.delete(oldest as Key);
  }

  get(key: Key): Value | undefined {
    return this.kept.get(key);
  }

  has(key: Key): boolean {
    return this.kept.has(key);
  }

  delete(key: Key): boolean {
    return this.kept.delete(key);
  }

  /** A copy, so that it may be changed meanwhile. */
  entries(): [Key, Value][] {
    return [...this.kept];
  }

  values(): IterableIterator<Value> {
    return this.kept.values();
  }
}
