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
  ])('%s against %s: %s', (source, text, matches) => {
    expect(compileJavaRegex(source)?.test(text)).toBe(matches);
  });

  it.each(['(', '[', '*', 'a)', '(?<'])('refuses %s', (source) => {
    expect(compileJavaRegex(source)).toBeUndefined();
  });
});
