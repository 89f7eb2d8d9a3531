import { setImmediate as nextTurn } from 'node:timers/promises';
import { AlarmHeap, type Alarm } from './alarm-heap.js';
import { systemClock, type Clock, type Timer } from './clock.js';

/** How time passes: as it does, so many times faster, or only when told to (spec/local-cluster.md §26.4). */
export type ClockMode =
  | { readonly kind: 'real' }
  | { readonly kind: 'scaled'; readonly scale: number }
  /** `autoAdvance`: it moves on to the next alarm by itself whenever the process has nothing else to do. */
  | { readonly kind: 'virtual'; readonly autoAdvance?: boolean };

/** Whoever waits for an alarm gets turns for what it sets off before the next one rings. */
const TURNS_PER_ALARM = 4;

/** Turns of the event loop without news after which a process counts as idle. */
const IDLE_TURNS = 8;

/** A clock whose pace may be changed while alarms are pending; time never runs backwards. */
export class AdjustableClock implements Clock {
  private readonly alarms = new AlarmHeap();
  private made = 0;
  private isDrifting = false;
  private current: ClockMode = { kind: 'real' };
  private anchor: { readonly ownMs: number; readonly baseMs: number };
  private hostTimer: Timer | undefined;

  constructor(
    private readonly base: Clock = systemClock,
    startMs = base.nowMs(),
  ) {
    this.anchor = { ownMs: startMs, baseMs: base.nowMs() };
  }

  get mode(): ClockMode {
    return this.current;
  }

  /** How many of its seconds pass in one of everybody else's; 0 while it stands still. */
  get rate(): number {
    if (this.current.kind === 'real') return 1;
    return this.current.kind === 'scaled' ? this.current.scale : 0;
  }

  nowMs(): number {
    return this.anchor.ownMs + (this.base.nowMs() - this.anchor.baseMs) * this.rate;
  }

  schedule(delayMs: number, action: () => void): Timer {
    if (delayMs <= 0) return this.base.schedule(0, action);
    this.made += 1;
    const alarm: Alarm = { atMs: this.nowMs() + delayMs, number: this.made, action, isCancelled: false };
    const isNext = alarm.atMs < (this.alarms.first?.atMs ?? Number.POSITIVE_INFINITY);
    this.alarms.push(alarm);
    if (isNext) this.arm();
    return { cancel: () => (alarm.isCancelled = true) };
  }

  /** From now on time passes like this. */
  setMode(mode: ClockMode): void {
    this.anchor = { ownMs: this.nowMs(), baseMs: this.base.nowMs() };
    this.current = mode;
    this.arm();
    if (mode.kind === 'virtual' && mode.autoAdvance === true && !this.isDrifting) void this.drift();
  }

  /** Moves time forward while it stands still; everything that becomes due on the way runs at its own time. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.nowMs() + durationMs;
    for (let due = this.takeDue(untilMs); due !== undefined; due = this.takeDue(untilMs)) {
      this.moveTo(due.atMs);
      due.action();
      for (let turn = 0; turn < TURNS_PER_ALARM; turn += 1) await nextTurn();
    }
    this.moveTo(untilMs);
  }

  /** Goes from alarm to alarm while the process is idle, as long as time is to pass like this. */
  private async drift(): Promise<void> {
    this.isDrifting = true;
    while (this.current.kind === 'virtual' && this.current.autoAdvance === true) {
      for (let turn = 0; turn < IDLE_TURNS; turn += 1) await nextTurn();
      const { first } = this.alarms;
      if (first === undefined)
        await new Promise((resolve) => this.base.schedule(1, () => resolve(undefined)));
      else await this.advance(Math.max(0, first.atMs - this.nowMs()));
    }
    this.isDrifting = false;
  }

  private moveTo(ownMs: number): void {
    this.anchor = { ownMs: Math.max(ownMs, this.nowMs()), baseMs: this.base.nowMs() };
  }

  private takeDue(untilMs: number): Alarm | undefined {
    const { first } = this.alarms;
    return first !== undefined && first.atMs <= untilMs ? this.alarms.shift() : undefined;
  }

  private arm(): void {
    this.hostTimer?.cancel();
    const next = this.alarms.first;
    if (next === undefined || this.rate === 0) return;
    const delayMs = Math.max(1, Math.ceil((next.atMs - this.nowMs()) / this.rate));
    this.hostTimer = this.base.schedule(delayMs, () => this.ring());
  }

  private ring(): void {
    const nowMs = this.nowMs();
    for (let due = this.takeDue(nowMs); due !== undefined; due = this.takeDue(nowMs)) due.action();
    this.arm();
  }
}
