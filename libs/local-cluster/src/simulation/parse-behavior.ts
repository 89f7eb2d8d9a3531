import type { HealthBehavior, Outcome, TaskBehavior } from './behavior.js';
import { parseDistribution } from './distribution.js';

/** What a source of behaviour says; the rest stays as it was. */
export type BehaviorChange = Partial<TaskBehavior>;

type Reader = (value: unknown, name: string) => BehaviorChange;

/** Every key of §26.2, `starting_ms` of the example of §26.1 included. */
const READERS: Readonly<Record<string, Reader>> = {
  drop: (value, name) => ({ drop: share(value, name) }),
  drop_reason: (value, name) => ({ dropReason: text(value, name) }),
  lose_message: (value, name) => ({ loseMessage: share(value, name) }),
  launch_failure: (value, name) => ({ launchFailure: share(value, name) }),
  launch_message: (value, name) => ({ launchMessage: text(value, name) }),
  staging_ms: (value, name) => ({ stagingMs: parseDistribution(value, name) }),
  starting: (value, name) => ({ starting: flag(value, name) }),
  starting_ms: (value, name) => ({ startingMs: parseDistribution(value, name) }),
  running_ms: (value, name) => ({ runningMs: parseDistribution(value, name) }),
  lifetime_ms: (value, name) => ({ lifetimeMs: value === null ? null : parseDistribution(value, name) }),
  outcome: (value, name) => ({ outcomes: outcomes(value, name) }),
  kill_ms: (value, name) => ({ killMs: parseDistribution(value, name) }),
  ignore_term: (value, name) => ({ ignoreTerm: flag(value, name) }),
  killing_exit: (value, name) => ({ killingExit: number(value, name) }),
  health: (value, name) => ({ health: health(value, name) }),
  check: (value, name) => ({ check: course(value, name) }),
  ip: (value, name) => ({ ip: address(value, name) }),
  ack_drop: (value, name) => ({ ackDrop: share(value, name) }),
  duplicate: (value, name) => ({ duplicate: share(value, name) }),
};

/**
 * Reads the keys of §26.2.
 *
 * @throws Error that names the first key that is unknown or wrong.
 */
export function parseBehavior(given: unknown, name: string): BehaviorChange {
  const change: BehaviorChange = {};
  for (const [key, value] of Object.entries(object(given, name))) {
    if (!Object.hasOwn(READERS, key)) throw new Error(`${name} has the unknown key \`${key}\``);
    Object.assign(change, READERS[key]!(value, `${name}.${key}`));
  }
  return change;
}

/** @throws Error when `given` is no JSON object. */
export function object(given: unknown, name: string): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error(`${name} must be an object`);
  return given as Record<string, unknown>;
}

export function number(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw new Error(`${name} must be a number from 0`);
  return value;
}

export function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Error(`${name} must be a text`);
  return value;
}

export function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${name} must be a list`);
  return value as unknown[];
}

/** Refuses members that nobody reads. */
export function only(members: Record<string, unknown>, known: readonly string[], name: string): void {
  const unknown = Object.keys(members).find((member) => !known.includes(member));
  if (unknown !== undefined) throw new Error(`${name} has the unknown key \`${unknown}\``);
}

export function share(value: unknown, name: string): number {
  const probability = number(value, name);
  if (probability > 1) throw new Error(`${name} must be from 0 to 1`);
  return probability;
}

function flag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new Error(`${name} must be true or false`);
  return value;
}

function address(value: unknown, name: string): 'agent' | 'unique' {
  if (value !== 'agent' && value !== 'unique') throw new Error(`${name} must be \`agent\` or \`unique\``);
  return value;
}

function outcomes(value: unknown, name: string): readonly Outcome[] {
  const found = list(value, name).map((entry, index) => outcome(entry, `${name}[${index}]`));
  if (found.every(({ weight }) => weight === 0)) throw new Error(`${name} has no weight above 0`);
  return found;
}

function outcome(value: unknown, name: string): Outcome {
  const members = object(value, name);
  only(members, ['weight', 'exit', 'signal', 'reason', 'message'], name);
  const weight = members['weight'] === undefined ? 1 : number(members['weight'], `${name}.weight`);
  if (members['exit'] !== undefined) return { weight, exit: number(members['exit'], `${name}.exit`) };
  if (members['signal'] !== undefined) return { weight, signal: text(members['signal'], `${name}.signal`) };
  const reason = text(members['reason'], `${name}: \`exit\`, \`signal\` or \`reason\``);
  const message = members['message'];
  return { weight, reason, message: message === undefined ? undefined : text(message, `${name}.message`) };
}

function health(value: unknown, name: string): HealthBehavior {
  const members = object(value, name);
  only(members, ['first_ok_ms', 'flap', 'fail_after_ms', 'p_fail_per_check'], name);
  const optional = (key: string): number | undefined =>
    members[key] === undefined ? undefined : number(members[key], `${name}.${key}`);
  const flap = members['flap'];
  return {
    firstOkMs: optional('first_ok_ms'),
    flap:
      flap === undefined
        ? undefined
        : course(flap, `${name}.flap`).map(([atMs, isHealthy]) => [atMs, isHealthy === true] as const),
    failAfterMs: optional('fail_after_ms'),
    failProbability: share(members['p_fail_per_check'] ?? 0, `${name}.p_fail_per_check`),
  };
}

/** `[[ms, value], …]`, in order of time. */
function course(value: unknown, name: string): (readonly [number, number | boolean])[] {
  return list(value, name)
    .map((entry) => {
      const [atMs, found] = list(entry, name);
      if (typeof found !== 'boolean' && typeof found !== 'number')
        throw new Error(`${name} must be a list of [ms, value]`);
      return [number(atMs, name), found] as const;
    })
    .toSorted(([left], [right]) => left - right);
}
