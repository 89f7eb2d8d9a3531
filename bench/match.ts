import { parseArgs } from 'node:util';
import { MatchScene, type ConstraintsOf } from './match-scene.js';
import { rounded, type BenchmarkResult } from './result.js';

/** Placements per second that are wanted. */
const LIMIT = 300_000;
const CONSTRAINED_LIMIT = 50_000;
/** No turn may hold up the event loop for longer, in ms (`design.md` §5). */
const SLICE_LIMIT = 20;

/** Every app has a constraint: a third of them each. */
const CONSTRAINTS = [
  ['hostname', 'UNIQUE'],
  ['zone', 'GROUP_BY', '5'],
  ['rack', 'MAX_PER', '1'],
] as const;

const unconstrained: ConstraintsOf = () => [];
const constrained: ConstraintsOf = (app) => [CONSTRAINTS[app % CONSTRAINTS.length]!];

/**
 * Offers of all agents against all waiting instances: placements per second, and how long a turn of the writer takes.
 * Options: `--apps N` (1000), `--instances N` (100000), `--agents N` (10000), `--rounds N` (3).
 */
export function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({
    args: options,
    options: {
      apps: { type: 'string', default: '1000' },
      instances: { type: 'string', default: '100000' },
      agents: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const apps = Number(values.apps);
  const instancesPerApp = Math.floor(Number(values.instances) / apps);
  const size = { apps, instancesPerApp, agents: Number(values.agents) };
  const measure = (constraintsOf: ConstraintsOf) =>
    median(Array.from({ length: Number(values.rounds) }, () => round(size, constraintsOf)));
  round(size, constrained);
  const withConstraints = measure(constrained);
  console.log(`with constraints     ${described(withConstraints)} (limit ${CONSTRAINED_LIMIT}/s)`);
  const without = measure(unconstrained);
  console.log(`without constraints  ${described(without)} (limit ${LIMIT}/s)`);
  return Promise.resolve({
    value: rounded(without.perSecond, 4),
    unit: 'placements/s',
    reference: LIMIT,
    ratio: rounded(without.perSecond / LIMIT),
  });
}

interface Round {
  readonly perSecond: number;
  readonly placed: number;
  /** Durations of the turns in ms, longest first. */
  readonly turnsMs: readonly number[];
}

function round(size: MatchScene['size'], constraintsOf: ConstraintsOf): Round {
  const scene = new MatchScene(size);
  scene.prepare(constraintsOf);
  const offers = scene.offers();
  const turnsMs: number[] = [];
  let placed = 0;
  for (let report = scene.receive(offers); ; report = scene.goOn()) {
    placed += report.placements;
    turnsMs.push(report.durationMs);
    if (scene.isDone) break;
  }
  const totalMs = turnsMs.reduce((sum, turnMs) => sum + turnMs, 0);
  return { perSecond: (placed / totalMs) * 1000, placed, turnsMs: turnsMs.toSorted((a, b) => b - a) };
}

const median = (rounds: readonly Round[]): Round =>
  rounds.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(rounds.length / 2)]!;

function described({ perSecond, placed, turnsMs }: Round): string {
  const slow = turnsMs.filter((turnMs) => turnMs > SLICE_LIMIT).length;
  const [longest = 0] = turnsMs;
  const usual = turnsMs[Math.floor(turnsMs.length / 2)] ?? 0;
  return (
    `${rounded(perSecond)}/s, ${placed} placed in ${turnsMs.length} turns of ${rounded(usual)} ms, ` +
    `longest ${rounded(longest)} ms, ${slow} above ${SLICE_LIMIT} ms`
  );
}
