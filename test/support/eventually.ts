import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 40;

/** Generous on purpose: it bounds how long a broken test hangs, it measures nothing. */
const TIMEOUT_MS = 60_000;

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  /** What is waited for, in the words of the failure. */
  readonly what?: string;
}

/**
 * Repeats `probe` until it neither throws nor returns `undefined` or `false`, and answers what it returned.
 * When time is up, the last failure is the reason.
 */
export async function eventually<T>(
  probe: () => Promise<T> | T,
  { timeoutMs = TIMEOUT_MS, what = 'the condition' }: EventuallyOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    let lastFailure: unknown;
    try {
      const result = await probe();
      if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>;
    } catch (error) {
      lastFailure = error;
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`${what} did not come about within ${timeoutMs / 1000} s`, { cause: lastFailure });
    }
    await delay(POLL_INTERVAL_MS);
  }
}
