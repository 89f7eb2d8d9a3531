/** One moment on two clocks. */
export interface Instant {
  /** Never goes back; may stand still while the machine sleeps. */
  readonly monotonicMs: number;
  /** Goes on while the machine sleeps; may be set. */
  readonly wallMs: number;
}

/** Where moments come from. */
export type Clock = () => Instant;

export const SYSTEM_CLOCK: Clock = () => ({ monotonicMs: performance.now(), wallMs: Date.now() });
