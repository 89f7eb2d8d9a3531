/**
 * Does something and fails if that took more CPU time of this process than it may, in ms. Other processes on the machine do
 * not count.
 */
export async function withinCpuTime<T>(limitMs: number, act: () => T | Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const result = await act();
  const { user, system } = process.cpuUsage(before);
  const tookMs = (user + system) / 1000;
  if (tookMs > limitMs)
    throw new Error(`took ${Math.round(tookMs)} ms of CPU time; ${limitMs} ms are allowed`);
  return result;
}
