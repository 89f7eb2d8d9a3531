import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesType, qualityOf } from './accept.js';
import { splitAppPath } from './app-path.js';
import { normalizeUrl } from './normalize-url.js';
import { booleanParam, listParam, textParam } from './query.js';

describe('normalizeUrl', () => {
  it.each([
    ['/', '/'],
    ['/v2/apps', '/v2/apps'],
    ['/v2/apps/', '/v2/apps'],
    ['/v2/apps//foo/bar', '/v2/apps/foo/bar'],
    ['/v2/apps/%2Ffoo%2fbar', '/v2/apps/foo/bar'],
    ['//v2///queue//foo/delay/', '/v2/queue/foo/delay'],
    ['/v2/apps//a?embed=x//y%2F/', '/v2/apps/a?embed=x//y%2F/'],
    ['/v2/apps?id=/a/', '/v2/apps?id=/a/'],
    ['/v2/apps/%20', '/v2/apps/%20'],
    ['http://host:8080/v2/apps/?id=http://x', '/v2/apps?id=http://x'],
  ])('%s is %s', (url, normal) => {
    expect(normalizeUrl(url)).toBe(normal);
  });

  it('changes nothing the second time', () => {
    const paths = fc
      .array(fc.constantFrom('/', '//', 'a', '%2F', '%2f', '.', '%20'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(paths, (path) => {
        const once = normalizeUrl(`/${path}`);
        expect(normalizeUrl(once)).toBe(once);
      }),
    );
  });
});

describe('splitAppPath', () => {
  it.each([
    ['foo', { kind: 'app', appId: '/foo' }],
    ['/foo/bar', { kind: 'app', appId: '/foo/bar' }],
    ['foo/../bar', { kind: 'app', appId: '/bar' }],
    ['foo/restart', { kind: 'restart', appId: '/foo' }],
    ['foo/versions', { kind: 'versions', appId: '/foo' }],
    ['foo/versions/2020', { kind: 'version', appId: '/foo', version: '2020' }],
    ['foo/bar/tasks', { kind: 'tasks', appId: '/foo/bar' }],
    ['foo/bar/tasks/t1', { kind: 'task', appId: '/foo/bar', taskId: 't1' }],
    ['*', { kind: 'glob', groupId: '/' }],
    ['product/*', { kind: 'glob', groupId: '/product' }],
    ['product/*/tasks', { kind: 'globTasks', groupId: '/product' }],
    ['*/tasks', { kind: 'globTasks', groupId: '/' }],
    ['product*', { kind: 'app', appId: '/product*' }],
    // Ids are greedy: the longest id for which the rest is a suffix wins.
    ['a/tasks/tasks', { kind: 'tasks', appId: '/a/tasks' }],
    ['a/tasks/b/tasks', { kind: 'tasks', appId: '/a/tasks/b' }],
    ['a/versions/restart', { kind: 'restart', appId: '/a/versions' }],
    // A suffix alone is an id.
    ['restart', { kind: 'app', appId: '/restart' }],
    ['tasks', { kind: 'app', appId: '/tasks' }],
    ['tasks/t1', { kind: 'app', appId: '/tasks/t1' }],
  ])('%s is %j', (rest, path) => {
    expect(splitAppPath(rest)).toEqual(path);
  });
});

describe('query parameters', () => {
  it.each([
    [undefined, false, false],
    [undefined, true, true],
    ['', true, true],
    ['true', false, true],
    ['True', false, true],
    ['false', true, false],
    ['yes', true, false],
    [['true', 'false'], false, true],
  ])('%j with default %s is %s', (value, byDefault, expected) => {
    expect(booleanParam({ force: value }, 'force', byDefault)).toBe(expected);
  });

  it('keeps commas in repeatable values and takes the first of repeated single ones', () => {
    expect(listParam({ embed: ['a,b', 'c'] }, 'embed')).toEqual(['a,b', 'c']);
    expect(listParam({}, 'embed')).toEqual([]);
    expect(textParam({ id: ['a', 'b'] }, 'id')).toBe('a');
  });
});

describe('Accept headers', () => {
  it.each([
    [undefined, 'application/json', 1],
    ['', 'application/json', 1],
    ['*/*', 'application/json', 1],
    ['application/*;q=0.5', 'application/json', 0.5],
    ['application/json;q=0.2, */*;q=0.9', 'application/json', 0.2],
    ['application/json;q=0, */*', 'application/json', 0],
    ['text/html', 'application/json', 0],
    ['Text/Plain; charset=utf-8', 'text/plain', 1],
  ])('%s wants %s with %d', (accept, type, quality) => {
    expect(qualityOf(accept, type)).toBe(quality);
  });

  it.each([
    [undefined, false],
    ['*/*', false],
    ['text/*', false],
    ['text/event-stream', true],
    ['application/json, text/event-stream;q=0.5', true],
    ['text/event-stream;q=0', false],
  ])('%s names the event stream: %s', (accept, named) => {
    expect(namesType(accept, 'text/event-stream')).toBe(named);
  });
});
