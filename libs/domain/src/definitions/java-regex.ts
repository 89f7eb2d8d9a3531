/**
 * Definitions hold regular expressions in Java's syntax (`spec/definitions.md` §8). Most of it is JavaScript's as well; the
 * common rest is rewritten here: leading flags, quotation, possessive quantifiers, anchors and POSIX classes.
 */

const CLASSES: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'A-Za-z',
  Digit: '0-9',
  Alnum: 'A-Za-z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: '\\s',
};

const LEADING_FLAGS = /^\(\?([ims]+)\)/;
const JAVA_ONLY = /\\Q([\s\S]*?)(?:\\E|$)|\\p\{(\w+)\}|\\(?:[\s\S])|([*+?}])\+|\[|\]/g;

/** A matcher for whole texts, or `undefined` when the expression is not valid. */
export function compileJavaRegex(source: string): RegExp | undefined {
  const flags = LEADING_FLAGS.exec(source);
  const body = flags === null ? source : source.slice(flags[0].length);
  try {
    return new RegExp(`^(?:${translate(body)})$`, flags?.[1] ?? '');
  } catch {
    return undefined;
  }
}

function translate(source: string): string {
  let inClass = false;
  return source.replace(JAVA_ONLY, (token, quoted?: string, posix?: string, quantifier?: string) => {
    if (token === '[' || token === ']') {
      inClass = token === '[';
      return token;
    }
    if (quoted !== undefined) return quoted.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
    if (posix !== undefined) {
      const members = CLASSES[posix];
      if (members === undefined) return token;
      return inClass ? members : `[${members}]`;
    }
    if (quantifier !== undefined) return inClass ? token : quantifier;
    if (token === '\\A') return '^';
    if (token === '\\z' || token === '\\Z') return '$';
    return token;
  });
}
