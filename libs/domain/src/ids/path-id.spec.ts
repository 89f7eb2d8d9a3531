import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ancestorPaths,
  atOrAbove,
  canonicalPath,
  fromSafePath,
  isDescendant,
  isPathSegment,
  isSubmittedId,
  parentPath,
  pathSegments,
  reversedName,
  safePath,
  topLevelGroup,
} from './path-id.js';

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?$/);
const segment = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`);

describe('canonicalPath', () => {
  it.each([
    ['sleeper', '/', '/sleeper'],
    ['/a//b/', '/', '/a/b'],
    ['//a', '/x', '/a'],
    ['a/b', '/x/y', '/x/y/a/b'],
    ['', '/x', '/x'],
    ['/', '/x', '/'],
    ['../db', '/p/web', '/p/db'],
    ['../../../db', '/p', '/db'],
    ['/a/./b/../c', '/', '/a/c'],
    ['/..', '/', '/'],
    ['/v1.2/x', '/', '/v1.2/x'],
  ])('%s below %s is %s', (text, base, expected) => {
    expect(canonicalPath(text, base)).toBe(expected);
  });

  it('leaves canonical paths as they are, wherever they are resolved', () => {
    fc.assert(
      fc.property(path, path, (id, base) => {
        expect(canonicalPath(id, base)).toBe(id);
      }),
    );
  });

  it('gives the same id for an absolute path and for its relative form below the root', () => {
    fc.assert(
      fc.property(path, (id) => {
        expect(canonicalPath(id.slice(1))).toBe(id);
      }),
    );
  });
});

describe('grammar', () => {
  it.each(['a', '/a/b', '..', '../a', '/', '//a//', 'a.b-c/d', '0', '/a/..'])('accepts the id %s', (text) => {
    expect(isSubmittedId(text)).toBe(true);
  });
  it.each(['A', 'a_b', '-a', 'a-', 'a..b', '.a', '.', './a', 'a b', 'a/b-/c', '...'])(
    'refuses the id %s',
    (text) => {
      expect(isSubmittedId(text)).toBe(false);
    },
  );
  it('answers for hostile input without backtracking', () => {
    expect(isSubmittedId(`${'/'.repeat(50_000)}!`)).toBe(false);
    expect(isSubmittedId(`${'a-'.repeat(50_000)}!`)).toBe(false);
  });
  it.each([
    ['.', true],
    ['..', true],
    ['a.b', true],
    ['', false],
    ['a/b', false],
    ['x_y', false],
  ])('segment %s: %s', (text, legal) => {
    expect(isPathSegment(text)).toBe(legal);
  });
});

describe('relations', () => {
  it('knows parents, ancestors and the top-level group', () => {
    expect(parentPath('/a/b/c')).toBe('/a/b');
    expect(parentPath('/a')).toBe('/');
    expect(parentPath('/')).toBe('/');
    expect(ancestorPaths('/a/b/c')).toEqual(['/', '/a', '/a/b']);
    expect(ancestorPaths('/')).toEqual([]);
    expect(topLevelGroup('/a/b/c')).toBe('/a');
    expect(topLevelGroup('/a')).toBeUndefined();
  });

  it.each([
    ['/a/b', '/a', true],
    ['/ab', '/a', false],
    ['/a', '/a', false],
    ['/a', '/', true],
    ['/', '/', false],
  ])('%s is below %s: %s', (id, group, expected) => {
    expect(isDescendant(id, group)).toBe(expected);
  });

  it('makes every path a descendant of exactly its ancestors', () => {
    fc.assert(
      fc.property(path, path, (id, other) => {
        expect(isDescendant(id, other)).toBe(ancestorPaths(id).includes(other));
      }),
    );
  });
});

describe('atOrAbove', () => {
  it('tells whether a path or one above it is marked, and asks about each path once', () => {
    fc.assert(
      fc.property(fc.array(path), fc.array(path), (marked, paths) => {
        const asked: string[] = [];
        const isMarked = atOrAbove((id) => {
          asked.push(id);
          return marked.includes(id);
        });
        for (const id of [...paths, ...paths.flatMap(ancestorPaths)]) {
          expect(isMarked(id)).toBe([...ancestorPaths(id), id].some((above) => marked.includes(above)));
        }
        expect(new Set(asked).size).toBe(asked.length);
      }),
    );
  });
});

describe('other spellings', () => {
  it('writes safe paths and task names', () => {
    expect(safePath('/shop/db')).toBe('shop_db');
    expect(reversedName('/shop/db')).toBe('db.shop');
    expect(reversedName('/')).toBe('');
  });

  it('reads every safe path back', () => {
    fc.assert(
      fc.property(path, (id) => {
        expect(fromSafePath(safePath(id))).toBe(id);
        expect(`/${pathSegments(id).join('/')}`).toBe(id);
      }),
    );
  });
});
