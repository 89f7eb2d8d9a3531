import { beforeEach, describe, expect, it } from 'vitest';
import { accepted } from '../deciding/scenario.fixture.js';
import { GroupScenario, steps } from './group-tree.fixture.js';

type Json = Record<string, unknown>;

const tier = (id: string, dependencies: readonly string[], extra: Json = {}): Json => ({
  id,
  cmd: 'sleep 1000',
  portDefinitions: [],
  dependencies,
  ...extra,
});

const shop = (changes: { db?: Json; api?: Json; web?: Json } = {}): Json => ({
  apps: [tier('db', [], changes.db), tier('api', ['db'], changes.api), tier('web', ['api'], changes.web)],
});

const changed = { env: { RELEASE: '2' } };

/** The worked examples of `spec/scheduling.md` §7.8. */
describe('three tiers', () => {
  let scenario: GroupScenario;

  beforeEach(() => {
    scenario = new GroupScenario().connected();
    scenario.post({ id: 'shop', ...shop() });
    scenario.settleAll();
  });

  it('are created one after the other, each once the one below serves', () => {
    scenario = new GroupScenario().connected();
    const { plan } = accepted(scenario.post({ id: 'shop', ...shop() }));
    expect(steps(plan)).toEqual([
      'Start /shop/db, Start /shop/api, Start /shop/web',
      'Scale /shop/db',
      'Scale /shop/api',
      'Scale /shop/web',
    ]);
    for (const id of ['/shop/db', '/shop/api', '/shop/web']) {
      expect([...scenario.state.instances.values()].filter((i) => i.condition === 'Scheduled')).toMatchObject(
        [{ appId: id }],
      );
      for (const task of scenario.offer()) scenario.status(task, 'TASK_RUNNING');
    }
    expect(scenario.state.deployments.size).toBe(0);
  });

  it.each([
    [
      'update all',
      shop({ db: changed, api: changed, web: changed }),
      ['Restart /shop/db', 'Restart /shop/api', 'Restart /shop/web'],
    ],
    ['update db and web', shop({ db: changed, web: changed }), ['Restart /shop/db', 'Restart /shop/web']],
    ['scale web', shop({ web: { instances: 3 } }), ['Scale /shop/web']],
    ['scale db to nothing and update it', shop({ db: { ...changed, instances: 0 } }), ['Scale /shop/db']],
    [
      'update db, scale web, remove api and the dependency on it',
      { apps: [tier('db', [], changed), tier('web', [], { instances: 2 })] },
      ['Stop /shop/api', 'Restart /shop/db, Restart /shop/web'],
    ],
    ['nothing', shop(), []],
    ['dependencies of the group itself', { ...shop(), dependencies: ['/elsewhere'] }, []],
    ['scaleBy 2', { scaleBy: 2 }, ['Scale /shop/db', 'Scale /shop/api', 'Scale /shop/web']],
    ['no apps', { apps: [] }, ['Stop /shop/db, Stop /shop/api, Stop /shop/web']],
  ])('%s', (_, json, expected) => {
    const { plan } = accepted(scenario.putGroup('/shop', json));
    expect(steps(plan)).toEqual(expected);
    scenario.settleAll();
    expect(scenario.state.deployments.size).toBe(0);
  });

  it('are stopped all at once', () => {
    expect(steps(accepted(scenario.deleteGroup('/shop')).plan)).toEqual([
      'Stop /shop/db, Stop /shop/api, Stop /shop/web',
    ]);
    expect(scenario.killAll()).toHaveLength(3);
    expect(scenario.tree()).toEqual({ '/': [] });
  });

  it('wait for tiers that are groups as well', () => {
    const apps = [tier('one', []), tier('two', ['one'])];
    const { plan } = accepted(
      scenario.post({
        id: 'mall',
        groups: [
          { id: 'ui', dependencies: ['../data'], apps },
          { id: 'data', apps },
        ],
      }),
    );
    expect(steps(plan).slice(1)).toEqual([
      'Scale /mall/data/one',
      'Scale /mall/data/two',
      'Scale /mall/ui/one',
      'Scale /mall/ui/two',
    ]);
  });
});
