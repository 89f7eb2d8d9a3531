import type { WebhookKind } from '#domain';

/** The longest wait between two attempts (`spec/operations.md` §5). */
const LONGEST_MS = 300_000;

/** A webhook that failed is not tried for about 1, 2, 4 … seconds; receivers that fail together must not return together. */
const JITTER = 0.2;

/**
 * How long to wait after `attempts` vain attempts in a row, in ms. A callback waits 2ⁿ s exactly, as its rule says.
 *
 * @param random in [0, 1).
 */
export function backOffMs(kind: WebhookKind, attempts: number, random: number): number {
  if (kind === 'callback') return Math.min(1000 * 2 ** attempts, LONGEST_MS);
  const mean = Math.min(1000 * 2 ** (attempts - 1), LONGEST_MS);
  return Math.min(Math.round(mean * (1 + JITTER * (2 * random - 1))), LONGEST_MS);
}
