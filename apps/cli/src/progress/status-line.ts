import type { Screen } from '../output/screen.js';
import { printable } from '../output/styles.js';

/** One line on the error output that is written over again and again; where that is no terminal, a line per news. */
export class StatusLine {
  private shown = '';

  constructor(
    private readonly screen: Screen,
    private readonly isTerminal: boolean,
    private readonly columns: number,
  ) {}

  /** Shows `news`; `ticking` is what changes with every second, and not worth a line of its own. */
  update(news: string, ticking = ''): void {
    const text = printable(news);
    if (this.isTerminal) {
      const line = `${text}  ${ticking}`.trimEnd().slice(0, this.columns - 1);
      this.screen.rawNote(`\r\u001B[K${line}`);
    } else if (text !== this.shown) this.screen.note(text);
    this.shown = text;
  }

  /** Leaves the place to what follows. */
  clear(): void {
    if (this.isTerminal && this.shown !== '') this.screen.rawNote('\r\u001B[K');
    this.shown = '';
  }
}
