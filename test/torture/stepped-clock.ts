import { existsSync, renameSync, writeFileSync } from 'node:fs';

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

/** What stands in the way of clocks that step; `undefined` if nothing does. */
export function clockObstacle(): string | undefined {
  return existsSync(LIBRARY) ? undefined : `${LIBRARY} is missing (Debian package libfaketime)`;
}

/**
 * The wall clock of one program, which steps while the program runs, and stays where it is when the program is started
 * again. The monotonic clock goes on as it does when the clock of a machine is set.
 */
export class SteppedClock {
  private offsetSeconds = 0;

  constructor(private readonly path: string) {
    this.step(0);
  }

  /** Ahead of the clock of this machine, in seconds. */
  get aheadSeconds(): number {
    return this.offsetSeconds;
  }

  /** For the program whose clock it is. */
  get environment(): Record<string, string> {
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.path,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
      // Seconds for which the offset is not read again.
      FAKETIME_CACHE_DURATION: '1',
    };
  }

  step(aheadSeconds: number): void {
    this.offsetSeconds = aheadSeconds;
    const text = `${aheadSeconds < 0 ? '-' : '+'}${Math.abs(aheadSeconds).toFixed(3)}s\n`;
    // Nobody ever reads half an offset.
    writeFileSync(`${this.path}.new`, text);
    renameSync(`${this.path}.new`, this.path);
  }
}
