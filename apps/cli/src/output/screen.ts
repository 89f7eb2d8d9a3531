import type { Io } from '../io.js';
import { printable, printableJson, Styles } from './styles.js';
import { tableLines, type Column } from './table.js';

/** Where a command writes to: results to the standard output, everything said beside them to the error output. */
export class Screen {
  readonly style: Styles;
  /** How remarks on the error output are marked. */
  readonly noteStyle: Styles;
  readonly isTerminal: boolean;

  constructor(
    private readonly io: Pick<Io, 'stdout' | 'stderr' | 'env'>,
    readonly options: { readonly json: boolean; readonly color: boolean },
  ) {
    const { stdout, stderr, env } = io;
    const mayColor = options.color && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
    this.isTerminal = stdout.isTTY === true;
    this.style = new Styles(mayColor && this.isTerminal);
    this.noteStyle = new Styles(mayColor && stderr.isTTY === true);
  }

  /** Whether the answers of the API are wanted as they are. */
  get json(): boolean {
    return this.options.json;
  }

  /** Characters of a line of the terminal; absent when the output is none. */
  get columns(): number | undefined {
    return this.isTerminal ? (this.io.stdout.columns ?? 80) : undefined;
  }

  /** One line of the result. */
  line(text = ''): void {
    this.io.stdout.write(`${text}\n`);
  }

  /** Part of the result as it is. */
  raw(text: string): void {
    this.io.stdout.write(text);
  }

  /** A remark beside the result. */
  note(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  /** Something on the error output without a line's end. */
  rawNote(text: string): void {
    this.io.stderr.write(text);
  }

  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void {
    const layout = {
      heading: this.style.bold,
      ...(this.columns === undefined ? {} : { columns: this.columns }),
    };
    for (const line of tableLines(columns, rows, layout)) this.line(line);
  }

  /** Names and values below each other; those without a value are left out. */
  fields(pairs: readonly (readonly [string, string | number | undefined])[]): void {
    const shown = pairs.filter(([, value]) => value !== undefined && value !== '');
    const width = Math.max(0, ...shown.map(([name]) => name.length));
    for (const [name, value] of shown) {
      this.line(`${this.style.dim(name.padEnd(width))}  ${printable(String(value))}`);
    }
  }

  /** The body of an answer, JSON as it is, ending with a line's end. */
  body(text: string): void {
    const shown = this.isTerminal ? printableJson(text) : text;
    this.raw(shown === '' || shown.endsWith('\n') ? shown : `${shown}\n`);
  }
}
