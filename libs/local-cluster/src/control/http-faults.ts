import type { HttpFault } from '../master/state/test-hooks.js';

/** A fault for the next requests of a kind. */
export interface PlannedFault extends HttpFault {
  readonly path: string;
  /** Only for calls of this type. */
  readonly callType?: string | undefined;
  readonly times: number;
}

/** Faults that wait for their requests, oldest first. */
export class HttpFaults {
  private readonly waiting: { readonly fault: PlannedFault; left: number }[] = [];

  plan(fault: PlannedFault): void {
    this.waiting.push({ fault, left: fault.times });
  }

  /** The fault for this request, if one waits for it; `callType` is absent until the call was read. */
  take(path: string, callType?: string): HttpFault | undefined {
    const place = this.waiting.findIndex(({ fault }) => fault.path === path && fault.callType === callType);
    const found = this.waiting[place];
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left === 0) this.waiting.splice(place, 1);
    return found.fault;
  }

  /** How many requests they still wait for. */
  get outstanding(): number {
    return this.waiting.reduce((sum, { left }) => sum + left, 0);
  }
}
