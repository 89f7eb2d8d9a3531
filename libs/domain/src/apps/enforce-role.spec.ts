import { beforeEach, describe, expect, it } from 'vitest';
import { accepted } from '../deciding/scenario.fixture.js';
import { GroupScenario, idle, invalid } from './group-tree.fixture.js';

let scenario: GroupScenario;

beforeEach(() => {
  scenario = new GroupScenario();
});

const roleOf = (id: string) => scenario.app(id).role;
const withRole = (role: string) => ({ apps: [idle('x', { role })] });

describe('enforceRole', () => {
  const MIXED = invalid([
    '/enforceRole',
    'enforceRole cannot be modified in a request that adds, removes or modifies services; ' +
      'please make these changes in separate requests.',
  ]);

  it('gives the apps of a new group its role', () => {
    accepted(scenario.post({ id: 'prod', enforceRole: true, groups: [{ id: 'g', apps: [idle('x')] }] }));
    expect(roleOf('/prod/g/x')).toBe('prod');
    expect(scenario.putGroup('/prod', { enforceRole: true, apps: [idle('y', { role: '*' })] })).toEqual(
      invalid(['/role', 'got *, expected one of: [prod]']),
    );
  });

  it('lets a group body give no app the role of its group where it is off, unless the app has it', () => {
    const refused = invalid(['/role', 'got dev, expected one of: [*]']);
    expect(scenario.putGroup('/dev', withRole('dev'))).toEqual(refused);
    expect(scenario.putGroup('/', { groups: [{ id: 'dev', ...withRole('dev') }] })).toEqual(refused);
    expect(scenario.post({ id: '/dev/g', ...withRole('dev') })).toEqual(refused);
    accepted(scenario.create(idle('/dev/x', { role: 'dev' })));
    accepted(scenario.putGroup('/dev', withRole('dev')));
    expect(roleOf('/dev/x')).toBe('dev');
    accepted(scenario.putGroup('/dev', withRole('*')));
    expect(roleOf('/dev/x')).toBe('*');
    expect(scenario.putGroup('/dev', withRole('dev'))).toEqual(refused);
  });

  it('is what the flag says where a body is silent', () => {
    scenario = new GroupScenario({ newGroupEnforceRole: 'top' });
    accepted(scenario.putGroup('/', { enforceRole: true, groups: [{ id: 'prod', apps: [idle('x')] }] }));
    expect(roleOf('/prod/x')).toBe('prod');
    expect(scenario.state.groups.get('/')).toEqual({ id: '/', dependencies: [] });
    expect(scenario.state.groups.get('/prod')?.enforceRole).toBe(true);
  });

  it('cannot change together with services, not even by silence', () => {
    scenario.post({ id: 'prod', enforceRole: true });
    expect(scenario.putGroup('/prod', { enforceRole: false, apps: [] })).toEqual(MIXED);
    expect(scenario.putGroup('/', { id: 'prod', apps: [] })).toEqual(MIXED);
    const nested = invalid(['/groups(0)/enforceRole', ...(MIXED.details[0]?.errors ?? [])]);
    expect(scenario.putGroup('/', { groups: [{ id: 'prod', apps: [] }] })).toEqual(nested);
    expect(scenario.state.groups.get('/prod')?.enforceRole).toBe(true);
  });

  it('falls back to the flag in a body that neither names the group nor the role', () => {
    scenario.post({ id: 'prod', enforceRole: true });
    accepted(scenario.putGroup('/prod', { apps: [idle('x')] }));
    expect(scenario.state.groups.get('/prod')?.enforceRole).toBe(false);
    expect(roleOf('/prod/x')).toBe('*');
  });

  it('stays when a group is scaled', () => {
    scenario.post({ id: 'prod', enforceRole: true, apps: [idle('x')] });
    accepted(scenario.putGroup('/prod', { scaleBy: 2 }));
    expect(scenario.state.groups.get('/prod')?.enforceRole).toBe(true);
  });

  it('changes alone by PATCH, without a deployment and for top-level groups only', () => {
    scenario.post({ id: '/prod/g', apps: [idle('x')] });
    const from = scenario.events.length;
    expect(scenario.patchGroup('/prod', { enforceRole: true })).toEqual({ kind: 'done' });
    expect(scenario.eventTypes(from)).toEqual(['GroupUpdated']);
    expect(roleOf('/prod/g/x')).toBe('*');
    expect(scenario.patchGroup('/prod', { enforceRole: true })).toEqual({ kind: 'done' });
    expect(scenario.eventTypes(from)).toHaveLength(1);
    scenario.patchGroup('/prod', {});
    expect(scenario.state.groups.get('/prod')?.enforceRole).toBe(false);
    expect(scenario.patchGroup('/prod/g', {})).toEqual(invalid(['/', 'Path needs to be top-level']));
    expect(scenario.patchGroup('/dev', {})).toMatchObject({ code: 'GroupNotFound', groupId: '/dev' });
    expect(scenario.patchGroup('/prod', { enforceRole: 1 })).toMatchObject({ message: 'Invalid JSON' });
  });
});
