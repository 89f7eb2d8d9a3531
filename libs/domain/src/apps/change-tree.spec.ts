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
