/**
 * Where and why a text is not JSON, in words that do not depend on the JavaScript engine: line and column (both from
 * 1, columns in characters) and the offending character with its code point when it is easily mistaken.
 * For texts that `JSON.parse` refused; a text that is JSON gives a sentence that says so.
 */
export function describeJsonError(text: string): string {
  const fault = new JsonScanner(text).findFault();
  if (fault === undefined) return 'the text is valid JSON';
  const before = text.slice(0, fault.offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  const column = Array.from(before.slice(lineStart)).length + 1;
  return `${describeFound(text, fault)} at line ${line}, column ${column}: ${fault.expected}`;
}

interface Fault {
  /** UTF-16 offset of the first character that cannot stand where it stands. */
  readonly offset: number;
  readonly expected: string;
}

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '：': ':',
  '，': ',',
  '“': '"',
  '”': '"',
  '„': '"',
  '‘': '"',
  '’': '"',
  "'": '"',
  '＂': '"',
  '｛': '{',
  '｝': '}',
  '［': '[',
  '］': ']',
};

function describeFound(text: string, fault: Fault): string {
  const codePoint = text.codePointAt(fault.offset);
  if (codePoint === undefined) return 'Unexpected end of text';
  const character = String.fromCodePoint(codePoint);
  const code = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  const plain = codePoint > 0x20 && codePoint < 0x7f;
  const shown =
    codePoint <= 0x20 || codePoint === 0x7f ? code : plain ? `'${character}'` : `'${character}' (${code})`;
  const meant = LOOK_ALIKES[character];
  return `Unexpected character ${shown}${meant === undefined ? '' : `, which is not ${meant},`}`;
}

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NUMBER_START = /-?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][+-]?\d*)?/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids exactly these in strings
const PLAIN_STRING_PART = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS = ['true', 'false', 'null'];

/** A strict scanner without values: it walks the text up to the first fault. No recursion, so depth is no danger. */
class JsonScanner {
  private offset = 0;
  private fault: Fault | undefined;
  private readonly open: ('{' | '[')[] = [];

  constructor(private readonly text: string) {}

  findFault(): Fault | undefined {
    let expectsValue = true;
    while (this.fault === undefined) {
      this.skip(WHITESPACE);
      if (expectsValue) {
        expectsValue = this.value();
        continue;
      }
      const container = this.open.at(-1);
      if (container === undefined) {
        if (this.offset < this.text.length) this.expect('nothing may follow the value');
        return this.fault;
      }
      expectsValue = this.separator(container);
    }
    return this.fault;
  }

  /** Reads a scalar or the start of a container; whether another value is due next. */
  private value(): boolean {
    const character = this.text[this.offset];
    if (character === '{' || character === '[') return this.openContainer(character);
    if (character === '"') this.string();
    else if (character === '-' || (character !== undefined && character >= '0' && character <= '9'))
      this.number();
    else this.word();
    return false;
  }

  private openContainer(bracket: '{' | '['): boolean {
    this.offset += 1;
    this.skip(WHITESPACE);
    if (this.text[this.offset] === (bracket === '{' ? '}' : ']')) {
      this.offset += 1;
      return false;
    }
    this.open.push(bracket);
    return bracket === '[' || this.key("a key in double quotes or '}' is expected");
  }

  /** Reads `,` or the closing bracket; whether another value is due next. */
  private separator(container: '{' | '['): boolean {
    const close = container === '{' ? '}' : ']';
    const character = this.text[this.offset];
    if (character === close) {
      this.offset += 1;
      this.open.pop();
      return false;
    }
    if (character !== ',') return this.expect(`',' or '${close}' is expected`);
    this.offset += 1;
    if (container === '[') return true;
    this.skip(WHITESPACE);
    return this.key('a key in double quotes is expected');
  }

  private key(expected: string): boolean {
    if (this.text[this.offset] !== '"') return this.expect(expected);
    this.string();
    if (this.fault !== undefined) return false;
    this.skip(WHITESPACE);
    if (this.text[this.offset] !== ':') return this.expect("':' is expected after a key");
    this.offset += 1;
    return true;
  }

  private string(): void {
    this.offset += 1;
    for (;;) {
      this.skip(PLAIN_STRING_PART);
      const character = this.text[this.offset];
      if (character === '"') {
        this.offset += 1;
        return;
      }
      if (character !== '\\') {
        this.expect(character === undefined ? 'the string is not closed' : 'it must be escaped in a string');
        return;
      }
      if (!this.skip(ESCAPE)) {
        this.expect('the string has an unknown escape sequence');
        return;
      }
    }
  }

  private number(): void {
    const start = this.offset;
    this.skip(NUMBER);
    const end = this.offset;
    this.offset = start;
    this.skip(NUMBER_START);
    if (this.offset > end || end === start) this.expect('a digit is expected');
  }

  private word(): void {
    const literal = LITERALS.find((candidate) => this.text.startsWith(candidate, this.offset));
    if (literal === undefined) this.expect('a value is expected');
    else this.offset += literal.length;
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    const length = pattern.exec(this.text)?.[0].length;
    this.offset += length ?? 0;
    return length !== undefined;
  }

  private expect(expected: string): false {
    this.fault = { offset: this.offset, expected };
    return false;
  }
}
