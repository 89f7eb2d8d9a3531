import * as fc from 'fast-check';

/** Names that every object inherits, or that mean something to the engine. */
export const PROTOTYPE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'toJSON',
  'then',
  'length',
] as const;

/** Texts that have broken programs before. */
const ODD_TEXTS = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '\uFEFF',
  '\uD800',
  '\uDFFFx',
  '\u202E',
  'İ',
  'ß',
  'e\u0301',
  '👩‍👩‍👧‍👦',
  '𝒳',
  '/',
  '//',
  '.',
  '..',
  '../../etc/passwd',
  '%',
  '%00',
  '%2e%2e%2f',
  '%E0%A4%A',
  '*',
  '[',
  '(',
  '\\',
  "'",
  '"',
  '`$(true)`',
  '${x}',
  '0',
  '-0',
  '-1',
  '1e400',
  '9007199254740993',
  '99999999999999999999',
  'NaN',
  'Infinity',
  'null',
  'undefined',
  'true',
  '2020-01-01T00:00:00Z',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59-23:59',
] as const;

/** Any text, and odd ones more often than chance would have them. */
export const anyText = (maxLength = 40): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.string({ maxLength, unit: 'binary' }) },
    { weight: 2, arbitrary: fc.string({ maxLength, unit: 'grapheme-ascii' }) },
    { weight: 2, arbitrary: fc.constantFrom(...ODD_TEXTS, ...PROTOTYPE_KEYS) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.constantFrom(...ODD_TEXTS), { maxLength: 5 })
        .map((parts) => parts.join('').slice(0, maxLength)),
    },
  );

/** Texts put together from the words of a language, mostly nearly right. */
export const textOf = (words: readonly string[], maxWords = 12): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: anyText(8) }),
      { maxLength: maxWords },
    )
    .map((parts) => parts.join(''));

/** One of the texts, with a few places changed, cut away, doubled or replaced. */
export const nearly = (...texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: 3 }))
    .map(([text, edits]) => edits.reduce(edited, text));

interface Edit {
  readonly kind: 'insert' | 'delete' | 'double' | 'cut' | 'replace';
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('insert', 'delete', 'double', 'cut', 'replace'),
  at: fc.nat(10_000),
  length: fc.integer({ min: 1, max: 12 }),
  text: anyText(6),
});

function edited(text: string, { kind, at, length, text: piece }: Edit): string {
  const from = at % (text.length + 1);
  const to = Math.min(text.length, from + length);
  switch (kind) {
    case 'insert':
      return text.slice(0, from) + piece + text.slice(from);
    case 'delete':
      return text.slice(0, from) + text.slice(to);
    case 'double':
      return text.slice(0, to) + text.slice(from, to).repeat(3) + text.slice(to);
    case 'cut':
      return text.slice(0, from);
    case 'replace':
      return text.slice(0, from) + piece + text.slice(to);
  }
}

/** Characters for which expressions are written, that is, on which careless ones spend their time. */
const REPEATED = [
  'a', '0', '9', ' ', '\t', '\n', '-', '.', '/', '_', ',', ':', ';', '=', '*', '+', '?', '(', ')', '[', ']', '{', '}',
  '"', '\\', '\\"', '"\\', '%', '%2F', '@', '&', '#', 'a-', 'a.', 'a/', '../', '0.', ',a', ', ', ';q=', 'a=b,', '"a",',
  '{"a":', '[[', '(a,', '.instance-a', 'é', '😀', '\uD800',
] as const; // prettier-ignore

/** Long texts of `length` characters that repeat one thing, behind one beginning and before another end. */
export const longText = (
  length: number,
  {
    begins = [''],
    repeats = [],
  }: { readonly begins?: readonly string[]; readonly repeats?: readonly string[] } = {},
): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('', 'a', '/', '"', ...begins),
      fc.constantFrom(...REPEATED, ...repeats),
      fc.constantFrom('', '!', 'a', '"', '\0', '}'),
    )
    .map(([begin, piece, end]) => begin + piece.repeat(Math.ceil(length / piece.length)) + end);
