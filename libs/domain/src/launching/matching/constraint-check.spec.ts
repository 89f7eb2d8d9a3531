import { describe, expect, it } from 'vitest';
import type { Constraint } from '../../definitions/app/app-definition.js';
import { checkFor, holdsWithoutField } from './constraint-check.js';
import { ValueCounts } from './value-counts.js';

function countsOf(values: readonly (string | undefined)[]): ValueCounts {
  const counts = new ValueCounts();
  for (const value of values) counts.add(value);
  return counts;
}

function repeated(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([value, count]) => Array.from({ length: count }, () => value));
}

describe('constraint operators', () => {
  it.each<[Constraint, string, readonly (string | undefined)[], boolean]>([
    [['f', 'UNIQUE'], 'a', [], true],
    [['f', 'UNIQUE'], 'a', ['b', undefined], true],
    [['f', 'UNIQUE'], 'a', ['b', 'a'], false],

    [['f', 'CLUSTER', 'a'], 'a', ['b'], true],
    [['f', 'CLUSTER', 'a'], 'b', ['b'], false],
    [['f', 'CLUSTER'], 'a', [], true],
    [['f', 'CLUSTER'], 'a', ['a', 'b'], true],
    [['f', 'CLUSTER'], 'b', ['a', 'b'], false],
    [['f', 'CLUSTER', ''], 'a', [undefined], false],

    [['f', 'LIKE', 'rack-[1-3]'], 'rack-2', [], true],
    [['f', 'LIKE', 'rack-[1-3]'], 'rack-22', [], false],
    [['f', 'LIKE', 'a|b'], 'ab', [], false],
    [['f', 'LIKE', '(?i)RACK.*'], 'rack-2', [], true],
    [['f', 'LIKE', '\\Qa.b\\E'], 'a.b', [], true],
    [['f', 'LIKE', '\\Qa.b\\E'], 'axb', [], false],
    [['f', 'LIKE', '('], '(', [], false],
    [['f', 'UNLIKE', 'rack-[1-3]'], 'rack-2', [], false],
    [['f', 'UNLIKE', 'rack-[1-3]'], 'rack-22', [], true],

    [['f', 'IS', 'a/b'], 'a/b', [], true],
    [['f', 'IS', 'a'], 'A', [], false],
    [['f', 'IS', '0.80'], '0.8', [], true],
    [['f', 'IS', '0.80'], '0.80', [], false],
    [['f', 'IS', '-0.80'], '-0.8', [], false],
    [['f', 'IS', ''], '', [], true],

    [['f', 'MAX_PER', '2'], 'a', ['a', 'b', 'b'], true],
    [['f', 'MAX_PER', '2'], 'b', ['a', 'b', 'b'], false],
    [['f', 'MAX_PER', '0'], 'c', [], false],

    [['f', 'GROUP_BY'], 'a', [], true],
    [['f', 'GROUP_BY'], 'b', ['a'], true],
    [['f', 'GROUP_BY'], 'a', ['a', 'b'], true],
    [['f', 'GROUP_BY'], 'a', ['a', 'a', 'b'], false],
    [['f', 'GROUP_BY'], 'b', ['a', 'a', 'b'], true],
    [['f', 'GROUP_BY'], 'a', ['a', 'a', 'b', undefined], false],
  ])('%j, offer %s, placed %j → %s', (constraint, value, placed, holds) => {
    const view = { targetInstances: () => 1, placed: () => countsOf(placed) };
    expect(checkFor(constraint)(value, view)).toBe(holds);
  });

  it.each<[string, number, string, Readonly<Record<string, number>>, boolean]>([
    ['3', 7, 'a', {}, true],
    ['3', 7, 'a', { a: 1 }, true],
    ['3', 7, 'a', { a: 2 }, true],
    ['3', 7, 'a', { a: 3 }, false],
    ['3', 7, 'b', { a: 3, b: 2 }, false],
    ['3', 7, 'b', { a: 3, b: 1 }, true],
    ['3', 8, 'b', { a: 3, b: 2 }, true],
    ['3', 8, 'c', { a: 3, b: 3 }, true],
    ['3', 8, 'd', { a: 1, b: 1, c: 1 }, false],
    ['3', 6, 'a', { a: 2, b: 1, c: 1 }, false],
    ['inf', 5, 'b', { a: 1 }, true],
    ['inf', 5, 'a', { a: 1 }, false],
  ])(
    'GROUP_BY %s of %i instances, offer %s, placed %j → %s',
    (...[groups, targetInstances, value, placed, holds]) => {
      const view = { targetInstances: () => targetInstances, placed: () => countsOf(repeated(placed)) };
      expect(checkFor(['f', 'GROUP_BY', groups])(value, view)).toBe(holds);
    },
  );

  it('only UNLIKE holds where the field is missing', () => {
    const operators = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS'] as const;
    expect(operators.filter((operator) => holdsWithoutField(['f', operator, 'x']))).toEqual(['UNLIKE']);
  });
});
