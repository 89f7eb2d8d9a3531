import * as fc from 'fast-check';
import { it } from 'vitest';
import { withinCpuTime } from './within-cpu-time.js';

/** What a fuzzed property takes, and how much of it `npm test` tries. */
export interface Fuzzed<T> {
  readonly input: fc.Arbitrary<T>;
  /** Runs in `npm test`; a long run goes by time. */
  readonly runs?: number;
  /** CPU time that one input may take, in ms. */
  readonly cpuMs?: number;
}

/** Far above what any parser needs for what is generated here, far below what somebody would have to wait for. */
const CPU_MS = 1000;

const RUNS = 150;

/** `npm test` says the same every time; `npm run fuzz` goes elsewhere in every round. */
const SEED = 20_261_123;

/** Shrinking what takes long would take long, too. */
const SHRINKING_MS = 60_000;

interface Plan {
  readonly seed: number;
  /** Of one failure that is to be seen again. */
  readonly path?: string;
  /** For how long each property is tried, in ms; absent: `runs` times. */
  readonly durationMs?: number;
}

/** What `npm run fuzz` asks for (scripts/fuzz.mjs). */
function plan(): Plan {
  const { EKIDEN_FUZZ_SEED: seed, EKIDEN_FUZZ_PATH: path, EKIDEN_FUZZ_SECONDS: seconds } = process.env;
  return {
    seed: seed === undefined ? SEED : Number(seed),
    ...(path === undefined ? {} : { path }),
    ...(seconds === undefined ? {} : { durationMs: Number(seconds) * 1000 }),
  };
}

/**
 * A test that a property holds for whatever is generated, none of which may take more CPU time than it should. A failure
 * names the seed and the path of the shrunk counter-example; `npm run fuzz -- --seed S --path P NAME` shows it again.
 */
export function fuzz<T>(name: string, fuzzed: Fuzzed<T>, holds: (input: T) => void | Promise<void>): void {
  const { input, runs = RUNS, cpuMs = CPU_MS } = fuzzed;
  const { seed, path, durationMs } = plan();
  const property = fc.asyncProperty(input, (value) => withinCpuTime(cpuMs, () => holds(value)));
  const amount =
    durationMs === undefined
      ? { numRuns: runs }
      : {
          numRuns: Number.MAX_SAFE_INTEGER,
          interruptAfterTimeLimit: durationMs,
          markInterruptAsFailure: false,
        };
  const parameters = { seed, ...amount, ...(path === undefined ? {} : { path, numRuns: runs }) };
  // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the property has both
  it(name, () => fc.assert(property, parameters), (durationMs ?? 0) + SHRINKING_MS);
}
