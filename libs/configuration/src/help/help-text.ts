import { flagNamed, SECTIONS } from '../flags/catalogue.js';
import type { Flag } from '../flags/flag.js';
import { legacyFlags, type LegacyFlag } from '../flags/legacy-flags.js';

const INDENT = 4;

export interface HelpOptions {
  /** Also hidden flags, flags without effect and flags of later versions, each marked. */
  readonly all: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
}

/** The text of `--help` and `--help-all`. */
export function helpText({ all, columns }: HelpOptions): string {
  const width = Math.max(40, columns);
  const lines = [
    'Usage: npm start -- [--flag value]…',
    '',
    ...wrap(
      'Without flags Ekiden serves the Marathon v2 API on http://127.0.0.1:8080 over a local cluster on this machine.',
      width,
    ),
    ...wrap(
      'Flags may be written with - or _, as --name value or --name=value; the variables EKIDEN_<NAME> and ' +
        'MARATHON_<NAME> do the same. Durations are in the unit that stands after the flag.',
      width,
    ),
  ];
  for (const { title, names } of SECTIONS) {
    const entries = names.flatMap((name) => flagLines(name, { all, width }));
    if (entries.length > 0) lines.push('', `${title}:`, ...entries);
  }
  if (all) lines.push('', 'Flags of older releases:', ...legacyLines(width));
  lines.push('', 'And:', ...actionLines(all));
  return `${lines.join('\n')}\n`;
}

function actionLines(all: boolean): string[] {
  const other = all
    ? '  --help         the flags that matter most'
    : '  --help-all     every flag, also hidden ones';
  return [other, '  --version      print the version'];
}

function flagLines(name: string, options: { readonly all: boolean; readonly width: number }): string[] {
  const flag = flagNamed(name);
  if (flag === undefined) return [];
  const isListed = !flag.hidden && (flag.treatment === 'keep' || flag.treatment === 'map');
  if (!options.all && !isListed) return [];
  const text = [mark(flag), flag.description, defaultText(flag)].filter((part) => part !== '').join(' ');
  return [
    `  ${usage(name, flag)}`,
    ...wrap(text, options.width - INDENT).map((line) => ' '.repeat(INDENT) + line),
  ];
}

function usage(name: string, flag: Flag): string {
  switch (flag.type.arity) {
    case 'toggle':
      return `--[disable_]${name}`;
    case 'bare':
      return `--${name}`;
    case 'value':
      return `--${name} ${flag.type.placeholder}`;
  }
}

function mark(flag: Flag): string {
  switch (flag.treatment) {
    case 'later':
      return '[not in this version]';
    case 'ignore':
      return '[ignored]';
    case 'refuse':
      return `[refused: ${flag.hint ?? 'removed'}]`;
    default:
      return flag.hidden ? '[hidden]' : '';
  }
}

function defaultText(flag: Flag): string {
  const { defaultValue, type } = flag;
  if (defaultValue === undefined || type.arity === 'bare') return '';
  if (typeof defaultValue === 'function') return '(default: of this machine)';
  if (typeof defaultValue === 'boolean') return `(default: ${defaultValue ? 'on' : 'off'})`;
  const value = type.show(defaultValue as string | number);
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return text === '' ? '' : `(default: ${text})`;
}

const LEGACY_MARKS: Readonly<Record<LegacyFlag['treatment'], string>> = {
  ignore: 'ignored',
  refuse: 'refused',
  alias: 'now',
};

function legacyLines(width: number): string[] {
  const text = Object.entries(legacyFlags)
    .map(([name, { treatment, aliasOf }]) => {
      const target = aliasOf === undefined ? '' : ` --${aliasOf}`;
      return `--${name} (${LEGACY_MARKS[treatment]}${target})`;
    })
    .join(', ');
  return wrap(text, width - 2).map((line) => `  ${line}`);
}

/** Breaks a text into lines of at most `width` characters, between words. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
