import type { Projection } from '../projection/projection.js';

/** Whether reads show `position`, now or within the limit. Never rejects, and nothing waits on after the limit. */
export async function reachedWithin(
  projection: Pick<Projection, 'position' | 'waitFor'>,
  position: number,
  limitMs: number,
): Promise<boolean> {
  if (projection.position >= position) return true;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    await projection.waitFor(position, limit.signal);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
