import { beforeEach, describe, expect, it } from 'vitest';
import { accepted } from '../deciding/scenario.fixture.js';
import { servicePortsOf } from '../definitions/app/service-ports.js';
import { GroupScenario, idle } from './group-tree.fixture.js';

let scenario: GroupScenario;

beforeEach(() => {
  scenario = new GroupScenario();
});

const withPorts = (id: string, ...ports: number[]) =>
  idle(id, { portDefinitions: ports.map((port) => ({ port })) });

const ports = () =>
  Object.fromEntries([...scenario.state.apps.values()].map((app) => [app.id, servicePortsOf(app)]));

const update = (items: readonly unknown[], partialUpdate = true) =>
  scenario.submit({ type: 'UpdateApps', items, force: false, partialUpdate, createMissing: true });

/** `spec/definitions.md` §7.5: assigned numbers are used by no app of the old tree or of the new one. */
describe('service ports assigned within one request', () => {
  const APPS = [withPorts('/g/a', 0, 0), withPorts('/g/b', 10_000, 10_002), withPorts('/g/c', 0)];
  const EXPECTED = { '/g/a': [10_001, 10_003], '/g/b': [10_000, 10_002], '/g/c': [10_004] };

  it('leave alone what a later app of a group body claims', () => {
    accepted(scenario.putGroup('/g', { apps: APPS }));
    expect(ports()).toEqual(EXPECTED);
  });

  it('leave alone what another group of the body claims', () => {
    const groups = [
      { id: 'one', apps: [withPorts('a', 0)] },
      { id: 'two', apps: [withPorts('b', 10_000)] },
    ];
    accepted(scenario.putGroup('/g', { groups }));
    expect(ports()).toEqual({ '/g/one/a': [10_001], '/g/two/b': [10_000] });
  });

  it.each([true, false])('leave alone what a later item of a bulk change claims (partial: %s)', (partial) => {
    accepted(update(APPS, partial));
    expect(ports()).toEqual(EXPECTED);
  });

  it('leave alone what an app has that the same request takes away', () => {
    accepted(scenario.putGroup('/g', { apps: [withPorts('old', 10_000)] }));
    accepted(scenario.putGroup('/g', { apps: [withPorts('new', 0)] }));
    expect(ports()).toEqual({ '/g/new': [10_001] });
  });

  it('keep the numbers of an app that an item opens and a later one speaks of again', () => {
    accepted(update([withPorts('/a', 0)]));
    accepted(update([withPorts('/b', 0), withPorts('/a', 0), { id: '/a', instances: 0, mem: 64 }]));
    expect(ports()).toEqual({ '/a': [10_000], '/b': [10_001] });
    expect(scenario.app('/a').mem).toBe(64);
  });
});
