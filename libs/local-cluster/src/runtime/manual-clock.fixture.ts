import type { Clock, Timer } from './clock.js';

interface Alarm {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

/** A clock that moves only when told to, for tests. Alarms ring in order of time, then of their making. */
export class ManualClock implements Clock {
  private alarms: Alarm[] = [];
  private made = 0;

  constructor(private currentMs = 1_700_000_000_000) {}

  nowMs(): number {
    return this.currentMs;
  }

  schedule(delayMs: number, action: () => void): Timer {
    const alarm: Alarm = { atMs: this.currentMs + Math.max(0, delayMs), order: this.made++, action };
    this.alarms.push(alarm);
    return { cancel: () => (this.alarms = this.alarms.filter((other) => other !== alarm)) };
  }

  /** Moves time forward; everything that becomes due on the way runs at its own time. */
  advance(durationMs: number): void {
    const targetMs = this.currentMs + durationMs;
    for (let next = this.nextDue(targetMs); next !== undefined; next = this.nextDue(targetMs)) {
      const due = next;
      this.alarms = this.alarms.filter((alarm) => alarm !== due);
      this.currentMs = Math.max(this.currentMs, due.atMs);
      due.action();
    }
    this.currentMs = targetMs;
  }

  private nextDue(untilMs: number): Alarm | undefined {
    return this.alarms
      .filter((alarm) => alarm.atMs <= untilMs)
      .toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
  }
}
