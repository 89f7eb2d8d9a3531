import { syncBuiltinESMExports } from 'node:module';
import { install, type Clock } from '@sinonjs/fake-timers';

/** 2026-01-01T00:00:00Z */
const BEGIN_MS = 1_767_225_600_000;

/** So much may happen at one moment. */
const MOST_STEPS_IN_PLACE = 200_000;

const realSetImmediate = setImmediate;
const realRandom = Math.random;

/**
 * Time of the whole process, which passes only from one timer to the next. Between two timers everything that follows
 * from the first happens: promises are real. One at a time.
 */
export class VirtualTime {
  private readonly clock: Clock;
  private readonly realNow: () => number;
  /** Timers that have run. */
  steps = 0;
  /** What looking at the stopwatch has cost so far, ms: see {@link costPerLookMs}. */
  private spentMs = 0;
  /** A slow processor: each look at the stopwatch finds so much time gone. 0 when everything takes no time. */
  costPerLookMs = 0;

  /** `random` takes the place of `Math.random`. */
  constructor(random: () => number) {
    this.clock = install({
      now: BEGIN_MS,
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
        'Date',
        'performance',
      ],
    });
    this.realNow = performance.now.bind(performance);
    performance.now = () => this.look();
    Math.random = random;
    // So that named imports of `node:timers/promises` see the replacement.
    syncBuiltinESMExports();
  }

  /** Since the beginning of the run. */
  get nowMs(): number {
    return this.clock.now - BEGIN_MS;
  }

  /** Epoch ms, as an undisturbed clock of the machine shows it. */
  get epochMs(): number {
    return this.clock.now;
  }

  /** Runs `act` once, later. */
  after(delayMs: number, act: () => void): void {
    this.clock.setTimeout(act, Math.max(0, Math.round(delayMs)));
  }

  /** Lets time pass until `isOver`, or until so much has passed. */
  async run(limitMs: number, isOver: () => boolean = () => false): Promise<void> {
    const endMs = this.nowMs + limitMs;
    this.clock.setTimeout(() => undefined, limitMs);
    let lastMs = this.nowMs;
    let stepsInPlace = 0;
    while (this.nowMs < endMs && !isOver()) {
      this.clock.next();
      this.steps += 1;
      stepsInPlace = this.nowMs === lastMs ? stepsInPlace + 1 : 0;
      lastMs = this.nowMs;
      if (stepsInPlace > MOST_STEPS_IN_PLACE) throw new Error('time stands still: something never rests');
      await new Promise<void>((resolve) => realSetImmediate(resolve));
    }
  }

  /** Gives the process its own time back. */
  uninstall(): void {
    this.clock.uninstall();
    Math.random = realRandom;
    syncBuiltinESMExports();
  }

  private look(): number {
    this.spentMs += this.costPerLookMs;
    return this.realNow() + this.spentMs;
  }
}
