import { flagEntries, resolveFlag } from '../flags/catalogue.js';
import { arityOf, unknownFlag } from './command-line.js';
import { SettingMap, type Findings } from './setting.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says. */
export interface EnvironmentSettings {
  /** `EKIDEN_*` over `MARATHON_*`: the first that has a flag wins. */
  readonly layers: readonly SettingMap[];
  /** Variables that give defaults only, such as `MESOSPHERE_HTTP_CREDENTIALS`. */
  readonly defaults: SettingMap;
  /** Messages about variables that name no flag; `--strict_env` makes them problems. */
  readonly unknown: readonly string[];
}

/** Variables of the JVM and libmesos that unit files of Marathon carry. */
const FOREIGN_VARIABLES = ['JAVA_OPTS', 'LIBPROCESS_IP', 'LIBPROCESS_PORT'];

/** Marathon sets these inside tasks, so a server that runs as a task must not take them for flags. */
const TASK_VARIABLES = 'MARATHON_APP_';

/** What the command line goes by: whoever uses both from one shell has them set for the server, too. */
const COMMAND_LINE_VARIABLES: ReadonlySet<string> = new Set([
  'EKIDEN_URL',
  'EKIDEN_CREDENTIALS',
  'EKIDEN_WEBHOOK_SECRET',
]);

/** Reads `MARATHON_<X>` and `EKIDEN_<X>` as `--<x>` (`spec/operations.md §9.1`). */
export function readEnvironment(env: Environment, findings: Findings): EnvironmentSettings {
  for (const name of FOREIGN_VARIABLES) {
    if (env[name] !== undefined) findings.warn(`${name} has no effect: there is no JVM and no libmesos here`);
  }
  const unknown: string[] = [];
  const layers = ['EKIDEN_', 'MARATHON_'].map((prefix) => readPrefix(prefix, env, { findings, unknown }));
  return { layers, defaults: readDefaults(env, findings), unknown };
}

function readPrefix(
  prefix: string,
  env: Environment,
  sink: { readonly findings: Findings; readonly unknown: string[] },
): SettingMap {
  const settings = new SettingMap(sink.findings);
  for (const variable of Object.keys(env).toSorted()) {
    const value = env[variable];
    if (value === undefined || !variable.startsWith(prefix) || variable.startsWith(TASK_VARIABLES)) continue;
    if (COMMAND_LINE_VARIABLES.has(variable)) continue;
    const name = variable.slice(prefix.length).toLowerCase();
    const resolved = resolveFlag(name);
    if (resolved === undefined) {
      sink.unknown.push(unknownFlag(name, variable));
    } else if (value === '' && arityOf(resolved) === 'value') {
      sink.findings.problem(`\`${variable}\` needs a value`);
    } else {
      settings.add(resolved, { written: variable, text: value === '' ? 'true' : value, source: 'env' });
    }
  }
  return settings;
}

function readDefaults(env: Environment, findings: Findings): SettingMap {
  const settings = new SettingMap(findings);
  for (const [name, flag] of flagEntries()) {
    const variable = flag.defaultVariable;
    const text = variable === undefined ? undefined : env[variable];
    if (variable === undefined || text === undefined || text === '') continue;
    settings.add({ name, negated: false, flag }, { written: variable, text, source: 'env' });
  }
  return settings;
}
