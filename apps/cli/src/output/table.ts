import { printable } from './styles.js';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | undefined;
  readonly align?: 'right';
  /** May be cut short when the terminal is too narrow. */
  readonly flexible?: true;
  readonly style?: (text: string, row: Row) => string;
}

export interface TableLayout {
  /** Characters that fit; absent for as many as it takes. */
  readonly columns?: number;
  readonly heading: (text: string) => string;
}

const GAP = '  ';
const NARROWEST = 12;

/** Aligned lines under a heading, the first column first; `-` where there is no value. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  layout: TableLayout,
): readonly string[] {
  const cells = rows.map((row) => columns.map(({ value }) => cellText(value(row))));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => line[index]!.length)),
  );
  if (layout.columns !== undefined) shrink(widths, columns, layout.columns);
  const line = (texts: readonly string[], style: (text: string, index: number) => string): string =>
    texts
      .map((text, index) => {
        const width = widths[index]!;
        const fitted = text.length > width ? `${text.slice(0, width - 1)}…` : text;
        const isLast = index === texts.length - 1;
        const padding = ' '.repeat(Math.max(0, width - fitted.length));
        const styled = style(fitted, index);
        if (columns[index]!.align === 'right') return padding + styled;
        return isLast ? styled : styled + padding;
      })
      .join(GAP)
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      (text) => layout.heading(text),
    ),
    ...cells.map((texts, row) =>
      line(texts, (text, index) => columns[index]!.style?.(text, rows[row]!) ?? text),
    ),
  ];
}

const cellText = (value: string | number | undefined): string =>
  value === undefined || value === '' ? '-' : printable(String(value));

/** Takes from the widest flexible column until the line fits, or nothing can be taken. */
function shrink<Row>(widths: number[], columns: readonly Column<Row>[], available: number): void {
  const total = (): number => widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  while (total() > available) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      if (columns[index]!.flexible === true && width > NARROWEST && width > (widths[widest] ?? 0))
        widest = index;
    }
    if (widest < 0) return;
    widths[widest]! -= 1;
  }
}
