import { describe, expect, it } from 'vitest';

import { latchPrefix, orderOfSuccession, sequenceOf } from './candidates.js';

const id = (digit: number): string => `${digit}0000000-0000-4000-8000-000000000000`;

describe('the nodes of an election', () => {
  it.each([
    [`_c_${id(1)}-latch-0000000007`, 7],
    [`_c_${id(1)}-latch-2147483647`, 2_147_483_647],
    [`_c_${id(1)}-latch--2147483648`, -2_147_483_648],
    [`_c_${id(1)}-latch-`, undefined],
    [`_c_${id(1)}-lock-0000000001`, undefined],
    ['latch-0000000001', undefined],
    ['member_0000000001', undefined],
    ['lost+found', undefined],
  ])('%s has the number %s', (name, sequence) => {
    expect(sequenceOf(name)).toBe(sequence);
  });

  it('follow one another by their numbers, not by their names', () => {
    const names = [`${latchPrefix(id(1))}0000000012`, `${latchPrefix(id(2))}0000000003`, 'other'];
    expect(orderOfSuccession(names)).toEqual([names[1], names[0]]);
  });
});
