/** 100 ns steps between the start of the Gregorian calendar and the Unix epoch. */
const GREGORIAN_OFFSET = 0x01b21dd213814000n;
/** 100 ns steps in a millisecond: how many ids one millisecond can hold. */
const STEPS_PER_MS = 10_000;

/** Everything a version 1 UUID is made of. */
export interface TimeUuidParts {
  /** Epoch ms. */
  readonly nowMs: number;
  /** Tells ids of one millisecond apart: 0..9999. */
  readonly counter: number;
  /** 14 bits. */
  readonly clockSequence: number;
  /** 48 bits. */
  readonly node: number;
}

/** The version 1 UUID of the given parts (RFC 4122 §4.2), in lower case. */
export function timeUuid({ nowMs, counter, clockSequence, node }: TimeUuidParts): string {
  const steps = BigInt(nowMs) * BigInt(STEPS_PER_MS) + BigInt(counter) + GREGORIAN_OFFSET;
  const low = hex(Number(steps & 0xffffffffn), 8);
  const middle = hex(Number((steps >> 32n) & 0xffffn), 4);
  const high = hex(Number((steps >> 48n) & 0x0fffn) | 0x1000, 4);
  return [low, middle, high, hex((clockSequence & 0x3fff) | 0x8000, 4), hex(node, 12)].join('-');
}

/**
 * Time-based UUIDs that never repeat, also when the clock stands still or runs backwards: time goes on in the
 * smallest steps until the clock has caught up. `node` and `clockSequence` are to be random per process.
 */
export class TimeUuids {
  private lastMs = 0;
  private counter = 0;

  constructor(
    private readonly node: number,
    private readonly clockSequence: number,
  ) {}

  /** The next id; `nowMs` is the clock in whole epoch milliseconds. */
  next(nowMs: number): string {
    if (nowMs > this.lastMs) {
      this.lastMs = nowMs;
      this.counter = 0;
    } else if (this.counter + 1 < STEPS_PER_MS) {
      this.counter += 1;
    } else {
      this.lastMs += 1;
      this.counter = 0;
    }
    const { node, clockSequence, counter } = this;
    return timeUuid({ nowMs: this.lastMs, counter, clockSequence, node });
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
