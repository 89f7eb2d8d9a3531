import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from './glob.js';

describe('matchesGlob', () => {
  it.each([
    ['/a', '/a', true],
    ['/a', '/ab', false],
    ['*', '', true],
    ['/shop/*', '/shop/db/main', true],
    ['/shop/*', '/shop', false],
    ['*/db', '/shop/db', true],
    ['/s*p/*b', '/shop/db', true],
    ['/s*p/*c', '/shop/db', false],
    ['/a.c', '/abc', false],
  ])('%s against %s: %s', (pattern, text, matches) => {
    expect(matchesGlob(pattern, text)).toBe(matches);
  });

  it('agrees with a regular expression', () => {
    const pattern = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 8 }).map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 10 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, text, (glob, subject) => {
        const expected = new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(subject);
        expect(matchesGlob(glob, subject)).toBe(expected);
      }),
    );
  });
});
