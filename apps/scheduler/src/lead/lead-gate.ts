import type { Lead } from './lead.js';

/** How often a gate that is shut looks whether it may open. Nobody tells when a process goes on that was stopped. */
const LOOK_INTERVAL_MS = 20;

/** So long callers wait for the lead to be good again (`spec/operations.md` §7.4). */
const PATIENCE_MS = 2750;

interface Waiting {
  readonly act: () => void;
  readonly orElse: () => void;
}

/**
 * Lets acts of the leader through while the node may act; while it may not they wait, in their order. So nothing is
 * decided or sent after the process was stopped for a while, or ZooKeeper was out of sight, before it is known that
 * nobody else was elected meanwhile (`spec/operations.md` §6.2).
 */
export class LeadGate {
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  private shutSinceMs = 0;

  /** `onImpatient`: whatever callers wait for has waited for too long. */
  constructor(
    private readonly lead: Pick<Lead, 'mayAct'>,
    private readonly onImpatient: () => void,
  ) {}

  /** Whether whatever comes is let through at once. */
  get isOpen(): boolean {
    return !this.isClosed && this.waiting.length === 0 && this.lead.mayAct();
  }

  /** Calls `act` now, or in its turn once the node may act; `orElse` when it never will. */
  pass(act: () => void, orElse: () => void = () => undefined): void {
    if (this.isClosed) return orElse();
    if (this.isOpen) return act();
    this.waiting.push({ act, orElse });
    if (this.timer !== undefined) return;
    this.shutSinceMs = performance.now();
    this.timer = setInterval(() => this.look(), LOOK_INTERVAL_MS);
  }

  /** Lets through what waits, if the node may act by now. */
  look(): void {
    while (this.waiting.length > 0 && this.lead.mayAct()) this.waiting.shift()?.act();
    if (this.waiting.length === 0) return this.rest();
    if (performance.now() - this.shutSinceMs >= PATIENCE_MS) this.onImpatient();
  }

  /** The lead is over: nothing is let through any more. */
  close(): void {
    this.isClosed = true;
    this.rest();
    for (const { orElse } of this.waiting.splice(0)) orElse();
  }

  private rest(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
