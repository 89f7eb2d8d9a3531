import { describe, expect, it } from 'vitest';
import { compileJavaRegex } from './java-regex.js';

describe('compileJavaRegex', () => {
  it.each([
    ['rack-[1-3]', 'rack-2', true],
    ['rack', 'rack-2', false],
    ['a|b', 'ab', false],
    ['(?i)RACK', 'rack', true],
    ['a++b', 'aab', true],
    ['a{1,2}+b', 'aab', true],
    [String.raw`\Qa.b\E.`, 'a.bc', true],
    [String.raw`\Qa.b\E`, 'axb', false],
    [String.raw`\p{Alpha}+`, 'abc', true],
    [String.raw`[\p{Digit}_]+`, '1_2', true],
    [String.raw`\Aabc\z`, 'abc', true],
    [String.raw`[+*]+`, '+*', true],
    [String.raw`[*+]`, '+', true],
    [String.raw`a\++`, 'a++', true],
    [String.raw`\p{L}+`, 'é', true],
    [String.raw`\P{Alpha}`, '1', true],
    [String.raw`\p{IsAlphabetic}+`, 'äb', true],
    [String.raw`\p{javaLowerCase}`, 'a', true],
    [String.raw`\p{IsGreek}`, 'α', true],
    [String.raw`a\hb`, 'a b', true],
    [String.raw`a\Hb`, 'a b', false],
    [String.raw`a\Rb`, 'a\r\nb', true],
    [String.raw`\x{41}`, 'A', true],
    [String.raw`a\sb`, 'a\u000bb', true],
    [String.raw`[\s-]`, '-', true],
    ['(?i:abc)', 'ABC', true],
    ['a(?i)b', 'aB', true],
    ['(?>a|b)c', 'bc', true],
    ['[^a]', 'a', false],
    ['a-b&&c', 'a-b&&c', true],
  ])('%s against %s: %s', (source, text, matches) => {
    expect(compileJavaRegex(source)?.test(text)).toBe(matches);
  });

  it.each([
    '(',
    '[',
    '*',
    'a)',
    '(?<',
    '[a-z&&[^b]]',
    '[[a-c]x]',
    '(?=a)a',
    String.raw`(a)\1`,
    String.raw`\p{constructor}`,
  ])('refuses %s', (source) => {
    expect(compileJavaRegex(source)).toBeUndefined();
  });

  it.each([
    ['a'.repeat(10_000), true],
    ['a'.repeat(10_001), false],
    ['((a{100}){10})'.repeat(20), true],
    ['((a{100}){10})'.repeat(40), false],
  ])('takes expressions up to a size (%#)', (source, isTaken) => {
    expect(compileJavaRegex(source) !== undefined).toBe(isTaken);
  });

  it('takes no longer for expressions with many ways to fail', () => {
    expect(compileJavaRegex('(a+)+b')?.test('a'.repeat(50_000))).toBe(false);
  });
});
