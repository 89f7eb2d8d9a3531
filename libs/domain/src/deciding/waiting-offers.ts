import type { Offer } from '../cluster/mesos-shapes.js';

interface WaitingOffer {
  readonly offer: Offer;
  /** When it came, epoch ms. */
  readonly sinceMs: number;
}

/**
 * Offers that still need an answer: those that came in this turn, and what former turns had no time for. The newest are
 * answered first; those of one event in their order (`spec/scheduling.md` §2.4).
 */
export class WaitingOffers {
  /** Came in this turn; the next one to answer stands last. */
  private arrived: Offer[] = [];
  /** The oldest stands first. */
  private waiting: WaitingOffer[] = [];

  get length(): number {
    return this.arrived.length + this.waiting.length;
  }

  /** Takes offers in; they may be answered in this turn, whatever their number. */
  receive(offers: readonly Offer[]): void {
    for (let place = offers.length - 1; place >= 0; place -= 1) this.arrived.push(offers[place]!);
  }

  /** The offer to answer next, which waits no longer. */
  next(): Offer | undefined {
    return this.arrived.pop() ?? this.waiting.pop()?.offer;
  }

  /** Takes out what has waited for more than `timeoutMs`; oldest first. */
  takeOverdue(nowMs: number, timeoutMs: number): Offer[] {
    const inTime = this.waiting.findIndex(({ sinceMs }) => nowMs - sinceMs <= timeoutMs);
    const overdue = this.waiting.splice(0, inTime < 0 ? this.waiting.length : inTime);
    return overdue.map(({ offer }) => offer);
  }

  /** Ends the turn: what came and was not answered waits, as far as there is room; the others are taken out. */
  takeSurplus(nowMs: number, limit: number): Offer[] {
    const room = Math.max(0, limit - this.waiting.length);
    const surplus = this.arrived.splice(0, Math.max(0, this.arrived.length - room));
    for (const offer of this.arrived) this.waiting.push({ offer, sinceMs: nowMs });
    this.arrived = [];
    return surplus.toReversed();
  }

  /** The session is over: nobody wants an answer any more. */
  forgetAll(): void {
    this.arrived = [];
    this.waiting = [];
  }
}
