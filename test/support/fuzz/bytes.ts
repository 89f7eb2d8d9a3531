import * as fc from 'fast-check';

/** One of the byte strings with bits flipped, parts cut away, doubled or moved, and other bytes put in. */
export const mutatedBytes = (inputs: readonly Uint8Array[], most = 4): fc.Arbitrary<Buffer> =>
  fc.tuple(fc.constantFrom(...inputs), someDamage(most)).map(([bytes, damages]) => damagedBy(bytes, damages));

/** What may happen to bytes that only come into being with the tests. */
export const someDamage = (most = 4): fc.Arbitrary<readonly Damage[]> =>
  fc.array(damage, { maxLength: most });

/** The bytes when all of that has happened to them. */
export const damagedBy = (bytes: Uint8Array, damages: readonly Damage[]): Buffer =>
  damages.reduce<Buffer>(damaged, Buffer.from(bytes));

/** One thing that happens to bytes. */
export interface Damage {
  readonly kind: 'flip' | 'set' | 'cut' | 'delete' | 'double' | 'insert' | 'move';
  readonly at: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('flip', 'flip', 'set', 'cut', 'delete', 'double', 'insert', 'move'),
  at: fc.nat(1_000_000),
  length: fc.integer({ min: 1, max: 64 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
});

function damaged(bytes: Buffer, { kind, at, length, bytes: piece }: Damage): Buffer {
  const from = at % (bytes.length + 1);
  const to = Math.min(bytes.length, from + length);
  const part = bytes.subarray(from, to);
  switch (kind) {
    case 'flip':
    case 'set': {
      const copy = Buffer.from(bytes);
      if (from < copy.length)
        copy[from] = kind === 'set' ? (piece[0] ?? 0) : (copy[from] ?? 0) ^ (1 << (length % 8));
      return copy;
    }
    case 'cut':
      return bytes.subarray(0, from);
    case 'delete':
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    case 'double':
      return Buffer.concat([bytes.subarray(0, to), part, bytes.subarray(to)]);
    case 'insert':
      return Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(from)]);
    case 'move':
      return Buffer.concat([part, bytes.subarray(0, from), bytes.subarray(to)]);
  }
}

/** Bytes in pieces, cut anywhere. */
export const inPieces = (bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<readonly Buffer[]> =>
  fc.tuple(bytes, fc.array(fc.nat(1_000_000), { maxLength: 6 })).map(([whole, places]) => {
    const sorted = places.map((place) => place % (whole.length + 1)).toSorted((a, b) => a - b);
    return [...sorted, whole.length].map((edge, index) => whole.subarray(sorted[index - 1] ?? 0, edge));
  });
