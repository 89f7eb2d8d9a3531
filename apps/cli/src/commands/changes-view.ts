import type { Screen } from '../output/screen.js';
import { printable } from '../output/styles.js';

/** One app or group that differs (`/ekiden/v1/diff`, `/ekiden/v1/plan`). */
export interface ObjectChange {
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly fields?: readonly FieldChange[];
}

export interface FieldChange {
  /** JSON pointer. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

const MARKS = { added: '+', removed: '-', changed: '~' } as const;

/** Longest value on one line, in characters. */
const LONGEST = 200;

/** Differences as lines: `+` came, `-` went, `~` changed, each field with its JSON pointer. */
export function showChanges(
  changes: readonly ObjectChange[],
  { style }: Pick<Screen, 'style'>,
  print: (line: string) => void,
): void {
  const paint = { added: style.green, removed: style.red, changed: style.yellow };
  for (const { id, kind, fields = [] } of changes) {
    print(paint[kind](`${MARKS[kind]} ${printable(id)}`));
    // Names of labels and variables are part of paths, and may hold anything.
    const shown = fields.map((field) => ({ ...field, path: printable(field.path) }));
    const width = Math.max(0, ...shown.map(({ path }) => path.length));
    for (const { path, from, to } of shown) {
      // All of what went is gone: that each field is, need not be said.
      const text = kind === 'removed' ? style.red(valueText(from)) : fieldText(from, to, style);
      print(`    ${path.padEnd(width)}  ${text}`);
    }
  }
}

function fieldText(from: unknown, to: unknown, style: Screen['style']): string {
  if (from === undefined) return style.green(valueText(to));
  if (to === undefined) return `${style.red(valueText(from))} -> ${style.dim('(not set)')}`;
  return `${style.red(valueText(from))} -> ${style.green(valueText(to))}`;
}

function valueText(value: unknown): string {
  const text = printable(JSON.stringify(value) ?? 'null');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
