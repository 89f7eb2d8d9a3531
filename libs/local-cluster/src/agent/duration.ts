/** Units of Mesos's duration texts, largest first, in nanoseconds. */
const units: readonly (readonly [name: string, nanoseconds: number])[] = [
  ['weeks', 604_800e9],
  ['days', 86_400e9],
  ['hrs', 3_600e9],
  ['mins', 60e9],
  ['secs', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  ['ns', 1],
];

/** `<number><unit>` in the largest unit that gives at least 1, as Mesos prints it: `5secs`, `1.5mins`, `0ns`. */
export function formatDuration(durationMs: number): string {
  const nanoseconds = durationMs * 1e6;
  const [name, size] = units.find(([, unit]) => nanoseconds >= unit) ?? ['ns', 1];
  return `${Number((nanoseconds / size).toFixed(9))}${name}`;
}

/** Milliseconds of a `{nanoseconds}` message. */
export function toMs(duration: { readonly nanoseconds: number }): number {
  return duration.nanoseconds / 1e6;
}
