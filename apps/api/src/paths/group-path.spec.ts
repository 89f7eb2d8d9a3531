import { describe, expect, it } from 'vitest';
import { groupMethodsOf, splitGroupPath, writableGroup } from './group-path.js';

const ALL = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'];
const READ = ['GET', 'HEAD'];

describe('paths of groups', () => {
  it.each([
    ['', { kind: 'group', groupId: '/' }, '/', ['DELETE', 'GET', 'HEAD', 'POST', 'PUT']],
    ['shop', { kind: 'group', groupId: '/shop' }, '/shop', ALL],
    ['/shop/db/', { kind: 'group', groupId: '/shop/db' }, '/shop/db', ALL],
    ['apps', { kind: 'apps', groupId: '/', named: '/apps' }, '/apps', ALL],
    ['shop/apps', { kind: 'apps', groupId: '/shop', named: '/shop/apps' }, '/shop/apps', ALL],
    ['versions', { kind: 'versions', groupId: '/' }, undefined, READ],
    ['shop/db/versions', { kind: 'versions', groupId: '/shop/db' }, undefined, READ],
    ['versions/2020-01-01', { kind: 'version', groupId: '/', version: '2020-01-01' }, undefined, READ],
    ['shop/versions/v', { kind: 'version', groupId: '/shop', version: 'v' }, undefined, READ],
    ['shop/versions/versions', { kind: 'versions', groupId: '/shop/versions' }, undefined, READ],
  ] as const)('%s', (rest, path, writable, methods) => {
    expect(splitGroupPath(rest)).toEqual(path);
    expect(writableGroup(splitGroupPath(rest))).toBe(writable);
    expect(groupMethodsOf(splitGroupPath(rest))).toEqual(methods);
  });
});
