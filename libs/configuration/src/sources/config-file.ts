import { resolveFlag } from '../flags/catalogue.js';
import { unknownFlag } from './command-line.js';
import { SettingMap, type Findings } from './setting.js';

/** Reads a text file; throws with a message that says why it cannot. */
export type ReadFile = (path: string) => string;

/** Reads the JSON object of `--config`: flag names, with values as strings, numbers, booleans or lists of strings. */
export function readConfigFile(path: string, readFile: ReadFile, findings: Findings): SettingMap {
  const settings = new SettingMap(findings);
  if (/\.ya?ml$/i.test(path)) {
    findings.problem(`\`--config\` reads JSON only; \`${path}\` looks like YAML`);
    return settings;
  }
  const entries = parseObject(path, readFile, findings);
  for (const [key, value] of Object.entries(entries)) {
    const written = `${key} in ${path}`;
    const resolved = resolveFlag(key);
    const text = valueText(value);
    if (resolved === undefined) findings.problem(unknownFlag(key, written));
    else if (resolved.name === 'config')
      findings.problem(`\`${written}\`: a configuration file cannot name another`);
    else if (text === undefined)
      findings.problem(`\`${written}\` must be a text, number, boolean or list of texts`);
    else settings.add(resolved, { written, text, source: 'file' });
  }
  return settings;
}

function parseObject(path: string, readFile: ReadFile, findings: Findings): object {
  const text = readOrReport(path, readFile, findings);
  if (text === undefined) return {};
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document;
    findings.problem(`\`--config\`: \`${path}\` must hold one JSON object`);
  } catch (error) {
    findings.problem(`\`--config\`: \`${path}\` is not JSON: ${(error as Error).message}`);
  }
  return {};
}

/** The text of a file, or a problem that names it. */
export function readOrReport(path: string, readFile: ReadFile, findings: Findings): string | undefined {
  try {
    return readFile(path);
  } catch (error) {
    findings.problem(`\`${path}\` cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}

function valueText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  return undefined;
}
