import type { Clock, Timer } from '../runtime/clock.js';

/** Resolution of the wheel. */
export const TICK_MS = 10;

const SLOTS = 256;
const SLOT_MASK = SLOTS - 1;
/** Ticks that one slot of each level spans. Four levels reach 2³² ticks: 497 days. */
const SPANS = [1, SLOTS, SLOTS ** 2, SLOTS ** 3] as const;
const LONGEST_TICKS = SLOTS ** 4 - 1;

/** Alarms that ring in one turn of the event loop: a few milliseconds of work. */
const RINGS_PER_TURN = 512;

/**
 * An alarm of the wheel. Whoever wants to be woken extends it, so that a pending alarm is part of its owner: no
 * closure, no record of its own.
 */
export abstract class WheelAlarm {
  /** Neighbours in the slot. Only the wheel touches them. */
  next: WheelAlarm | undefined = undefined;
  previous: WheelAlarm | undefined = undefined;
  dueTick = 0;

  /** Called once, at or after the time that was asked for. It may be set again. */
  abstract ring(): void;

  get isPending(): boolean {
    return this.next !== undefined;
  }
}

/** Both ends of the ring of alarms in a slot; alone it is its own neighbour. */
class Slot extends WheelAlarm {
  override next: WheelAlarm = this;
  override previous: WheelAlarm = this;

  override ring(): void {
    // A slot is never set.
  }

  get isEmpty(): boolean {
    return this.next === this;
  }
}

/**
 * Hierarchical timer wheel (spec/local-cluster.md §26.5): setting and cancelling take the same time however many
 * alarms there are, and all of them share one timer of the clock. Alarms of one tick ring in the order in which they
 * were set, as far as they were set within one round of the same level.
 */
export class TimerWheel {
  private readonly levels: readonly (readonly Slot[])[] = SPANS.map(() =>
    Array.from({ length: SLOTS }, () => new Slot()),
  );
  private readonly originMs: number;
  /** All ticks up to this one have rung. */
  private current = 0;
  private pending = 0;
  private timer: Timer | undefined;
  private armedTick = Number.POSITIVE_INFINITY;
  private isRinging = false;
  private isStopped = false;

  constructor(private readonly clock: Clock) {
    this.originMs = clock.nowMs();
  }

  /** Alarms that have not rung. */
  get size(): number {
    return this.pending;
  }

  /** Sets an alarm; one that is pending is moved. */
  set(alarm: WheelAlarm, delayMs: number): void {
    const nowMs = this.clock.nowMs() - this.originMs;
    if (alarm.isPending) unlink(alarm);
    else {
      if (this.pending === 0) this.current = Math.max(this.current, Math.floor(nowMs / TICK_MS));
      this.pending += 1;
    }
    const due = Math.ceil((nowMs + delayMs) / TICK_MS);
    alarm.dueTick = Math.min(this.current + LONGEST_TICKS, Math.max(this.current + 1, due));
    this.place(alarm);
    if (!this.isRinging && alarm.dueTick < this.armedTick) this.arm(alarm.dueTick);
  }

  cancel(alarm: WheelAlarm): void {
    if (!alarm.isPending) return;
    unlink(alarm);
    this.pending -= 1;
  }

  /** Nothing rings any more. */
  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  /** A slot further from now is coarser; its alarms move to finer ones when their time comes closer. */
  private place(alarm: WheelAlarm): void {
    const distance = alarm.dueTick - this.current;
    let level = 0;
    while (level < 3 && distance >= SPANS[level + 1]!) level += 1;
    const slot = this.slotAt(level, alarm.dueTick);
    const last = slot.previous;
    alarm.previous = last;
    alarm.next = slot;
    last.next = alarm;
    slot.previous = alarm;
  }

  private slotAt(level: number, tick: number): Slot {
    const index = level === 0 ? tick : Math.floor(tick / SPANS[level]!);
    return this.levels[level]![index & SLOT_MASK]!;
  }

  private arm(tick: number): void {
    this.timer?.cancel();
    if (this.isStopped) return;
    this.armedTick = tick;
    const dueMs = this.originMs + tick * TICK_MS;
    this.timer = this.clock.schedule(Math.max(1, dueMs - this.clock.nowMs()), () => this.advance());
  }

  private advance(): void {
    this.armedTick = Number.POSITIVE_INFINITY;
    const until = Math.floor((this.clock.nowMs() - this.originMs) / TICK_MS);
    // Time that stands still does not wait for a second turn.
    const most = this.clock.rate === 0 ? Number.POSITIVE_INFINITY : RINGS_PER_TURN;
    this.isRinging = true;
    let rung = this.ringAll(this.slotAt(0, this.current), most);
    while (this.pending > 0 && rung < most) {
      const next = this.nextTick();
      if (next > until) break;
      this.current = next;
      this.cascade();
      rung += this.ringAll(this.slotAt(0, next), most - rung);
    }
    this.isRinging = false;
    if (this.pending === 0) return;
    if (rung < most) this.arm(this.nextTick());
    else this.goOn();
  }

  /** The rest of what is due rings in the next turn. */
  private goOn(): void {
    this.timer?.cancel();
    if (this.isStopped) return;
    this.armedTick = this.current;
    this.timer = this.clock.schedule(0, () => this.advance());
  }

  /** The next tick at which something may have to be done: an alarm of the finest level, or the end of its round. */
  private nextTick(): number {
    const finest = this.levels[0]!;
    const endOfRound = (Math.floor(this.current / SLOTS) + 1) * SLOTS;
    for (let tick = this.current + 1; tick < endOfRound; tick += 1) {
      if (!finest[tick & SLOT_MASK]!.isEmpty) return tick;
    }
    return endOfRound;
  }

  /** At the end of a round the next slot of the coarser level is spread over the finer ones. */
  private cascade(): void {
    for (let level = 1; level < SPANS.length && this.isEndOfRound(level); level += 1) {
      const slot = this.slotAt(level, this.current);
      while (!slot.isEmpty) {
        const alarm = slot.next;
        unlink(alarm);
        this.place(alarm);
      }
    }
  }

  private isEndOfRound(level: number): boolean {
    const span = SPANS[level] ?? 1;
    return this.current % span === 0;
  }

  /** As far as `most`; gives how many rang. */
  private ringAll(slot: Slot, most: number): number {
    let rung = 0;
    for (; rung < most && !slot.isEmpty && !this.isStopped; rung += 1) {
      const alarm = slot.next;
      unlink(alarm);
      this.pending -= 1;
      alarm.ring();
    }
    return rung;
  }
}

function unlink(alarm: WheelAlarm): void {
  alarm.previous!.next = alarm.next;
  alarm.next!.previous = alarm.previous;
  alarm.next = undefined;
  alarm.previous = undefined;
}
