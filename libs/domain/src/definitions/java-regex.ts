import { RE2JS } from 're2js';

/**
 * Definitions hold regular expressions in Java's syntax (`spec/definitions.md` §8). They are run by an engine whose time
 * grows with the text and not with the expression's choices, because anybody who may store an app could otherwise stop
 * the scheduler with one expression. It has no look-around and no back-references; what else Java writes in its own way
 * is rewritten here.
 */

/** What Java calls by name, as members of a class. */
const CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Lower: 'a-z',
    Upper: 'A-Z',
    ASCII: String.raw`\x00-\x7F`,
    Alpha: 'A-Za-z',
    Digit: '0-9',
    Alnum: 'A-Za-z0-9',
    Punct: String.raw`!-\/:-@\[-\x60{-~`,
    Graph: '!-~',
    Print: ' -~',
    Blank: String.raw` \t`,
    Cntrl: String.raw`\x00-\x1F\x7F`,
    XDigit: '0-9a-fA-F',
    Space: String.raw`\t-\r `,
    IsAlphabetic: String.raw`\p{L}\p{Nl}`,
    IsDigit: String.raw`\p{Nd}`,
    IsLetter: String.raw`\p{L}`,
    IsLowercase: String.raw`\p{Ll}`,
    IsUppercase: String.raw`\p{Lu}`,
    javaLowerCase: String.raw`\p{Ll}`,
    javaUpperCase: String.raw`\p{Lu}`,
  }),
);

/** Escapes that stand for members of a class. */
const ESCAPED_CLASSES: Readonly<Record<string, string>> = {
  s: String.raw`\t-\r `,
  h: String.raw` \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}`,
  v: String.raw`\n-\r\x{85}\x{2028}\x{2029}`,
};

/** Escapes that stand for a place or a sequence. */
const ESCAPES: Readonly<Record<string, string>> = {
  Z: String.raw`\n?\z`,
  R: String.raw`(?:\r\n|[\n-\r\x{85}\x{2028}\x{2029}])`,
};

/** What has to be looked at: quotation, named classes, escapes, possessive quantifiers, atomic groups and classes. */
const TOKENS =
  /\\Q(?<quoted>[\s\S]*?)(?:\\E|$)|\\(?<sign>[pP])\{(?<name>\w+)\}|\\(?<escaped>[\s\S])|(?<quantifier>[*+?}])\+|\(\?>|\[\^?|\]|&&/g;

/**
 * Longer expressions, in characters, and those that come to more steps, are refused: linear time is no comfort when every
 * offer is held against an expression of a megabyte, or against `((a{100}){10})` a few hundred times over.
 */
const LONGEST = 10_000;
const MOST_STEPS = 25_000;

/** Says whether a whole text fits. */
export interface TextMatcher {
  test(text: string): boolean;
}

/** A matcher for whole texts, or `undefined` for what is no expression, is too large, or does not take linear time. */
export function compileJavaRegex(source: string): TextMatcher | undefined {
  if (source.length > LONGEST) return undefined;
  try {
    const regex = RE2JS.compile(translate(source));
    if (regex.programSize() > MOST_STEPS) return undefined;
    return { test: (text) => regex.matches(text) };
  } catch {
    return undefined;
  }
}

/** Throws for classes within classes, which the engine would take for something else. */
function translate(source: string): string {
  let inClass = false;
  return source.replace(TOKENS, (token: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    const { quoted, sign, name, escaped, quantifier } = groups;
    if (quoted !== undefined) return quoted.replace(/[\\^$.*+?()[\]{}|&-]/g, String.raw`\$&`);
    if (name !== undefined) return namedClass(name, sign === 'P', inClass);
    if (escaped !== undefined) return escape(escaped, inClass);
    if (quantifier !== undefined) return inClass ? token : quantifier;
    if (token === '(?>') return inClass ? token : '(?:';
    if (inClass && token !== ']') throw new SyntaxError('classes within classes are not supported');
    if (token !== '&&') inClass = token !== ']';
    return token;
  });
}

function namedClass(name: string, negated: boolean, inClass: boolean): string {
  const members = CLASSES.get(name);
  if (members === undefined) return `\\${negated ? 'P' : 'p'}{${name.replace(/^Is/, '')}}`;
  if (inClass && negated) throw new SyntaxError(`\\P{${name}} is not supported within a class`);
  if (inClass) return members;
  return negated ? `[^${members}]` : `[${members}]`;
}

function escape(escaped: string, inClass: boolean): string {
  const negative = ESCAPED_CLASSES[escaped.toLowerCase()];
  const members = ESCAPED_CLASSES[escaped];
  if (inClass) return members ?? `\\${escaped}`;
  if (members !== undefined) return `[${members}]`;
  if (negative !== undefined) return `[^${negative}]`;
  return ESCAPES[escaped] ?? `\\${escaped}`;
}
