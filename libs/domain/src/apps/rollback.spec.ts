import { beforeEach, describe, expect, it } from 'vitest';
import type { Accepted, Reply } from '../commands/command.js';
import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Subtree } from '../state/state.js';
import { GroupScenario, idle } from './group-tree.fixture.js';

let scenario: GroupScenario;

beforeEach(() => {
  scenario = new GroupScenario();
});

const accepted = (reply: Reply): Accepted => {
  expect(reply).toMatchObject({ kind: 'accepted' });
  return reply as Accepted;
};

const rollbackApp = (app: AppDefinition, force = false) =>
  scenario.submit({ type: 'RollbackApp', app, force, uri: `/ekiden/v1/apps${app.id}/rollback` });

const rollbackGroup = (groupId: string, { groups, apps }: Subtree) =>
  scenario.submit({
    type: 'RollbackGroup',
    groupId,
    groups: [...groups.values()],
    apps: [...apps.values()],
    force: false,
  });

describe('rolling back an app', () => {
  it('stores the former definition as a new version and deploys it', () => {
    accepted(scenario.create(idle('/a', { mem: 32 })));
    const former = scenario.app('/a');
    scenario.put('/a', { mem: 64, labels: { since: 'then' } });
    const reply = accepted(rollbackApp(former));
    expect(scenario.app('/a')).toEqual({
      ...former,
      version: reply.version,
      versionInfo: { lastScalingAt: reply.version, lastConfigChangeAt: reply.version },
    });
    expect(reply.created).toBe(false);
  });

  it('changes no configuration where only the number of instances differs', () => {
    accepted(scenario.create(idle('/a')));
    const former = scenario.app('/a');
    accepted(scenario.put('/a', { instances: 3 }));
    scenario.settleAll();
    scenario.offer();
    accepted(rollbackApp(former, true));
    expect(scenario.app('/a').versionInfo.lastConfigChangeAt).toBe(former.versionInfo.lastConfigChangeAt);
  });

  it('creates an app again that is gone, with the groups above it', () => {
    accepted(scenario.create(idle('/g/a')));
    const former = scenario.app('/g/a');
    accepted(scenario.deleteGroup('/g'));
    const reply = accepted(rollbackApp(former));
    expect(reply.created).toBe(true);
    expect(scenario.app('/g/a')).toMatchObject({ id: '/g/a', version: reply.version });
    expect(scenario.state.groups.has('/g')).toBe(true);
  });

  it('is refused while the app is deployed, unless it is forced', () => {
    accepted(scenario.create(idle('/a')));
    const former = scenario.app('/a');
    accepted(scenario.put('/a', { instances: 1 }));
    expect(rollbackApp(former)).toMatchObject({ kind: 'refused', code: 'AppLocked' });
    accepted(rollbackApp(former, true));
  });

  it('is refused where today nothing of that kind may be', () => {
    accepted(scenario.create(idle('/a')));
    const former = scenario.app('/a');
    accepted(scenario.submit({ type: 'DeleteApp', appId: '/a', force: true }));
    accepted(scenario.create(idle('/a/b')));
    expect(rollbackApp(former)).toMatchObject({ kind: 'refused', code: 'Invalid' });
    expect(rollbackApp({ ...former, id: '/c', gpus: 1 })).toMatchObject({ kind: 'refused', code: 'Invalid' });
  });
});

describe('rolling back a group', () => {
  it('makes everything below what it was: changed, gone and new apps and groups', () => {
    accepted(
      scenario.post({ id: '/g', apps: [idle('x'), idle('y')], groups: [{ id: 'inner', apps: [idle('z')] }] }),
    );
    accepted(scenario.create(idle('/other')));
    const former = scenario.state.subtree('/g');
    const tree = scenario.tree();
    accepted(scenario.put('/g/x', { mem: 1 }));
    accepted(scenario.submit({ type: 'DeleteApp', appId: '/g/y', force: true }));
    accepted(scenario.deleteGroup('/g/inner'));
    accepted(scenario.post({ id: '/g/new', apps: [idle('n')] }));
    const { version } = accepted(rollbackGroup('/g', former));
    expect(scenario.tree()).toEqual(tree);
    expect(scenario.app('/g/x')).toMatchObject({ mem: former.apps.get('/g/x')?.mem, version });
    expect(scenario.app('/other').version < version).toBe(true);
  });

  it('leaves alone what is as it was', () => {
    accepted(scenario.post({ id: '/g', apps: [idle('x')] }));
    const { version } = scenario.app('/g/x');
    accepted(rollbackGroup('/g', structuredClone(scenario.state.subtree('/g'))));
    expect(scenario.app('/g/x').version).toBe(version);
  });

  it('brings a group back that is gone', () => {
    accepted(scenario.post({ id: '/g', apps: [idle('x')] }));
    const former = scenario.state.subtree('/g');
    accepted(scenario.deleteGroup('/g'));
    accepted(rollbackGroup('/g', former));
    expect(scenario.tree()).toMatchObject({ '/g/x': 0 });
  });

  it('is refused when an app in it is not valid any more', () => {
    accepted(scenario.post({ id: '/g', apps: [idle('x')] }));
    const { groups, apps } = scenario.state.subtree('/g');
    const broken = new Map([...apps].map(([id, app]) => [id, { ...app, gpus: 1 }]));
    expect(rollbackGroup('/g', { groups, apps: broken })).toMatchObject({ kind: 'refused', code: 'Invalid' });
  });
});
