import { describe, expect, it } from 'vitest';
import { accepted } from '../deciding/scenario.fixture.js';
import { GroupScenario, idle } from './group-tree.fixture.js';

/** As many deployments as may run, of which none ends. */
function atTheLimit(): GroupScenario {
  const scenario = new GroupScenario({ maxRunningDeployments: 1, localPortMax: 10_000 });
  accepted(scenario.create(idle('/busy', { instances: 1, portDefinitions: [{ port: 0 }] })));
  return scenario;
}

const CYCLIC = { apps: [idle('x', { dependencies: ['x'] })] };

describe('the limit of running deployments', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['a cycle', '/a', CYCLIC],
    ['an id that an app has', '/busy', {}],
    ['a lock', '/', { scaleBy: 2 }],
    ['a lack of ports', '/a', { apps: [{ id: 'x', cmd: 'sleep 9' }] }],
    ['an unknown version', '/a', { version: '2001-01-01T00:00:00.000Z' }],
  ])('comes before %s, and subscribers hear of it', (_, groupId, json) => {
    const scenario = atTheLimit();
    const from = scenario.events.length;
    const reply = scenario.putGroup(groupId, json);
    expect(reply).toEqual({ kind: 'refused', code: 'TooManyDeployments', limit: 1 });
    const reason = 'Max number (1) of running deployments is achieved.';
    expect(scenario.events.slice(from)).toMatchObject([{ type: 'RootGroupChangeRefused', data: { reason } }]);
  });

  it('is nothing to a dry run', () => {
    const scenario = atTheLimit();
    expect(scenario.putGroup('/a', {}, { dryRun: true }).kind).toBe('planned');
    expect(scenario.putGroup('/a', CYCLIC, { dryRun: true })).toMatchObject({ code: 'Invalid' });
  });
});

describe('a single app that is posted', () => {
  const uri = '/v2/apps/web';

  it.each([
    ['a change', { mem: 64 }, ['AppUpdated']],
    ['nothing new', { mem: 32 }, []],
    ['nothing at all', {}, []],
  ])('is told of once with its request path: %s', (_, json, stored) => {
    for (const type of ['PutApp', 'PatchApp'] as const) {
      const scenario = new GroupScenario();
      accepted(scenario.create(idle('/web', { mem: 32 })));
      const from = scenario.events.length;
      accepted(scenario.submit({ type, appId: '/web', json, force: false, partialUpdate: true, uri }));
      expect(scenario.eventTypes(from)).toEqual(['DeploymentStarted', ...stored, 'DeploymentSucceeded']);
      const posted = { app: scenario.app('/web'), uri };
      const told = scenario.events.slice(from).flatMap(({ data }) => {
        if ('posted' in data) return [data.posted];
        return 'uri' in data ? [{ app: data.app, uri: data.uri }] : [];
      });
      expect(told).toEqual([posted]);
    }
  });

  it('is not told of when nobody posted it alone', () => {
    const scenario = new GroupScenario();
    accepted(scenario.putGroup('/', { apps: [idle('/web')] }));
    const from = scenario.events.length;
    accepted(scenario.putGroup('/', { apps: [idle('/web')] }));
    accepted(
      scenario.submit({
        type: 'UpdateApps',
        items: [idle('/web')],
        force: false,
        partialUpdate: true,
        createMissing: true,
      }),
    );
    for (const { data } of scenario.events.slice(from)) expect(data).not.toHaveProperty('posted');
  });
});
