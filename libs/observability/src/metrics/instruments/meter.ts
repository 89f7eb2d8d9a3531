/** How often the moving averages move. */
const TICK_MS = 5000;

/** Events per second, averaged over all time and the last 1, 5 and 15 minutes. */
export interface Rates {
  readonly meanRate: number;
  readonly m1Rate: number;
  readonly m5Rate: number;
  readonly m15Rate: number;
}

/** An exponentially weighted moving average, as load averages are computed. */
class MovingAverage {
  private readonly weight: number;
  private ratePerSecond: number | undefined;

  constructor(minutes: number) {
    this.weight = 1 - Math.exp(-TICK_MS / 60_000 / minutes);
  }

  /** Moves on by `ticks`; all `events` fell into the first of them. */
  advance(events: number, ticks: number): void {
    const instantRate = events / (TICK_MS / 1000);
    const before = this.ratePerSecond ?? instantRate;
    const after = before + this.weight * (instantRate - before);
    this.ratePerSecond = after * (1 - this.weight) ** (ticks - 1);
  }

  get rate(): number {
    return this.ratePerSecond ?? 0;
  }
}

/** Measures how often something happens. */
export class Meter {
  private total = 0;
  private sinceTick = 0;
  private readonly startedAtMs: number;
  private tickedAtMs: number;
  private readonly averages = [new MovingAverage(1), new MovingAverage(5), new MovingAverage(15)] as const;

  /** `nowMs` is a clock that never goes back. */
  constructor(private readonly nowMs: () => number) {
    this.startedAtMs = nowMs();
    this.tickedAtMs = this.startedAtMs;
  }

  mark(events = 1): void {
    this.tick();
    this.total += events;
    this.sinceTick += events;
  }

  get count(): number {
    return this.total;
  }

  rates(): Rates {
    this.tick();
    const [m1, m5, m15] = this.averages;
    const elapsedSeconds = (this.nowMs() - this.startedAtMs) / 1000;
    const meanRate = elapsedSeconds > 0 ? this.total / elapsedSeconds : 0;
    return { meanRate, m1Rate: m1.rate, m5Rate: m5.rate, m15Rate: m15.rate };
  }

  private tick(): void {
    const ticks = Math.floor((this.nowMs() - this.tickedAtMs) / TICK_MS);
    if (ticks <= 0) return;
    for (const average of this.averages) average.advance(this.sinceTick, ticks);
    this.sinceTick = 0;
    this.tickedAtMs += ticks * TICK_MS;
  }
}
