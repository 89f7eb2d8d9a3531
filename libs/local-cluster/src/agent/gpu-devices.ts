/**
 * Which task has which GPUs of the machine (spec/local-cluster.md §19.5): whole devices by index. Agents that share a
 * machine use different ones.
 */
export class GpuDevices {
  private readonly holders = new Map<number, string>();

  /** `count`: how many devices the agent has; `first`: index of its first one. */
  constructor(
    private readonly count: () => number,
    private readonly first: () => number,
  ) {}

  /** The lowest free devices for a container; nothing when there are not enough of them. */
  acquire(containerId: string, wanted: number): readonly number[] | undefined {
    const first = this.first();
    const all = Array.from({ length: Math.floor(this.count()) }, (_, index) => first + index);
    const free = all.filter((index) => !this.holders.has(index));
    if (free.length < wanted) return undefined;
    const devices = free.slice(0, wanted);
    this.restore(containerId, devices);
    return devices;
  }

  /** What a container had before the agent was restarted is still its own. */
  restore(containerId: string, devices: readonly number[]): void {
    for (const index of devices) this.holders.set(index, containerId);
  }

  of(containerId: string): readonly number[] {
    return [...this.holders].filter(([, holder]) => holder === containerId).map(([index]) => index);
  }

  release(containerId: string): void {
    for (const index of this.of(containerId)) this.holders.delete(index);
  }
}
