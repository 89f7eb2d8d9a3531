import type { Draws } from './fate.js';

/** How a length of time is spread; all figures in milliseconds (spec/local-cluster.md §26.2). */
export type Distribution =
  | { readonly dist: 'const'; readonly value: number }
  | { readonly dist: 'uniform'; readonly min: number; readonly max: number }
  | { readonly dist: 'normal'; readonly mean: number; readonly sd: number }
  | { readonly dist: 'lognormal'; readonly median: number; readonly sigma: number }
  | { readonly dist: 'exponential'; readonly mean: number }
  | { readonly dist: 'pareto'; readonly min: number; readonly alpha: number }
  | { readonly dist: 'choice'; readonly values: readonly number[]; readonly weights: readonly number[] };

export const constant = (value: number): Distribution => ({ dist: 'const', value });

/** One value; never below 0. */
export function sample(distribution: Distribution, draws: Draws): number {
  switch (distribution.dist) {
    case 'const':
      return distribution.value;
    case 'uniform':
      return distribution.min + draws.next() * (distribution.max - distribution.min);
    case 'normal':
      return Math.max(0, distribution.mean + distribution.sd * standardNormal(draws));
    case 'lognormal':
      return distribution.median * Math.exp(distribution.sigma * standardNormal(draws));
    case 'exponential':
      return -distribution.mean * Math.log(1 - draws.next());
    case 'pareto':
      return distribution.min / (1 - draws.next()) ** (1 / distribution.alpha);
    case 'choice':
      return distribution.values[chooseWeighted(distribution.weights, draws)] ?? 0;
  }
}

/** Index of the weight that is hit; the last one should rounding leave a gap. */
export function chooseWeighted(weights: readonly number[], draws: Draws): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = draws.next() * total;
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return index < 0 ? weights.length - 1 : index;
}

/** Box–Muller. */
function standardNormal(draws: Draws): number {
  return Math.sqrt(-2 * Math.log(1 - draws.next())) * Math.cos(2 * Math.PI * draws.next());
}

/** Members each kind needs; all are numbers. */
const MEMBERS: Readonly<Record<Exclude<Distribution['dist'], 'choice'>, readonly string[]>> = {
  const: ['value'],
  uniform: ['min', 'max'],
  normal: ['mean', 'sd'],
  lognormal: ['median', 'sigma'],
  exponential: ['mean'],
  pareto: ['min', 'alpha'],
};

/**
 * Reads a distribution as it stands in a file: a bare number is a constant.
 *
 * @throws Error that says what is wrong, `name` first.
 */
export function parseDistribution(given: unknown, name: string): Distribution {
  if (typeof given === 'number') return parseDistribution({ dist: 'const', value: given }, name);
  if (typeof given !== 'object' || given === null)
    throw new Error(`${name} must be a number or a distribution`);
  const members = given as Record<string, unknown>;
  const kind = String(members['dist']);
  if (kind === 'choice') return parseChoice(members, name);
  if (!Object.hasOwn(MEMBERS, kind)) {
    throw new Error(`${name}.dist must be one of ${[...Object.keys(MEMBERS), 'choice'].join(', ')}`);
  }
  const needed = MEMBERS[kind as keyof typeof MEMBERS];
  const unknown = Object.keys(members).find((member) => member !== 'dist' && !needed.includes(member));
  if (unknown !== undefined) throw new Error(`${name} of ${kind} has no \`${unknown}\``);
  for (const member of needed) checkNumber(members[member], `${name}.${member}`);
  if (kind === 'uniform' && (members['min'] as number) > (members['max'] as number))
    throw new Error(`${name}.min must not exceed ${name}.max`);
  if (kind === 'pareto' && members['alpha'] === 0) throw new Error(`${name}.alpha must be above 0`);
  return members as unknown as Distribution;
}

function parseChoice(members: Record<string, unknown>, name: string): Distribution {
  const { values, weights = Array.isArray(values) ? values.map(() => 1) : [] } = members;
  if (!Array.isArray(values) || !Array.isArray(weights) || values.length === 0)
    throw new Error(`${name} of choice needs \`values\`, and as many \`weights\` if any`);
  if (values.length !== weights.length)
    throw new Error(`${name} has ${values.length} values and ${weights.length} weights`);
  for (const value of [...(values as unknown[]), ...(weights as unknown[])]) checkNumber(value, name);
  if ((weights as number[]).every((weight) => weight === 0)) throw new Error(`${name} has no weight above 0`);
  return { dist: 'choice', values: values as number[], weights: weights as number[] };
}

function checkNumber(value: unknown, name: string): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw new Error(`${name} must be a number from 0`);
}
