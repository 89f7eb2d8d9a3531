import { beforeEach, describe, expect, it } from 'vitest';
import { accepted } from '../deciding/scenario.fixture.js';
import { GroupScenario, idle, invalid, steps } from './group-tree.fixture.js';

let scenario: GroupScenario;

beforeEach(() => {
  scenario = new GroupScenario();
});

describe('POST of a group', () => {
  it('stores the canonical example, relative ids resolved (`spec/definitions.md` §17 F)', () => {
    const reply = accepted(
      scenario.post({
        id: 'shop',
        groups: [
          { id: 'data', apps: [{ id: 'sql', cmd: 'run-sql', portDefinitions: [] }] },
          {
            id: 'ui',
            dependencies: ['../data'],
            apps: [{ id: 'site', cmd: 'run-site', dependencies: ['../data/sql'], ports: [0] }],
          },
        ],
      }),
    );
    expect(reply.groupId).toBe('/shop');
    expect([...scenario.state.groups.values()]).toEqual([
      { id: '/', dependencies: [] },
      { id: '/shop', enforceRole: false, dependencies: [] },
      { id: '/shop/data', dependencies: [] },
      { id: '/shop/ui', dependencies: ['/shop/data'] },
    ]);
    expect(scenario.app('/shop/ui/site')).toMatchObject({
      dependencies: ['/shop/data/sql'],
      portDefinitions: [{ port: 10_000, protocol: 'tcp' }],
      role: '*',
      version: reply.version,
    });
    expect(scenario.state.rootVersion).toBe(reply.version);
  });

  it('creates the groups above, and lies below the group of the URL', () => {
    expect(accepted(scenario.post({ id: 'a/b' }, '/x')).groupId).toBe('/x/a/b');
    expect(Object.keys(scenario.tree())).toEqual(['/', '/x', '/x/a', '/x/a/b']);
    expect(scenario.state.groups.get('/x')?.enforceRole).toBe(false);
  });

  it('tells the parent of the group to subscribers', () => {
    scenario.post({ id: 'a/b' });
    expect(scenario.events[0]).toMatchObject({ type: 'DeploymentStarted', data: { groupId: '/a' } });
  });

  it('is refused where a group or an app is', () => {
    scenario.create(idle('/a/app'));
    expect(scenario.post({ id: '/a' })).toEqual({
      kind: 'refused',
      code: 'GroupAlreadyExists',
      groupId: '/a',
    });
    expect(scenario.post({ id: 'app' }, '/a')).toEqual({
      kind: 'refused',
      code: 'AppAtGroupPath',
      groupId: '/a/app',
    });
    expect(scenario.post({ apps: [] })).toMatchObject({ code: 'GroupAlreadyExists', groupId: '/' });
    expect(scenario.post({}, '/a/app/below')).toEqual(
      invalid(['/', 'Groups and Applications may not have the same identifier.']),
    );
  });

  it('assigns every app of the body service ports of its own', () => {
    const [x, y, z] = ['x', 'y', 'z'].map((id) => ({ id, cmd: 'sleep 9', instances: 0 }));
    scenario.post({ id: '/a', apps: [x, y], groups: [{ id: 'g', apps: [z] }] });
    const ports = ['/a/x', '/a/y', '/a/g/z'].map((id) => scenario.app(id).portDefinitions?.[0]?.port);
    expect(ports).toEqual([10_000, 10_001, 10_002]);
  });
});

describe('PUT of a group', () => {
  beforeEach(() => {
    scenario.post({
      id: '/a',
      dependencies: ['/z'],
      apps: [idle('x', { instances: 0 })],
      groups: [
        { id: 'g', apps: [idle('y')] },
        { id: 'h', apps: [idle('y')], groups: [{ id: 'i' }] },
      ],
    });
    scenario.create(idle('/other'));
  });

  it('keeps what the body does not speak of', () => {
    const before = scenario.tree();
    expect(steps(accepted(scenario.putGroup('/a', { dependencies: ['/z'] })).plan)).toEqual([]);
    expect(scenario.tree()).toEqual(before);
    accepted(scenario.putGroup('/a', { dependencies: [] }));
    expect(scenario.tree()).toEqual({ ...before, '/a': [] });
  });

  it('removes what a list leaves out, with everything below', () => {
    accepted(scenario.putGroup('/a', { groups: [{ id: 'g' }] }));
    expect(scenario.tree()).toEqual({
      '/': [],
      '/a': ['/z'],
      '/a/g': [],
      '/a/g/y': 0,
      '/a/x': 0,
      '/other': 0,
    });
    accepted(scenario.putGroup('/', { groups: [] }));
    expect(scenario.tree()).toEqual({ '/': [], '/other': 0 });
    accepted(scenario.putGroup('/', { apps: [] }));
    expect(scenario.tree()).toEqual({ '/': [] });
  });

  it('takes the later of two apps, or of two groups, with one id', () => {
    accepted(
      scenario.putGroup('/a', {
        apps: [idle('x', { mem: 32 }), idle('x', { mem: 64 })],
        groups: [
          { id: 'g', apps: [] },
          { id: 'g', apps: [idle('z')] },
        ],
      }),
    );
    expect(scenario.app('/a/x').mem).toBe(64);
    expect(Object.keys(scenario.tree())).toEqual(['/', '/a', '/a/g', '/a/g/z', '/a/x', '/other']);
  });

  it('stamps only what changes', () => {
    const before = scenario.app('/a/x').version;
    const { version } = accepted(scenario.putGroup('/a', { apps: [idle('x'), idle('new')] }));
    expect(scenario.app('/a/x').version).toBe(before);
    expect(scenario.app('/a/new').version).toBe(version);
  });

  it('creates what is not there', () => {
    expect(accepted(scenario.putGroup('/new/deep', { apps: [idle('x')] })).plan.steps).toHaveLength(2);
    expect(scenario.tree()).toMatchObject({ '/new': [], '/new/deep': [], '/new/deep/x': 0 });
  });

  it.each([
    ['at', '/other', { dependencies: ['/x'] }],
    ['above', '/other', { groups: [{ id: 'sub' }] }],
    ['below', '/other/sub', {}],
    ['in a list at', '/a', { groups: [{ id: 'x' }] }],
    ['beside', '/a', { apps: [idle('x')], groups: [{ id: 'x', groups: [{ id: 'g' }] }] }],
  ])('is refused where it would put a group %s the id of an app: PUT %s %j', (_, groupId, json) => {
    const before = scenario.tree();
    const refusal = invalid(['/', 'Groups and Applications may not have the same identifier.']);
    expect(scenario.putGroup(groupId, json)).toEqual(refusal);
    expect(scenario.tree()).toEqual(before);
  });

  it('puts a group where it takes the app away', () => {
    accepted(scenario.putGroup('/a', { apps: [], groups: [{ id: 'x', groups: [{ id: 'g' }] }] }));
    expect(Object.keys(scenario.tree())).toEqual(['/', '/a', '/a/x', '/a/x/g', '/other']);
  });

  it('lets an app take the place of an empty group, with the groups in it', () => {
    accepted(scenario.putGroup('/a', { groups: [{ id: 'h', apps: [] }] }));
    accepted(scenario.create(idle('/a/h')));
    expect(scenario.tree()).toEqual({ '/': [], '/a': ['/z'], '/a/h': 0, '/a/x': 0, '/other': 0 });
  });

  it('names the steps of a dry run and changes nothing', () => {
    const from = scenario.events.length;
    const before = scenario.tree();
    const reply = scenario.putGroup(
      '/a',
      { apps: [], groups: [{ id: 'g', apps: [idle('new')] }] },
      { dryRun: true },
    );
    if (reply.kind !== 'planned') throw new Error(JSON.stringify(reply));
    expect(steps(reply.plan)).toEqual([
      'Stop /a/x, Stop /a/h/y, Stop /a/g/y',
      'Start /a/g/new',
      'Scale /a/g/new',
    ]);
    expect(scenario.putGroup('/a', { dependencies: ['/a'] }, { dryRun: true })).toMatchObject({
      code: 'Invalid',
    });
    expect(scenario.putGroup('/a', { version: '2000-01-01' }, { dryRun: true })).toMatchObject({
      code: 'Invalid',
    });
    expect(scenario.tree()).toEqual(before);
    expect(scenario.events).toHaveLength(from);
  });

  it('is refused while a deployment holds one of its apps, unless forced', () => {
    const busy = accepted(scenario.create(idle('/a/busy', { instances: 1 })));
    expect(scenario.putGroup('/a', { scaleBy: 2 })).toEqual({
      kind: 'refused',
      code: 'AppLocked',
      deploymentIds: [busy.deploymentId],
    });
    accepted(scenario.putGroup('/a', { scaleBy: 2 }, { force: true }));
    expect(scenario.app('/a/busy').instances).toBe(2);
  });
});

describe('scaleBy', () => {
  it.each([
    [2, [2, 6, 0]],
    [0.5, [1, 2, 0]],
    [1.1, [2, 4, 0]],
    [0, [0, 0, 0]],
    [1, [1, 3, 0]],
  ])('%d rounds up, at any depth', (scaleBy, expected) => {
    scenario.post({
      id: '/a',
      apps: [idle('x', { instances: 1 })],
      groups: [{ id: 'g', apps: [idle('y', { instances: 3 }), idle('z')] }],
    });
    scenario.create(idle('/other', { instances: 1 }));
    accepted(scenario.putGroup('/a', { scaleBy }, { force: true }));
    expect(['/a/x', '/a/g/y', '/a/g/z'].map((id) => scenario.app(id).instances)).toEqual(expected);
    expect(scenario.app('/other').instances).toBe(1);
  });

  it('keeps to the rules that hold for each app, and tells subscribers of those that it would break', () => {
    const single = idle('s', {
      instances: 1,
      labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' },
      upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
    });
    scenario.post({ id: '/a', groups: [{ id: 'g', apps: [single, idle('x', { instances: 1 })] }] });
    const from = scenario.events.length;
    const error = 'Single instance app may only have one instance';
    const scale = (scaleBy: number) => scenario.putGroup('/a', { scaleBy }, { force: true });
    expect(scale(3)).toEqual(invalid(['/apps//a/g/s', error]));
    expect(scenario.events.slice(from)).toMatchObject([
      { type: 'RootGroupChangeRefused', data: { reason: error } },
    ]);
    accepted(scale(1));
    accepted(scale(0));
    expect(scenario.tree()).toMatchObject({ '/a/g/s': 0, '/a/g/x': 0 });
  });

  it('creates a group that is not there, so that what the answer names can be read', () => {
    const { plan, groupId } = accepted(scenario.post({ scaleBy: 2 }, '/new/deep'));
    expect([groupId, steps(plan)]).toEqual(['/new/deep', []]);
    expect(scenario.state.groups.get('/new')).toEqual({ id: '/new', enforceRole: false, dependencies: [] });
    accepted(scenario.putGroup('/other', { scaleBy: 2 }));
    expect(scenario.tree()).toEqual({ '/': [], '/new': [], '/new/deep': [], '/other': [] });
    scenario.create(idle('/app'));
    expect(scenario.putGroup('/app', { scaleBy: 2 })).toMatchObject({ code: 'Invalid' });
  });

  it.each([
    [Infinity, 0, 0],
    [Number.MAX_VALUE, 0, 0],
    [Number.MIN_VALUE, 3, 1],
    [-0, 3, 0],
  ])('%d makes a whole number of %d', (scaleBy, instances, expected) => {
    scenario.create(idle('/a/x', { instances }));
    scenario.putGroup('/a', { scaleBy }, { force: true });
    expect(scenario.app('/a/x').instances).toBe(expected);
  });
});

describe('versions of a group', () => {
  it('bring back the group as it was, and nothing else', () => {
    const first = accepted(scenario.post({ id: '/a', apps: [idle('x', { mem: 32 })], dependencies: ['/z'] }));
    accepted(scenario.create(idle('/other', { mem: 32 })));
    accepted(scenario.putGroup('/a', { apps: [idle('y')], groups: [{ id: 'g' }], dependencies: [] }));
    accepted(scenario.put('/other', { mem: 64 }));
    const back = accepted(scenario.putGroup('/a', { version: first.version }));
    expect(steps(back.plan)).toEqual(['Stop /a/y', 'Start /a/x', 'Scale /a/x']);
    expect(scenario.tree()).toEqual({ '/': [], '/a': ['/z'], '/a/x': 0, '/other': 0 });
    expect(scenario.app('/a/x')).toMatchObject({ mem: 32, version: back.version });
    expect(scenario.app('/other').mem).toBe(64);
  });

  it('are those of the tree in which the group was', () => {
    const before = accepted(scenario.create(idle('/other')));
    const created = accepted(scenario.post({ id: '/a' }));
    const later = accepted(scenario.put('/other', { mem: 64 }));
    expect(scenario.state.groupVersions('/')).toEqual([later.version, created.version, before.version]);
    expect(scenario.state.groupVersions('/a')).toEqual([later.version, created.version]);
    expect(scenario.putGroup('/a', { version: before.version })).toEqual({
      kind: 'refused',
      code: 'Invalid',
      message: `Group /a not available in version ${before.version}`,
    });
    accepted(scenario.putGroup('/', { version: before.version }));
    expect(scenario.tree()).toEqual({ '/': [], '/other': 0 });
    expect(scenario.app('/other').mem).toBe(128);
  });

  it('are not brought back where the rules no longer allow their apps', () => {
    const enabledFeatures = new Set(['gpu_resources']);
    scenario = new GroupScenario({ enabledFeatures });
    const { version } = accepted(scenario.post({ id: '/a', apps: [idle('x', { gpus: 1 }), idle('y')] }));
    accepted(scenario.putGroup('/a', { apps: [idle('y')] }));
    enabledFeatures.clear();
    const error = 'Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)';
    expect(scenario.putGroup('/a', { version })).toEqual(invalid(['/apps//a/x', error]));
    enabledFeatures.add('gpu_resources');
    accepted(scenario.putGroup('/a', { version }));
    expect(scenario.app('/a/x').gpus).toBe(1);
  });

  it('keep the roles that their apps had', () => {
    const { version } = accepted(scenario.create(idle('/a/x', { role: 'a' })));
    accepted(scenario.put('/a/x', { role: '*' }));
    accepted(scenario.putGroup('/a', { version }));
    expect(scenario.app('/a/x').role).toBe('a');
  });

  it('bring a deleted group back', () => {
    const { version } = accepted(scenario.post({ id: '/a', apps: [idle('x')], groups: [{ id: 'g' }] }));
    const tree = scenario.tree();
    accepted(scenario.deleteGroup('/a'));
    accepted(scenario.putGroup('/a', { version }));
    expect(scenario.tree()).toEqual(tree);
  });

  it.each([
    ['2001-01-01T00:00:00.000Z', 'Group /a not available in version 2001-01-01T00:00:00.000Z'],
    ['soon', "Invalid timestamp provided 'soon'. Expecting ISO-8601 datetime string."],
  ])('%s is none', (version, message) => {
    scenario.post({ id: '/a' });
    expect(scenario.putGroup('/a', { version })).toEqual({ kind: 'refused', code: 'Invalid', message });
  });
});

describe('DELETE of a group', () => {
  it('takes everything below with it', () => {
    scenario.post({ id: '/a/b', apps: [idle('x')], groups: [{ id: 'c', apps: [idle('y')] }] });
    expect(steps(accepted(scenario.deleteGroup('/a/b')).plan)).toEqual(['Stop /a/b/x, Stop /a/b/c/y']);
    expect(scenario.tree()).toEqual({ '/': [], '/a': [] });
    expect(scenario.deleteGroup('/a/b')).toEqual({ kind: 'refused', code: 'GroupNotFound', groupId: '/a/b' });
  });

  it('of the root empties the system', () => {
    scenario.post({ id: '/a', apps: [idle('x')] });
    scenario.create(idle('/other'));
    scenario.putGroup('/', { dependencies: ['/unknown'] });
    accepted(scenario.deleteGroup('/'));
    expect(scenario.tree()).toEqual({ '/': [] });
  });

  it('is refused while a deployment holds one of its apps, unless forced', () => {
    const { deploymentId } = accepted(scenario.create(idle('/a/busy', { instances: 1 })));
    expect(scenario.deleteGroup('/a')).toMatchObject({ code: 'AppLocked', deploymentIds: [deploymentId] });
    accepted(scenario.deleteGroup('/a', true));
    expect(scenario.tree()).toEqual({ '/': [] });
  });
});

const cancel = (deploymentId: string) =>
  accepted(scenario.submit({ type: 'CancelDeployment', deploymentId, force: false }));

describe('taking a deployment of a group back', () => {
  it('removes the apps and groups it added, unless something else came to lie in them', () => {
    const busy = { apps: [idle('x', { instances: 1 })], groups: [{ id: 'g' }, { id: 'h' }] };
    const { deploymentId } = accepted(scenario.post({ id: '/a/b', ...busy }));
    scenario.create(idle('/a/b/g/later'));
    cancel(deploymentId);
    expect(scenario.tree()).toEqual({ '/': [], '/a': [], '/a/b': [], '/a/b/g': [], '/a/b/g/later': 0 });
  });

  it('gives groups back the dependencies they had, and keeps what came later', () => {
    scenario.post({ id: '/a', dependencies: ['/old', '/both'], groups: [{ id: 'g', dependencies: ['/z'] }] });
    const { deploymentId } = accepted(
      scenario.putGroup('/a', {
        dependencies: ['/both', '/new'],
        apps: [idle('x', { instances: 1 })],
        groups: [],
      }),
    );
    scenario.putGroup('/a', { dependencies: ['/both', '/new', '/later'] });
    cancel(deploymentId);
    expect(scenario.tree()).toEqual({ '/': [], '/a': ['/both', '/later', '/old'], '/a/g': ['/z'] });
  });

  it('does not bring back a group where an app has come to be', () => {
    scenario.post({ id: '/a', groups: [{ id: 'g', groups: [{ id: 'h' }] }] });
    const { deploymentId } = accepted(
      scenario.putGroup('/a', { apps: [idle('x', { instances: 1 })], groups: [] }),
    );
    accepted(scenario.create(idle('/a/g')));
    cancel(deploymentId);
    expect(scenario.tree()).toEqual({ '/': [], '/a': [], '/a/g': 0 });
  });

  it('brings back a deleted group', () => {
    scenario.connected();
    scenario.post({ id: '/a', dependencies: ['/z'], apps: [idle('x', { instances: 1 })] });
    scenario.settleAll();
    const { deploymentId } = accepted(scenario.deleteGroup('/a'));
    cancel(deploymentId);
    expect(scenario.tree()).toEqual({ '/': [], '/a': ['/z'], '/a/x': 1 });
  });
});
