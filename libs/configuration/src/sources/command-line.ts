import { ACTION_FLAGS, knownNames, resolveFlag, type Resolved } from '../flags/catalogue.js';
import { closestName } from './did-you-mean.js';
import { SettingMap, type Findings } from './setting.js';

export type Action = 'start' | 'check' | 'help' | 'help-all' | 'version';

/** What the command line says. */
export interface CommandLine {
  readonly settings: SettingMap;
  /** Set when a flag asks to print something and end. */
  readonly action: 'help' | 'help-all' | 'version' | undefined;
}

/**
 * Reads `--name value`, `--name=value`, `--x` / `--disable_x`, names with `-` or `_` (`spec/operations.md §9.1`).
 * `argv` holds the arguments alone, without program and script.
 */
export function readCommandLine(argv: readonly string[], findings: Findings): CommandLine {
  const settings = new SettingMap(findings);
  let action: CommandLine['action'];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    const flag = /^--([^=]+)(?:=(.*))?$/s.exec(argument);
    if (flag === null) {
      findings.problem(`\`${argument}\` is an excess argument: flags look like --name value`);
      continue;
    }
    const [, name = '', inlineValue] = flag;
    const asked = ACTION_FLAGS.find((candidate) => candidate === name.replaceAll('-', '_'));
    if (asked !== undefined) {
      action ??= asked === 'help_all' ? 'help-all' : asked;
      continue;
    }
    const resolved = resolveFlag(name);
    if (resolved === undefined) {
      findings.problem(unknownFlag(name));
      if (inlineValue === undefined && isValue(argv[index + 1])) index++;
      continue;
    }
    const next = argv[index + 1];
    const takesNext = inlineValue === undefined && arityOf(resolved) === 'value' && isValue(next);
    if (takesNext) index++;
    const text = inlineValue ?? (takesNext ? (next ?? '') : '');
    addArgument(settings, findings, { resolved, name, text });
  }
  return { settings, action };
}

const isValue = (argument: string | undefined): argument is string =>
  argument !== undefined && !argument.startsWith('--');

export const arityOf = (resolved: Resolved): 'value' | 'toggle' | 'bare' =>
  'flag' in resolved ? resolved.flag.type.arity : resolved.legacy.type.arity;

function addArgument(
  settings: SettingMap,
  findings: Findings,
  argument: { readonly resolved: Resolved; readonly name: string; readonly text: string },
): void {
  const { resolved, name, text } = argument;
  const written = `--${name}`;
  if (text === '' && arityOf(resolved) === 'value') {
    findings.problem(`\`${written}\` needs a value`);
    return;
  }
  settings.add(resolved, { written, text: text === '' ? 'true' : text, source: 'cli' });
}

/** The message about a name that is no flag, with the name that may have been meant. */
export function unknownFlag(name: string, written = `--${name}`): string {
  const meant = closestName(name, knownNames());
  const hint = meant === undefined ? '--help lists the flags' : `did you mean --${meant}?`;
  return `\`${written}\` is not a known flag: ${hint}`;
}
