import { beforeEach, describe, expect, it } from 'vitest';
import { GroupScenario, idle, invalid } from './group-tree.fixture.js';

const EXCLUSIVE = 'not allowed in conjunction with other properties.';
const RESERVED = 'must not end with any of the following reserved keywords: restart, tasks, versions, ., ..';

let scenario: GroupScenario;

beforeEach(() => {
  scenario = new GroupScenario();
});

describe('what is wrong with a group body', () => {
  beforeEach(() => {
    scenario.post({ id: '/a', apps: [idle('x')] });
  });

  it.each([
    [{ apps: 'all' }, [{ path: '/apps', errors: ['error.expected.jsarray'] }]],
    [{ id: 'UPPER' }, [{ path: '/id', errors: ['error.pattern'] }]],
    [{ scaleBy: -1 }, [{ path: '/scaleBy', errors: ['error.min'] }]],
    [{ enforceRole: 'yes' }, [{ path: '/enforceRole', errors: ['error.expected.jsboolean'] }]],
    [
      { groups: [{ id: 'g', apps: [idle('x', { cpus: 'one' })] }] },
      [{ path: '/groups(0)/apps(0)/cpus', errors: ['error.expected.jsnumber'] }],
    ],
    [
      { groups: [{ apps: [] }] },
      [{ path: '/groups(0)/id', errors: [`'id' is undefined on object: {"apps":[]}`] }],
    ],
  ])('%j has the wrong shape', (json, details) => {
    const refusal = { kind: 'refused', code: 'Invalid', message: 'Invalid JSON', details };
    expect(scenario.putGroup('/a', json)).toEqual(refusal);
  });

  it.each([
    [{ version: '2020-01-01T00:00:00.000Z', dependencies: [] }, invalid(['/version', EXCLUSIVE])],
    [{ scaleBy: 2, id: '/a' }, invalid(['/scaleBy', EXCLUSIVE])],
    [
      { scaleBy: 2, version: '2020-01-01T00:00:00.000Z' },
      invalid(['/version', EXCLUSIVE], ['/scaleBy', EXCLUSIVE]),
    ],
    [{ groups: [{ id: 'g', scaleBy: 2 }] }, invalid(['/groups(0)/scaleBy', EXCLUSIVE])],
    [{ id: 'tasks' }, invalid(['/', RESERVED])],
    [{ groups: [{ id: 'versions' }] }, invalid(['/groups(0)/id', RESERVED])],
    [{ dependencies: ['..'] }, invalid(['/dependencies(0)', RESERVED])],
    [
      { apps: [idle('/b/x'), idle('x')], groups: [{ id: 'g', apps: [idle('h/x')] }] },
      invalid(
        ['/apps(0)/id', "Identifier is not child of '/a'"],
        ['/groups(0)/apps(0)/id', "Identifier is not child of '/a/g'"],
      ),
    ],
    [
      { groups: [{ id: 'g', enforceRole: true }] },
      invalid([
        '/groups(0)/enforceRole',
        'enforceRole can only be set for top-level groups, and /a/g is not top-level',
      ]),
    ],
    [
      { groups: [{ id: '/b' }, { id: 'c/d' }] },
      invalid(
        ['/groups(0)', 'Group has to be child of groups with parent id'],
        ['/groups(1)', 'Group has to be child of groups with parent id'],
      ),
    ],
    [
      { apps: [idle('x', { dependencies: ['y'] }), idle('y', { dependencies: ['x'] })] },
      invalid(['/', 'Dependency graph has cyclic dependencies.']),
    ],
    [{ dependencies: ['/a'] }, invalid(['/', 'Dependency graph has cyclic dependencies.'])],
    [
      { groups: [{ id: 'x', apps: [idle('y')] }] },
      invalid(['/', 'Groups and Applications may not have the same identifier.']),
    ],
    [
      { apps: [idle('x'), idle('g')], groups: [{ id: 'g', groups: [{ id: 'h', apps: [idle('y')] }] }] },
      invalid(['/', 'Groups and Applications may not have the same identifier.']),
    ],
    [
      { pods: [{ id: 'p' }], groups: [{ id: 'g', pods: [{}] }] },
      invalid(
        ['/pods', 'pods are not supported by this version of Ekiden; leave pods out'],
        ['/groups(0)/pods', 'pods are not supported by this version of Ekiden; leave pods out'],
      ),
    ],
  ])('%j', (json, refusal) => {
    const before = scenario.tree();
    const reply = scenario.putGroup('/a', json);
    expect(reply).toEqual(refusal);
    expect(scenario.tree()).toEqual(before);
  });

  it.each([
    { pods: [] },
    {
      apps: [],
      groups: [
        { id: 'x', apps: [idle('y')] },
        { id: 'z', dependencies: ['x', '/'] },
      ],
    },
  ])('%j is fine', (json) => {
    expect(scenario.putGroup('/a', json).kind).toBe('accepted');
  });

  it('refuses an id of the URL that no group may have', () => {
    expect(scenario.putGroup('/Upper', {})).toMatchObject({
      details: [{ path: '/', errors: [expect.stringMatching(/^must fully match regular expression/)] }],
    });
  });

  it('speaks of the first invalid app alone, relative to that app', () => {
    const reply = scenario.putGroup('/a', {
      groups: [{ id: 'g', apps: [idle('x'), { id: 'y' }, { id: 'z' }] }],
    });
    expect(reply).toMatchObject({ code: 'Invalid', details: [{ path: '/' }] });
  });

  it('reports what the model forbids at the id of the app, together with the rules of the tree', () => {
    const labels = { MARATHON_SINGLE_INSTANCE_APP: 'true' };
    expect(scenario.putGroup('/a', { apps: [idle('x', { labels, dependencies: ['/a/x'] })] })).toEqual(
      invalid(
        ['/apps//a/x', 'must be false', 'got 1.0, expected 0.0'],
        ['/', 'Dependency graph has cyclic dependencies.'],
      ),
    );
  });

  it('refuses what an app asks for beyond this version, relative to that app', () => {
    expect(scenario.putGroup('/a', { apps: [idle('x', { tty: true })] })).toMatchObject({
      details: [{ path: '/tty' }],
    });
  });

  it('tells subscribers of what the tree forbids, and of nothing else', () => {
    const from = scenario.events.length;
    scenario.putGroup('/a', { scaleBy: 2, id: '/a' });
    expect(scenario.eventTypes(from)).toEqual([]);
    scenario.putGroup('/a', { dependencies: ['/a'] });
    expect(scenario.events.slice(from)).toMatchObject([
      {
        type: 'RootGroupChangeRefused',
        data: { groupId: '/', reason: 'Dependency graph has cyclic dependencies.' },
      },
    ]);
  });
});
