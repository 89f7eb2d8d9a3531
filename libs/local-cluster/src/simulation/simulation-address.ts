import { readFileSync } from 'node:fs';
import { object, parseBehavior } from './parse-behavior.js';
import { parsePlan } from './parse-plan.js';
import { DEFAULT_GROUP, type SimulationPlan } from './simulation-plan.js';

/** Options of `sim://?…` that describe the agents; every key of a task's behaviour may follow. */
const RESOURCES = ['cpus', 'mem', 'disk', 'gpus', 'ports'] as const;
const OTHERS = ['agents', 'hostname', 'ip_base', 'attributes', 'domain', 'seed', 'clock'] as const;

/**
 * Reads `sim://?agents=N&cpus=…&mem=…`, or `sim:FILE` with a JSON file (spec/local-cluster.md §2.1, §26.1).
 *
 * @throws Error that says what is wrong with the address, or with the file.
 */
export function readSimulationAddress(
  address: string,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): SimulationPlan {
  const [, query] = /^sim:\/\/(?:\?(.*))?$/s.exec(address) ?? [];
  if (query !== undefined || address === 'sim://' || address === 'sim') return planOfQuery(query ?? '');
  const [, path] = /^sim:(.+)$/s.exec(address) ?? [];
  if (path === undefined) throw new Error('must be sim://?agents=N&cpus=…&mem=… or sim:FILE');
  return parsePlan(contentOf(path, readFile));
}

function contentOf(path: string, readFile: (path: string) => string): unknown {
  try {
    return JSON.parse(readFile(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${path} ${code === undefined ? `is no JSON: ${message}` : `cannot be read: ${code}`}`, {
      cause: error,
    });
  }
}

function planOfQuery(query: string): SimulationPlan {
  const options = new URLSearchParams(query);
  const behavior: Record<string, unknown> = {};
  for (const name of new Set(options.keys())) {
    if (options.getAll(name).length > 1) throw new Error(`has the option \`${name}\` twice`);
    if (![...RESOURCES, ...OTHERS].includes(name as (typeof OTHERS)[number]))
      behavior[name] = valueOf(options.get(name)!);
  }
  parseBehavior(behavior, 'the address');
  const domain = options.get('domain')?.split('/');
  return parsePlan({
    ...optional('seed', options.get('seed'), Number),
    ...optional('clock', options.get('clock')),
    default: object(behavior, 'the address'),
    agents: [
      {
        count: Number(options.get('agents') ?? 1),
        ...optional('hostname', options.get('hostname')),
        ...optional('ip_base', options.get('ip_base')),
        ...optional('attributes', options.get('attributes')),
        ...(domain === undefined ? {} : { domain: { region: domain[0], zone: domain[1] } }),
        resources: resourcesOf(options),
      },
    ],
  });
}

function optional(name: string, written: string | null, read: (text: string) => unknown = String): object {
  return written === null ? {} : { [name]: read(written) };
}

/** What is not named is as by default. */
function resourcesOf(options: URLSearchParams): string {
  const defaults = Object.fromEntries(DEFAULT_GROUP.resources.split(';').map((item) => item.split(':')));
  return RESOURCES.flatMap((name) => {
    const amount = options.get(name) ?? (defaults[name] as string | undefined);
    return amount === undefined ? [] : [`${name}:${amount}`];
  }).join(';');
}

/** JSON where it is JSON, else the text itself. */
function valueOf(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}
