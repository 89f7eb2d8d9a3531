/** What is drawn for: every purpose has a stream of its own, so that one more draw changes nothing else (§26.3). */
export const PURPOSES = {
  drop: 1,
  loseMessage: 2,
  launchFailure: 3,
  staging: 4,
  running: 5,
  lifetime: 6,
  outcome: 7,
  kill: 8,
  health: 9,
  acknowledgement: 10,
  duplicate: 11,
  join: 12,
  registrationDelay: 13,
  slowness: 14,
  crash: 15,
  repair: 16,
  partition: 17,
  restart: 18,
  registrationRetry: 19,
  selection: 20,
} as const;

/** One of `PURPOSES`. */
export type Purpose = (typeof PURPOSES)[keyof typeof PURPOSES];

/** Numbers from [0, 1), one after the other. */
export interface Draws {
  next(): number;
}

const GOLDEN = 0x9e3779b9;

/** 32 bits of a text (FNV-1a, finished by a mix). */
export function hashText(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(hash);
}

function mix(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}

/** A stream of numbers that depends on seed, purpose and subject alone; set anew instead of made anew. */
class Stream implements Draws {
  low = 0;
  high = 0;

  next(): number {
    this.low = (this.low + GOLDEN) | 0;
    this.high = (this.high + Math.imul(GOLDEN, 5) + 1) | 0;
    const upper = mix(this.low ^ Math.imul(this.high, 0x85ebca6b)) >>> 5;
    const lower = mix(this.high ^ upper) >>> 6;
    return (upper * 2 ** 26 + lower) / 2 ** 53;
  }
}

/**
 * Everything random about a simulation: one 64-bit seed, split into streams by purpose and by the id of what is drawn
 * for (spec/local-cluster.md §26.3). To add an agent, or a task, changes nobody else's fate.
 */
export class Fates {
  private readonly low: number;
  private readonly high: number;
  private readonly stream = new Stream();

  constructor(seed: number) {
    this.low = mix(seed | 0);
    this.high = mix(Math.floor(seed / 2 ** 32) ^ GOLDEN);
  }

  /**
   * The stream of a subject for a purpose. It is good until the next call; `turn` tells repetitions of the same draw
   * apart.
   */
  draws(purpose: Purpose, subject: number, turn = 0): Draws {
    this.stream.low = mix(subject ^ this.low ^ Math.imul(purpose, 0xc2b2ae35));
    this.stream.high = mix(Math.imul(subject, GOLDEN) ^ this.high ^ Math.imul(turn + 1, 0x27d4eb2f));
    return this.stream;
  }

  /** Whether something of this probability, from 0 to 1, happens. Nothing is drawn for what never does. */
  happens(probability: number, purpose: Purpose, subject: number, turn = 0): boolean {
    return probability > 0 && this.draws(purpose, subject, turn).next() < probability;
  }
}
