/**
 * The budget of launches that all apps share (`spec/scheduling.md` §2.4): one token per accepted operation, the full
 * amount again at every interval, and one more for each instance that runs well.
 */
export class LaunchTokens {
  private tokens: number;
  private refreshDueMs: number;

  /** `nowMs`: epoch ms of the start of leadership. */
  constructor(
    private readonly fullAmount: number,
    private readonly refreshIntervalMs: number,
    nowMs: number,
  ) {
    this.tokens = fullAmount;
    this.refreshDueMs = nowMs + refreshIntervalMs;
  }

  /** Never negative. */
  get available(): number {
    return this.tokens;
  }

  /** When `refresh` is due next, epoch ms. */
  get nextRefreshAtMs(): number {
    return this.refreshDueMs;
  }

  /** Pays for `count` launches; more than is available is a bug of the caller. */
  spend(count: number): void {
    if (count > this.tokens) throw new RangeError(`${count} tokens spent of ${this.tokens}`);
    this.tokens -= count;
  }

  /** An instance changed to Running, not unhealthy. */
  earn(): void {
    this.tokens += 1;
  }

  /** Sets the full amount if an interval has passed; true if it did. Intervals missed are not made up for. */
  refresh(nowMs: number): boolean {
    if (nowMs < this.refreshDueMs) return false;
    this.tokens = this.fullAmount;
    this.refreshDueMs = nowMs + this.refreshIntervalMs;
    return true;
  }
}
