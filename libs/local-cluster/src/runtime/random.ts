import { randomInt } from 'node:crypto';

/** Seeded source of randomness (spec/local-cluster.md P3): the same seed gives the same run. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** The 16 bytes of a version 4 UUID in base64, as statuses carry it. */
  uuidBytes(): string;
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
  const words32 = new Uint32Array(4);
  const bytes = Buffer.from(words32.buffer);
  const drawUuid = (): Buffer => {
    words32[0] = first();
    words32[1] = second();
    words32[2] = first();
    words32[3] = second();
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes;
  };
  const uuid = (): string => {
    const hex = drawUuid().toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
  const uuidBytes = (): string => drawUuid().toString('base64');
  const shuffle = <Item>(items: Item[]): Item[] => {
    for (let last = items.length - 1; last > 0; last--) {
      const chosen = Math.floor(next() * (last + 1));
      [items[last], items[chosen]] = [items[chosen]!, items[last]!];
    }
    return items;
  };
  return { next, uuid, uuidBytes, shuffle };
}
