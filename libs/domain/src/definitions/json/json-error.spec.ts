import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeJsonError } from './json-error.js';

describe('describeJsonError', () => {
  it.each([
    ['{"ports"：[31500]}', "'：' (U+FF1A), which is not :, at line 1, column 9: ':' is expected after a key"],
    ['{\n  "a": “x”\n}', `'“' (U+201C), which is not ", at line 2, column 8: a value is expected`],
    ['{"a":1,}', "'}' at line 1, column 8: a key in double quotes is expected"],
    ['{,}', "',' at line 1, column 2: a key in double quotes or '}' is expected"],
    ["{'a':1}", `''', which is not ", at line 1, column 2: a key`],
    ['[1 2]', "'2' at line 1, column 4: ',' or ']' is expected"],
    ['[1,]', "']' at line 1, column 4: a value is expected"],
    ['{"a" 1}', "'1' at line 1, column 6: ':' is expected after a key"],
    ['{"a":1}}', "'}' at line 1, column 8: nothing may follow the value"],
    ['{"a":tru}', "'t' at line 1, column 6: a value is expected"],
    ['NaN', "'N' at line 1, column 1: a value is expected"],
    ['[1.]', "']' at line 1, column 4: a digit is expected"],
    ['[-]', "']' at line 1, column 3: a digit is expected"],
    ['[1e+]', "']' at line 1, column 5: a digit is expected"],
    ['01', "'1' at line 1, column 2: nothing may follow the value"],
    ['"a\nb"', 'U+000A at line 1, column 3: it must be escaped in a string'],
    [String.raw`["\x"]`, String.raw`'\' at line 1, column 3: the string has an unknown escape sequence`],
    [String.raw`["\u12"]`, String.raw`'\' at line 1, column 3: the string has an unknown escape sequence`],
    ['{"😀":1 x}', "'x' at line 1, column 8: ',' or '}' is expected"],
  ])('%s', (text, expected) => {
    expect(describeJsonError(text)).toContain(`Unexpected character ${expected}`);
  });

  it.each([
    ['', 'line 1, column 1: a value is expected'],
    ['{"a":', 'line 1, column 6: a value is expected'],
    ['{"a"', "line 1, column 5: ':' is expected after a key"],
    ['[1', "line 1, column 3: ',' or ']' is expected"],
    ['"abc', 'line 1, column 5: the string is not closed'],
    ['-', 'line 1, column 2: a digit is expected'],
  ])('%s ends too early', (text, expected) => {
    expect(describeJsonError(text)).toBe(`Unexpected end of text at ${expected}`);
  });

  it('agrees with JSON.parse on what is JSON', () => {
    const almostJson = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '"', '{', ']', ':', '0', '.', '-', 'e', '\\', ' ', '\n', 'é'),
      )
      .map(([json, where, inserted]) => {
        const offset = where % (json.length + 1);
        return json.slice(0, offset) + inserted + json.slice(offset + (where % 3 === 0 ? 1 : 0));
      });
    fc.assert(
      fc.property(almostJson, (text) => {
        expect(describeJsonError(text) === 'the text is valid JSON').toBe(isJson(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('does not mind depth', () => {
    expect(describeJsonError('['.repeat(200_000))).toContain(
      'Unexpected end of text at line 1, column 200001',
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
