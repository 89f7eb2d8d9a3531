/** How exactly moments are kept: a wheel looks after its entries this often. */
const TICK_MS = 10;
/** Moments further away than a turn of the wheel (41 s) are passed by until it is their turn. */
const SLOTS = 4096;

interface Entry<T> {
  readonly item: T;
  readonly dueTick: number;
}

/**
 * Thousands of moments with one timer: an item is filed under its moment and handed over when that has come, a tick
 * late at most. Nothing can be taken out; whoever receives an item that is no longer wanted ignores it.
 */
export class TimerWheel<T> {
  private readonly slots: (Entry<T>[] | undefined)[] = Array.from({ length: SLOTS });
  private timer: NodeJS.Timeout | undefined;
  private lastTick = 0;
  private filed = 0;

  constructor(
    private readonly onDue: (item: T) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Hands over `item` at `atMs`, or with the next tick if that has passed. */
  schedule(item: T, atMs: number): void {
    if (this.filed === 0) this.lastTick = this.presentTick();
    this.file({ item, dueTick: Math.max(Math.ceil(atMs / TICK_MS), this.lastTick + 1) });
    this.filed += 1;
    this.timer ??= setInterval(() => this.turn(), TICK_MS);
    this.timer.unref();
  }

  /** Forgets everything. */
  clear(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.slots.fill(undefined);
    this.filed = 0;
  }

  private presentTick(): number {
    return Math.floor(this.nowMs() / TICK_MS);
  }

  private file(entry: Entry<T>): void {
    const slot = entry.dueTick % SLOTS;
    const entries = this.slots[slot];
    if (entries === undefined) this.slots[slot] = [entry];
    else entries.push(entry);
  }

  private turn(): void {
    const present = this.presentTick();
    while (this.lastTick < present) {
      this.lastTick += 1;
      this.handOver(this.lastTick);
    }
    if (this.filed === 0) this.clear();
  }

  private handOver(tick: number): void {
    const slot = tick % SLOTS;
    const entries = this.slots[slot];
    if (entries === undefined) return;
    this.slots[slot] = undefined;
    for (const entry of entries) {
      if (entry.dueTick > tick) {
        this.file(entry);
        continue;
      }
      this.filed -= 1;
      this.onDue(entry.item);
    }
  }
}
