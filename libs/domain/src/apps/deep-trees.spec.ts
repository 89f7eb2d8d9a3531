import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Reply } from '../commands/command.js';
import { accepted } from '../deciding/scenario.fixture.js';
import { GroupScenario, idle } from './group-tree.fixture.js';

const DEPTH = 200;
const APPS = 50;

/** The path of a group that lies so many groups deep. */
const deep = (top: string, depth = DEPTH) => `/${top}${'/g'.repeat(depth - 1)}`;
const apps = Array.from({ length: APPS }, (_, n) => idle(`app-${n}`));

let scenario: GroupScenario;

beforeEach(() => {
  scenario = new GroupScenario();
});

/** How often apps and groups are looked up to decide something. */
function lookups(decide: () => Reply): number {
  const { state } = scenario;
  const spies = [state.groups, state.apps].flatMap((map: Map<string, unknown>) => [
    vi.spyOn(map, 'has'),
    vi.spyOn(map, 'get'),
  ]);
  accepted(decide());
  return spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
}

const nested = (depth: number): Record<string, unknown> =>
  depth === 0
    ? { id: 'g' }
    : { id: 'g', apps: [idle('x')], dependencies: ['/z'], groups: [nested(depth - 1)] };

const bulk = (items: readonly unknown[]): Reply =>
  scenario.submit({ type: 'UpdateApps', items, force: false, partialUpdate: true, createMissing: true });

describe('what lies deep in the tree takes lookups in proportion to its groups and apps', () => {
  const most = 20 * (DEPTH + APPS);

  it.each<[string, () => Reply]>([
    ['a new group', () => scenario.putGroup('/', { id: deep('a') })],
    ['a new group with apps', () => scenario.putGroup('/', { id: deep('a'), apps })],
    ['a group with apps that waits', () => scenario.putGroup(deep('a'), { dependencies: ['/z'], apps })],
    ['groups in groups', () => scenario.putGroup('/', { groups: [nested(DEPTH)] })],
    ['new apps', () => bulk(apps.map((app) => ({ ...app, id: `${deep('a')}/${String(app['id'])}` })))],
  ])('%s', (_, decide) => {
    expect(lookups(decide)).toBeLessThan(most);
  });

  it('apps in place of many groups', () => {
    const groups = apps.map(({ id }) => ({ id, groups: [{ id: 'g' }] }));
    accepted(scenario.putGroup('/a', { groups }));
    expect(lookups(() => bulk(apps.map((app) => ({ ...app, id: `/a/${String(app['id'])}` }))))).toBeLessThan(
      most,
    );
    expect(scenario.state.groups.size).toBe(2);
  });
});
