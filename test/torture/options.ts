import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.js';

export interface TortureOptions {
  /** How many faults; the run ends with the check after the last one. */
  readonly faults: number;
  readonly seed: number;
  /** Of Ekiden: 1 with a log of its own, or 3 over ZooKeeper and Kafka. */
  readonly nodes: number;
  /** Ends the run earlier. */
  readonly mostMinutes: number | undefined;
  readonly kinds: readonly FaultKind[];
  /** Longest time for which a process is stopped. */
  readonly longestFreezeMs: number;
}

export const USAGE = `Usage: npm run torture -- [--flag value]…

Ekiden, a local cluster and tasks as real processes, clients that command apps all the time, and faults in a row. After
every few faults a checker compares what was acknowledged with what runs on this machine. Ends with 1 on any violation.

  --faults N      How many faults. (default: 1000)
  --seed S        Seed of all choices; printed at the start. The timing of real processes is not repeated. (default:
                  another one each time)
  --minutes M     End after so many minutes, even if faults are left.
  --nodes N       Nodes of Ekiden: 1, or 3 over real ZooKeeper and Kafka, three servers of each. (default: 1)
  --only KIND,…   Only these faults: ${FAULT_KINDS.join(', ')}.
  --help          Show this text.
`;

/** Reads the command line. @throws Error with what is wrong with it */
export function readOptions(argv: readonly string[]): TortureOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      faults: { type: 'string', default: '1000' },
      seed: { type: 'string' },
      nodes: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    faults: whole('faults', values.faults),
    seed: values.seed === undefined ? Date.now() % 2 ** 31 : whole('seed', values.seed),
    nodes: nodes(values.nodes),
    mostMinutes: values.minutes === undefined ? undefined : whole('minutes', values.minutes),
    kinds: values.only === undefined ? FAULT_KINDS : values.only.split(',').map(faultKind),
    longestFreezeMs: 20_000,
  };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not ${text}`);
  return value;
}

function nodes(text: string): number {
  if (text !== '1' && text !== '3') throw new Error(`--nodes must be 1 or 3, not ${text}`);
  return Number(text);
}

function faultKind(name: string): FaultKind {
  const kind = FAULT_KINDS.find((known) => known === name);
  if (kind === undefined) throw new Error(`--only knows ${FAULT_KINDS.join(', ')}; not ${name}`);
  return kind;
}
