import { parseArgs } from 'node:util';
import { callFor } from '../apps/scheduler/src/mesos/effects.js';
import { MatchScene, type ConstraintsOf, type TurnReport } from './match-scene.js';
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

const perSecondOf = ({ perSecond, placed }: Round): string => `${rounded(perSecond)}/s, ${placed} placed`;

const unconstrained: ConstraintsOf = () => [];
const constrained: ConstraintsOf = (app) => [CONSTRAINTS[app % CONSTRAINTS.length]!];

/**
 * Offers of all agents against all waiting instances: placements per second of matching alone and of whole turns, how long
 * a turn of the writer takes, and what the accepts cost afterwards.
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
  const measured = (play: Play, constraintsOf: ConstraintsOf): Round => {
    round(size, constraintsOf, play);
    return median(Array.from({ length: Number(values.rounds) }, () => round(size, constraintsOf, play)));
  };
  console.log(`whole turns, with constraints        ${described(measured(turns, constrained))}`);
  console.log(`whole turns, without constraints     ${described(measured(turns, unconstrained))}`);
  const withConstraints = measured(alone, constrained);
  const { perSecond } = measured(alone, unconstrained);
  console.log(
    `matching alone, with constraints     ${perSecondOf(withConstraints)}, limit ${CONSTRAINED_LIMIT}/s`,
  );
  console.log(`matching alone, without constraints  ${rounded(perSecond)}/s, limit ${LIMIT}/s`);
  console.log(`accepts written out and encoded      ${perSecondOf(measured(encoding, unconstrained))}`);
  return Promise.resolve({
    value: rounded(perSecond, 4),
    unit: 'placements/s, matching alone',
    reference: LIMIT,
    ratio: rounded(perSecond / LIMIT),
  });
}

interface Round {
  readonly perSecond: number;
  readonly placed: number;
  /** Durations of the turns in ms, longest first. */
  readonly turnsMs: readonly number[];
}

/** Yields what is measured of a scene, piece by piece. */
type Play = (scene: MatchScene) => Iterable<Pick<TurnReport, 'durationMs' | 'placements'>>;

function* turns(scene: MatchScene): Generator<TurnReport> {
  yield scene.receive(scene.offers());
  while (!scene.isDone) yield scene.goOn();
}

function* alone(scene: MatchScene): Generator<TurnReport> {
  yield scene.matchAlone(scene.offers());
}

/** The work that is left for after the turn: every task is written out and its accept encoded, as the client does it. */
function* encoding(scene: MatchScene): Generator<Pick<TurnReport, 'durationMs' | 'placements'>> {
  for (const { accepts, placements } of turns(scene)) {
    const startedMs = performance.now();
    for (const accept of accepts) JSON.stringify(callFor(accept, frameworkInfo));
    yield { durationMs: performance.now() - startedMs, placements };
  }
}

const frameworkInfo = (): never => {
  throw new Error('an accept does not name the framework');
};

function round(size: MatchScene['size'], constraintsOf: ConstraintsOf, play: Play): Round {
  const scene = new MatchScene(size);
  scene.prepare(constraintsOf);
  const turnsMs: number[] = [];
  let placed = 0;
  for (const { placements, durationMs } of play(scene)) {
    placed += placements;
    turnsMs.push(durationMs);
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
