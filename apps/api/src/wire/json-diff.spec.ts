import { describe, expect, it } from 'vitest';
import { jsonDiff } from './json-diff.js';

describe('jsonDiff', () => {
  it.each<[string, unknown, unknown, object[]]>([
    ['nothing', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ['a member', { a: 1 }, { a: 2 }, [{ path: '/a', from: 1, to: 2 }]],
    [
      'what came and what went',
      { a: 1 },
      { b: { c: 1 } },
      [
        { path: '/a', from: 1 },
        { path: '/b', to: { c: 1 } },
      ],
    ],
    [
      'places of arrays',
      { a: [1, 2] },
      { a: [1, 3, 4] },
      [
        { path: '/a/1', from: 2, to: 3 },
        { path: '/a/2', to: 4 },
      ],
    ],
    ['another kind of value', { a: [] }, { a: {} }, [{ path: '/a', from: [], to: {} }]],
    ['null', { a: null }, { a: 1 }, [{ path: '/a', from: null, to: 1 }]],
    ['names with signs of their own', { 'a/b~c': 1 }, {}, [{ path: '/a~1b~0c', from: 1 }]],
    ['names of all objects', {}, { constructor: 1 }, [{ path: '/constructor', to: 1 }]],
  ])('finds %s', (_, from, to, changes) => {
    expect(jsonDiff(from, to)).toEqual(changes);
  });
});
