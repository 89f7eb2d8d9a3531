/** A figure that somebody else published; bench/README.md names the source. */
export interface Peer {
  readonly who: string;
  /** Instances per second. */
  readonly perSecond: number;
}

/** 50,000 instances of four apps in 90 s, on 24,000 cores. */
export const MARATHON_2015: Peer = { who: 'Marathon, MesosCon 2015', perSecond: 50_000 / 90 };

/** A million containers in under five minutes, with five servers of 32 cores. */
export const NOMAD_C1M: Peer = { who: 'Nomad, C1M 2016 (claimed: under 5 min)', perSecond: 1_000_000 / 300 };

/** The lower of the throughputs below which the scheduler's own performance tests fail. */
export const KUBERNETES: Peer = { who: 'Kubernetes, gate of scheduler_perf on 5,000 nodes', perSecond: 680 };

/** Of one size: how many were reached, and after how many seconds. */
export interface MarathonStep {
  readonly reached: number;
  readonly seconds: number;
}

/**
 * The run that Marathon had checked in: version 1.4.2, one master, 24 cores on five agents. Sizes from 1 to 1,000; the
 * larger ones were skipped after the smaller ones had failed.
 */
export const MARATHON_STEPS: Readonly<
  Record<'instances' | 'apps' | 'group', ReadonlyMap<number, MarathonStep>>
> = {
  instances: steps([0.542, 2.194, 2.292, 38.471, 1246.642], 832),
  apps: steps([0.728, 8.332, 26.813, 274.901, 2498.804], 832),
  group: steps([0.464, 3.713, 8.712, 34.202, 71.955], 1000),
};

function steps(seconds: readonly number[], reachedLast: number): ReadonlyMap<number, MarathonStep> {
  const sizes = [1, 10, 100, 500, 1000];
  return new Map(
    sizes.map((size, index) => [
      size,
      { reached: index === sizes.length - 1 ? reachedLast : size, seconds: seconds[index] ?? 0 },
    ]),
  );
}
