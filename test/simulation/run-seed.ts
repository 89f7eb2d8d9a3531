import type { Defects } from './defects.js';
import { Simulation } from './simulation.js';

/** What came of one seed. */
export interface SeedReport {
  readonly seed: number;
  /** Equal for two runs that were the same, event for event. */
  readonly digest: string;
  /** Virtual time, ms. */
  readonly durationMs: number;
  /** Processor time, ms. */
  readonly cpuMs: number;
  readonly nodes: number;
  /** Things that happened. */
  readonly happenings: number;
  /** Events on the log. */
  readonly events: number;
  readonly acknowledged: number;
  readonly reads: number;
  readonly tasks: number;
  /** Faults by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** What must not have been, if anything. */
  readonly violation?: string;
}

/** How a run differs from the usual one. */
export interface RunOptions {
  readonly defects?: Defects;
  /** Takes the trace, line by line. */
  readonly print?: (line: string) => void;
}

/** Runs one seed; one at a time in a process, which has no other time meanwhile. */
export async function runSeed(seed: number, { defects = {}, print }: RunOptions = {}): Promise<SeedReport> {
  const before = process.cpuUsage();
  const simulation = new Simulation(seed, defects, print);
  const violation = await simulation.run();
  const { user, system } = process.cpuUsage(before);
  return {
    seed,
    ...simulation.facts(),
    cpuMs: (user + system) / 1000,
    ...(violation === undefined ? {} : { violation: violation.stack ?? violation.message }),
  };
}
