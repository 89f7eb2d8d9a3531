import { readFileSync } from 'node:fs';
import { availableParallelism, hostname, userInfo } from 'node:os';
import { propertyName, type Configuration } from './configuration.js';
import { EXIT_CODES } from './exit-codes.js';
import { flagEntries, flagNamed } from './flags/catalogue.js';
import { defaultOf, type MachineFacts } from './flags/flag.js';
import { checkConsistency } from './resolve/consistency.js';
import { reportSettings, type ResolvedValue, type SettingsReport } from './resolve/settings-report.js';
import { understand } from './resolve/understand.js';
import { readCommandLine } from './sources/command-line.js';
import { readConfigFile, readOrReport, type ReadFile } from './sources/config-file.js';
import { readEnvironment, type Environment } from './sources/environment.js';
import { Findings, SettingMap, type Setting } from './sources/setting.js';

/** Everything that settings can come from. */
export interface ConfigurationInput {
  /** Arguments after program and script. */
  readonly argv: readonly string[];
  readonly env: Environment;
  /** Reads configuration and secret files; from disk unless given. */
  readonly readFile?: ReadFile;
  /** Facts that defaults depend on; of this machine unless given. */
  readonly machine?: MachineFacts;
}

/** What the process should do. */
export type ConfigurationResult =
  | { readonly ok: true; readonly action: 'help' | 'help-all' | 'version' }
  | {
      readonly ok: true;
      /** `check` comes from `--check_config`: say that all is well and exit with 0. */
      readonly action: 'start' | 'check';
      readonly configuration: Configuration;
      readonly settings: SettingsReport;
      readonly warnings: readonly string[];
    }
  | {
      readonly ok: false;
      readonly exitCode: typeof EXIT_CODES.badConfiguration;
      /** Everything that is wrong, one line each. */
      readonly messages: readonly string[];
      readonly warnings: readonly string[];
    };

/**
 * Reads all settings: command line over `EKIDEN_*` over `MARATHON_*` over the `--config` file over defaults
 * (`spec/operations.md §9.1`). Finds all problems before it answers; prints nothing and exits nothing.
 */
export function loadConfiguration(input: ConfigurationInput): ConfigurationResult {
  const { readFile = (path: string) => readFileSync(path, 'utf8'), machine = machineFacts() } = input;
  const findings = new Findings();
  const commandLine = readCommandLine(input.argv, findings);
  if (commandLine.action !== undefined) return { ok: true, action: commandLine.action };
  const environment = readEnvironment(input.env, findings);
  const upperLayers = [commandLine.settings, ...environment.layers];
  const layers = [...upperLayers, fileLayer(upperLayers, readFile, findings), environment.defaults];
  warnOfOverrides(commandLine.settings, environment.layers, findings);
  const values = resolveValues(layers, machine, findings);
  readSecretFiles(values, readFile, findings);
  const isStrict = values.get('strict_env')?.value === true;
  for (const message of environment.unknown) findings[isStrict ? 'problem' : 'warn'](message);
  const configuration = assemble(values);
  checkConsistency(configuration, (name) => firstOf(layers, name) !== undefined, findings);
  const { problems, warnings } = findings;
  if (problems.length > 0) {
    return { ok: false, exitCode: EXIT_CODES.badConfiguration, messages: problems, warnings };
  }
  const action = configuration.checkConfig ? 'check' : 'start';
  return { ok: true, action, configuration, settings: reportSettings(values), warnings };
}

function machineFacts(): MachineFacts {
  return { hostname: hostname(), userName: userName(), cpus: availableParallelism() };
}

/** Containers may run under a user id without a name; the id serves as well. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 0);
  }
}

const firstOf = (layers: readonly SettingMap[], name: string): Setting | undefined => {
  for (const layer of layers) {
    const setting = layer.get(name);
    if (setting !== undefined) return setting;
  }
  return undefined;
};

function fileLayer(upperLayers: readonly SettingMap[], readFile: ReadFile, findings: Findings): SettingMap {
  const path = firstOf(upperLayers, 'config')?.text;
  return path === undefined ? new SettingMap(findings) : readConfigFile(path, readFile, findings);
}

function warnOfOverrides(
  commandLine: SettingMap,
  environment: readonly SettingMap[],
  findings: Findings,
): void {
  for (const setting of commandLine.all()) {
    const overridden = firstOf(environment, setting.name);
    if (overridden !== undefined) findings.warn(`\`${setting.written}\` wins over ${overridden.written}`);
  }
}

/** The value of every flag of the table, from the highest layer that has it. */
function resolveValues(
  layers: readonly SettingMap[],
  machine: MachineFacts,
  findings: Findings,
): Map<string, ResolvedValue> {
  const values = new Map<string, ResolvedValue>();
  for (const [name, flag] of flagEntries()) {
    const setting = firstOf(layers, name);
    const value = setting === undefined ? undefined : understand(setting, flag, findings);
    values.set(
      name,
      value === undefined
        ? { value: defaultOf(flag, machine), source: 'default' }
        : { value, source: setting?.source ?? 'default' },
    );
  }
  return values;
}

/** Puts what the `<flag>_file` flags point to in the place of their secrets. */
function readSecretFiles(values: Map<string, ResolvedValue>, readFile: ReadFile, findings: Findings): void {
  for (const [fileFlagName, fileFlag] of flagEntries()) {
    const path = values.get(fileFlagName);
    const name = fileFlag.fileOf;
    if (name === undefined || path === undefined || typeof path.value !== 'string') continue;
    if (values.get(name)?.value !== undefined) {
      findings.problem(`\`--${name}\` and \`--${fileFlagName}\` exclude each other`);
      continue;
    }
    const text = readOrReport(path.value, readFile, findings)?.replace(/\r?\n$/, '');
    const flag = flagNamed(name);
    if (text === undefined || flag === undefined || path.source === 'default') continue;
    const written = `the file of --${fileFlagName}`;
    const secret: Setting = { name, written, text, negated: false, source: 'file' };
    values.set(name, { value: understand(secret, flag, findings), source: path.source });
  }
}

function assemble(values: ReadonlyMap<string, ResolvedValue>): Configuration {
  const properties: Record<string, unknown> = {};
  for (const [name, flag] of flagEntries()) {
    properties[propertyName(name, flag.unit)] = values.get(name)?.value;
  }
  if (properties['internalStoreBackend'] === 'mem') properties['eventLog'] = { kind: 'memory' };
  return properties as Configuration;
}
