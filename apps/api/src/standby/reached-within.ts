import type { Projection } from '../projection/projection.js';

/** Whether reads show `position`, now or within the limit. Never rejects. */
export async function reachedWithin(
  projection: Projection,
  position: number,
  limitMs: number,
): Promise<boolean> {
  if (projection.position >= position) return true;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const reached = projection.waitFor(position).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([reached, limit]);
  } finally {
    clearTimeout(timer);
  }
}
