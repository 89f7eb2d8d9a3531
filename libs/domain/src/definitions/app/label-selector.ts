import { accepted, refused, type Result } from '../result.js';

/** Whether a set of labels is selected. */
export type LabelPredicate = (labels: Readonly<Record<string, string>>) => boolean;

const BLANKS = /\s*/y;
const WORD = /(?:\\[\s\S]|[-A-Za-z0-9_.])+/y;

/**
 * Reads a label selector by the grammar of `spec/rest-api.md` §7.2. The error is the parser's text; the caller wraps it
 * with `selectorError`.
 */
export function parseLabelSelector(text: string): Result<LabelPredicate, string> {
  return new SelectorParser(text).parse();
}

/** The message of a 422 for a selector that does not parse. */
export function selectorError(text: string, reason: string): string {
  return `Can not parse label selector ${text}. Reason: ${reason}`;
}

class SelectorParser {
  private position = 0;

  constructor(private readonly text: string) {}

  parse(): Result<LabelPredicate, string> {
    const terms: LabelPredicate[] = [];
    this.skipBlanks();
    if (this.atEnd()) return accepted(() => true);
    do {
      const term = this.term();
      if (term === undefined) return this.unexpected('a label, an operator or a value');
      terms.push(term);
    } while (this.take(','));
    if (!this.atEnd()) return this.unexpected("',', '==', '!=', 'in', 'notin' or the end");
    return accepted((labels) => terms.every((term) => term(labels)));
  }

  private term(): LabelPredicate | undefined {
    const key = this.word();
    if (key === undefined) return undefined;
    if (this.take('==')) return this.comparison(key, (actual, value) => actual === value);
    if (this.take('!=')) return this.comparison(key, (actual, value) => actual !== value);
    if (this.take('notin')) return this.membership(key, false);
    if (this.take('in')) return this.membership(key, true);
    return (labels) => Object.hasOwn(labels, key);
  }

  private comparison(
    key: string,
    holds: (actual: string, value: string) => boolean,
  ): LabelPredicate | undefined {
    const value = this.word();
    return value === undefined ? undefined : whenPresent(key, (actual) => holds(actual, value));
  }

  private membership(key: string, included: boolean): LabelPredicate | undefined {
    if (!this.take('(')) return undefined;
    const values = new Set<string>();
    if (!this.take(')')) {
      do {
        const value = this.word();
        if (value === undefined) return undefined;
        values.add(value);
      } while (this.take(','));
      if (!this.take(')')) return undefined;
    }
    return whenPresent(key, (actual) => values.has(actual) === included);
  }

  private word(): string | undefined {
    WORD.lastIndex = this.position;
    const raw = WORD.exec(this.text)?.[0];
    if (raw === undefined) return undefined;
    this.position += raw.length;
    this.skipBlanks();
    return raw.replace(/\\([\s\S])/g, '$1');
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.position)) return false;
    this.position += token.length;
    this.skipBlanks();
    return true;
  }

  private skipBlanks(): void {
    BLANKS.lastIndex = this.position;
    this.position += BLANKS.exec(this.text)?.[0].length ?? 0;
  }

  private atEnd(): boolean {
    return this.position === this.text.length;
  }

  private unexpected(expected: string): Result<never, string> {
    const found = this.atEnd()
      ? 'end of text'
      : `'${String.fromCodePoint(this.text.codePointAt(this.position) ?? 0)}'`;
    return refused(`${expected} expected but ${found} found at position ${this.position + 1}`);
  }
}

function whenPresent(key: string, holds: (actual: string) => boolean): LabelPredicate {
  return (labels) => {
    const actual = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return actual !== undefined && holds(actual);
  };
}
