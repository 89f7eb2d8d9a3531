import { randomInt } from 'node:crypto';

/** Seeded source of randomness (spec/local-cluster.md P3): the same seed gives the same run. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** Reorders `items` in place, every order equally likely. */
  shuffle<Item>(items: Item[]): Item[];
}

const UINT32 = 2 ** 32;

/** Mulberry32: small, fast, good enough for shuffles, jitter and ids that only need to differ. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Without a seed the run is unpredictable, as ids of a real cluster must be. */
export function createRandom(seed?: number): Random {
  const words = [seed ?? randomInt(UINT32), seed === undefined ? randomInt(UINT32) : ~seed].map(mulberry32);
  const [first, second] = [words[0]!, words[1]!];
  const next = (): number => first() / UINT32;
  const uuid = (): string => {
    const bytes = new Uint32Array([first(), second(), first(), second()]);
    const hex = Buffer.from(bytes.buffer).toString('hex').split('');
    hex[12] = '4';
    hex[16] = '89ab'[parseInt(hex[16]!, 16) & 3]!;
    const text = hex.join('');
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
      '-',
    );
  };
  const shuffle = <Item>(items: Item[]): Item[] => {
    for (let last = items.length - 1; last > 0; last--) {
      const chosen = Math.floor(next() * (last + 1));
      [items[last], items[chosen]] = [items[chosen]!, items[last]!];
    }
    return items;
  };
  return { next, uuid, shuffle };
}
