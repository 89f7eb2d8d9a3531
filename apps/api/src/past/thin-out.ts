/** A file with the state at a position. */
interface Sized {
  readonly position: number;
  readonly bytes: number;
}

/**
 * Which of the files, in the order of their positions, have to go so that the rest takes no more than `limitBytes`.
 * Always the one that leaves the smallest gap goes, of equal ones the oldest: gaps double from the oldest on, and the
 * newest file stays.
 */
export function thinnedOut<T extends Sized>(files: readonly T[], limitBytes: number): T[] {
  const kept = [...files];
  const gone: T[] = [];
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  while (bytes > limitBytes && kept.length > 1) {
    const [dropped] = kept.splice(leastMissed(kept), 1);
    if (dropped === undefined) break;
    bytes -= dropped.bytes;
    gone.push(dropped);
  }
  return gone;
}

function leastMissed(kept: readonly Sized[]): number {
  let least = 0;
  let smallestGap = Infinity;
  for (let index = 0; index < kept.length - 1; index += 1) {
    const gap = (kept[index + 1]?.position ?? 0) - (kept[index - 1]?.position ?? 0);
    if (gap < smallestGap) [least, smallestGap] = [index, gap];
  }
  return least;
}
