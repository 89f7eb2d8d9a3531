/** Largest difference between two groups that counts as even. */
const EVEN = 1;

/** The members of one group, in their order. */
interface Group {
  readonly ranks: number[];
  /** Those before are gone. */
  firstLeft: number;
  size: number;
}

/**
 * How evenly instances are spread over the groups of one constraint, while they are taken out one by one. Instances go by
 * their rank; those with the same value are a group, and so are those without one. Emptied groups stay groups.
 */
export class GroupSpread {
  /** By rank. */
  private readonly groupOf: Group[] = [];
  private readonly groups: Group[] = [];
  /** How many groups there are of each size. */
  private readonly groupsBySize = new Map<number, number>();
  private readonly gone = new Set<number>();
  private readonly initialSize: number;
  private largest = 0;
  private smallest = 0;
  /** By the size of a group: whether one of its members may go as things stand. */
  private readonly verdicts = new Map<number, boolean>();

  /** `values`: by rank. */
  constructor(values: readonly (string | undefined)[]) {
    const byValue = new Map<string | undefined, Group>();
    for (const [rank, value] of values.entries()) {
      let group = byValue.get(value);
      if (group === undefined) {
        group = { ranks: [], firstLeft: 0, size: 0 };
        byValue.set(value, group);
        this.groups.push(group);
      }
      group.ranks.push(rank);
      group.size += 1;
      this.groupOf.push(group);
    }
    for (const { size } of this.groups) this.count(size, 1);
    this.measure();
    this.initialSize = this.size;
  }

  /** Largest minus smallest group. */
  get size(): number {
    return this.largest - this.smallest;
  }

  /** The first of all members of the largest groups. */
  firstOfLargest(): number {
    let first = Infinity;
    for (const group of this.groups) {
      if (group.size === this.largest) first = Math.min(first, group.ranks[group.firstLeft]!);
    }
    return first;
  }

  isInLargest(rank: number): boolean {
    return this.groupOf[rank]!.size === this.largest;
  }

  /** Whether it is even without the instance, or at least more even than at first. */
  allowsRemovalOf(rank: number): boolean {
    const { size } = this.groupOf[rank]!;
    let verdict = this.verdicts.get(size);
    if (verdict === undefined) {
      const without = this.sizeWithoutOneOf(size);
      verdict = without <= EVEN || without < this.initialSize;
      this.verdicts.set(size, verdict);
    }
    return verdict;
  }

  remove(rank: number): void {
    const group = this.groupOf[rank]!;
    this.gone.add(rank);
    while (this.gone.has(group.ranks[group.firstLeft]!)) group.firstLeft += 1;
    this.count(group.size, -1);
    group.size -= 1;
    this.count(group.size, 1);
    this.measure();
    this.verdicts.clear();
  }

  /** What the spread is once a group of this size has a member less. */
  private sizeWithoutOneOf(size: number): number {
    const isOnlyLargest = size === this.largest && this.groupsBySize.get(size) === 1;
    return this.largest - (isOnlyLargest ? 1 : 0) - Math.min(this.smallest, size - 1);
  }

  private count(size: number, by: 1 | -1): void {
    const count = (this.groupsBySize.get(size) ?? 0) + by;
    if (count === 0) this.groupsBySize.delete(size);
    else this.groupsBySize.set(size, count);
  }

  private measure(): void {
    this.largest = Math.max(...this.groupsBySize.keys());
    this.smallest = Math.min(...this.groupsBySize.keys());
  }
}
