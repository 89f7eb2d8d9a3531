import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges } from './apply-changes.fixture.js';
import { diffDefinitions } from './definitions-diff.js';
import { diffJson, type FieldChange, type Json, type JsonObject } from './json-diff.js';

describe('diffJson', () => {
  it.each<[string, Json | undefined, Json | undefined, FieldChange[]]>([
    ['nothing between equal values', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['nothing between members in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['nothing between empty lists', [], [], []],
    ['a changed member', { instances: 5 }, { instances: 2 }, [{ path: '/instances', from: 5, to: 2 }]],
    [
      'members that came and went',
      { a: 1 },
      { b: null },
      [
        { path: '/a', from: 1 },
        { path: '/b', to: null },
      ],
    ],
    [
      'places deep inside',
      { env: { A: '1' } },
      { env: { A: '2' } },
      [{ path: '/env/A', from: '1', to: '2' }],
    ],
    ['elements of lists of one length', [1, 2], [1, 3], [{ path: '/1', from: 2, to: 3 }]],
    ['lists of other lengths as a whole', { a: [1] }, { a: [1, 2] }, [{ path: '/a', from: [1], to: [1, 2] }]],
    ['values of other kinds', { a: [] }, { a: {} }, [{ path: '/a', from: [], to: {} }]],
    ['all of what appeared', undefined, { a: 1 }, [{ path: '', to: { a: 1 } }]],
    ['keys with slashes and tildes', { 'a/b~': 1 }, {}, [{ path: '/a~1b~0', from: 1 }]],
  ])('finds %s', (_, from, to, changes) => {
    expect(diffJson(from, to)).toEqual(changes);
  });

  it('tells all: the changes make the second value of the first', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (from, to) => {
        expect(applyChanges(from, diffJson(from, to))).toEqual(to);
      }),
    );
  });

  it('tells nothing twice: after a change of one member no other place is named', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyJson), fc.string(), anyJson, (object, key, value) => {
        const changed: JsonObject = { ...object, [key]: value };
        const paths = diffJson(object, changed).map(({ path }) => path);
        const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        expect(paths.filter((path) => path !== pointer && !path.startsWith(`${pointer}/`))).toEqual([]);
      }),
    );
  });
});

describe('diffDefinitions', () => {
  it('names what was added, removed and changed, in the order of the ids', () => {
    const from = new Map<string, JsonObject>([
      ['/same', { cpus: 1 }],
      ['/gone', { cpus: 2 }],
      ['/changed', { cpus: 3 }],
    ]);
    const to = new Map<string, JsonObject>([
      ['/same', { cpus: 1 }],
      ['/changed', { cpus: 4 }],
      ['/added', { cpus: 5 }],
    ]);
    expect(diffDefinitions(from, to)).toEqual([
      { id: '/added', kind: 'added', fields: [{ path: '/cpus', to: 5 }] },
      { id: '/changed', kind: 'changed', fields: [{ path: '/cpus', from: 3, to: 4 }] },
      { id: '/gone', kind: 'removed', fields: [{ path: '/cpus', from: 2 }] },
    ]);
  });
});

/** Values as `JSON.parse` gives them, small enough that two of them often have places in common. */
const anyJson = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
