/** Crockford's base 32. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 8;

/** Every text of two digits: ten bits. */
const PAIRS = Array.from({ length: 1024 }, (_, n) => DIGITS.charAt(n >> 5) + DIGITS.charAt(n & 31));

const TWENTY_BITS = 2 ** 20;

/** A counter begins in the lower half of its 40 bits, which leaves it more room than a process can use up. */
const COUNTER_BEGIN = 2 ** 39;

/**
 * ULIDs that grow with every one: those of one millisecond count on from a random beginning. Nearly all of an id stays the same
 * from one to the next, so only its end is made anew.
 */
export class MonotonicUlids {
  private timeMs = -1;
  /** The digits of time and of the random part that does not count. */
  private start = '';
  private high = 0;
  private low = 0;
  /** `start` with the upper half of the counter. */
  private prefix = '';

  /** `random`: in [0, 1); ids have to be unique, not secret. */
  constructor(private readonly random: () => number = Math.random) {}

  /** `timeMs`: epoch ms. Should it go back, ids go on with the latest time there was. */
  next(timeMs: number): string {
    if (timeMs > this.timeMs) this.begin(timeMs);
    else this.count();
    return this.prefix + PAIRS[this.low >> 10]! + PAIRS[this.low & 1023]!;
  }

  private begin(timeMs: number): void {
    this.timeMs = timeMs;
    this.start = digitsOf(timeMs, TIME_DIGITS);
    for (let digit = 0; digit < RANDOM_DIGITS; digit++)
      this.start += DIGITS.charAt(Math.floor(this.random() * 32));
    const counter = Math.floor(this.random() * COUNTER_BEGIN);
    this.low = counter % TWENTY_BITS;
    this.setHigh(Math.floor(counter / TWENTY_BITS));
  }

  private count(): void {
    this.low += 1;
    if (this.low < TWENTY_BITS) return;
    this.low = 0;
    this.setHigh(this.high + 1);
  }

  private setHigh(high: number): void {
    this.high = high;
    this.prefix = this.start + PAIRS[high >> 10]! + PAIRS[high & 1023]!;
  }
}

function digitsOf(value: number, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest = Math.floor(rest / 32)) {
    digits = DIGITS.charAt(rest % 32) + digits;
  }
  return digits;
}
