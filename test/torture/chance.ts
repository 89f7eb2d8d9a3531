import { createRandom } from '#local-cluster';

/** Decisions that follow from a seed. */
export class Chance {
  private readonly next: () => number;

  constructor(readonly seed: number) {
    this.next = createRandom(seed).next;
  }

  /** Decisions of their own for one part, so that what one part asks for moves nothing in another. */
  fork(): Chance {
    return new Chance(this.between(0, 2 ** 32 - 1));
  }

  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.between(1, n) === 1;
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('nothing to pick from');
    return items[this.between(0, items.length - 1)]!;
  }

  /** Picks by weight; what weighs nothing is never picked. */
  weighted<Item>(items: readonly (readonly [Item, number])[]): Item {
    let rest = this.next() * items.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of items) {
      rest -= weight;
      if (rest < 0) return item;
    }
    return items.at(-1)![0];
  }

  /** Up to `count` different items. */
  some<Item>(items: readonly Item[], count: number): Item[] {
    const left = [...items];
    const picked: Item[] = [];
    while (picked.length < count && left.length > 0)
      picked.push(...left.splice(this.between(0, left.length - 1), 1));
    return picked;
  }
}
