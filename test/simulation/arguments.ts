import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const HELP = `Runs whole clusters over virtual time, one from each seed, and checks at every event what must always hold.

  npm run simulate -- --seeds N [--from S] [--workers W]   runs seeds S to S+N-1 (S: 1) in W processes
  npm run simulate -- --seed S [--trace]                   runs one seed; with everything that happens

  --seeds N     how many seeds (default 200)
  --from S      the first seed (default 1)
  --workers W   processes that share the work (default: one per core)
  --seed S      one seed only
  --trace       prints what happens, line by line
  --help        prints this

Ends with code 1 when an invariant was violated, and names the command that shows how. See docs/simulation.md.`;

/** What was asked for. */
export type Wanted =
  | { readonly kind: 'help' }
  | { readonly kind: 'one'; readonly seed: number; readonly trace: boolean }
  | { readonly kind: 'many'; readonly seeds: number; readonly from: number; readonly workers: number };

/** @throws {Error} with words for people, when it cannot be understood. */
export function wantedFrom(argv: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      workers: { type: 'string' },
      seed: { type: 'string' },
      trace: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return { kind: 'help' };
  if (values.seed !== undefined) {
    if (values.seeds !== undefined || values.from !== undefined)
      throw new Error('--seed is one seed: without --seeds and --from');
    return { kind: 'one', seed: numberOf('seed', values.seed, 0), trace: values.trace === true };
  }
  if (values.trace === true) throw new Error('--trace shows one seed: it needs --seed');
  return {
    kind: 'many',
    seeds: numberOf('seeds', values.seeds ?? '200', 1),
    from: numberOf('from', values.from ?? '1', 0),
    workers: numberOf('workers', values.workers ?? String(availableParallelism()), 1),
  };
}

function numberOf(name: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${name} must be a whole number from ${least}, not '${text}'`);
}
