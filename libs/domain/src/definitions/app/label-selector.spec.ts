import { describe, expect, it } from 'vitest';
import { parseLabelSelector, selectorError } from './label-selector.js';

const labels = { a: 't1', b: 't2', 'c.d-e_f': '', '!!!': '&&&', in: 'x' };

describe('label selectors', () => {
  it.each([
    ['', true],
    ['   ', true],
    ['a', true],
    ['z', false],
    ['toString', false],
    [' a == t1 ', true],
    ['a==t1', true],
    ['a==t2', false],
    ['a!=t2', true],
    ['z!=t2', false],
    ['a in (t1, t2)', true],
    ['a in(t2)', false],
    ['a in ()', false],
    ['a notin ()', true],
    ['a notin (t1)', false],
    ['z notin (t1)', false],
    ['a == t1, b', true],
    ['a, b == t1', false],
    ['c.d-e_f', true],
    [String.raw`\!\!\! in (\-\-\-, \&\&\&)`, true],
    ['in', true],
    ['in in (x)', true],
    ['a in (t1,t2), b notin (t1), in', true],
  ])('%s', (text, selected) => {
    const parsed = parseLabelSelector(text);
    expect(parsed.ok && parsed.value(labels)).toBe(selected);
    expect(parsed.ok).toBe(true);
  });

  it.each([
    ['a = b', "'=' found at position 3"],
    ['a ==', 'end of text found at position 5'],
    ['a b', "'b' found at position 3"],
    ['a,', 'end of text found at position 3'],
    [',a', "',' found at position 1"],
    ['a in t1', "'t' found at position 6"],
    ['a in (t1', 'end of text found at position 9'],
    ['a in (t1,)', "')' found at position 10"],
    ['!a', "'!' found at position 1"],
    ['a == é', "'é' found at position 6"],
    ['a\\', String.raw`'\' found at position 2`],
  ])('refuses %s', (text, reason) => {
    const parsed = parseLabelSelector(text);
    expect(parsed.ok ? 'accepted' : parsed.error).toContain(reason);
  });

  it('words the refusal', () => {
    expect(selectorError('a=b', 'why')).toBe('Can not parse label selector a=b. Reason: why');
  });
});
