import * as fc from 'fast-check';
import { expect } from 'vitest';
import { accepted } from '../deciding/scenario.fixture.js';
import type { PlanStep } from '../deployments/plan.js';
import { captureSnapshot } from '../state/snapshot.js';
import type { State } from '../state/state.js';
import type { GroupScenario } from './group-tree.fixture.js';

type Json = Record<string, unknown>;

const app = (ids: readonly string[]) =>
  fc.record({
    id: fc.constantFrom(...ids),
    instances: fc.integer({ min: 0, max: 2 }),
    cmd: fc.constantFrom('sleep 1', 'sleep 2'),
    dependencies: fc.subarray(['/a', '/a/x', '/b/x', '/b/g', '/c/y', '/nothing'], { maxLength: 2 }),
    portDefinitions: fc.constant([]),
  });

const uniqueById = { selector: ({ id }: { id: string }) => id, maxLength: 3 };

const apps = fc.uniqueArray(app(['x', 'y', 'z']), uniqueById);

/** A root group of two levels, complete: whatever it leaves out shall not be there. */
export const root: fc.Arbitrary<Json> = fc.record({
  apps: fc.uniqueArray(app(['d', 'e']), uniqueById),
  dependencies: fc.constant([]),
  groups: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      apps,
      dependencies: fc.subarray(['/a', '/b', '/c', '/b/g'], { maxLength: 1 }),
      groups: fc.uniqueArray(
        fc.record({
          id: fc.constantFrom('g', 'h'),
          apps,
          dependencies: fc.constant([]),
          groups: fc.constant([]),
        }),
        uniqueById,
      ),
    }),
    uniqueById,
  ),
});

/** What a body asks for, app by app. */
export function wanted(json: Json, path = ''): Map<string, number> {
  const ids = (json['apps'] as readonly { id: string; instances: number }[]).map(
    ({ id, instances }) => [`${path}/${id}`, instances] as const,
  );
  const below = (json['groups'] as readonly Json[]).flatMap((group) => [
    ...wanted(group, `${path}/${String(group['id'])}`),
  ]);
  return new Map([...ids, ...below]);
}

export const sorted = (map: ReadonlyMap<string, number>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));

const instancesOf = (state: State) =>
  sorted(new Map([...state.apps.values()].map(({ id, instances }) => [id, instances])));

export const textOf = (state: State): string => [...captureSnapshot(state)].join('');

/** Carries out the steps on the old tree, as their names say, and tells what runs at the end. */
function carriedOut(
  before: ReadonlyMap<string, number>,
  steps: readonly PlanStep[],
  target: ReadonlyMap<string, number>,
): Map<string, number> {
  const running = new Map(before);
  for (const { action, app: id } of steps.flatMap(({ actions }) => actions)) {
    if (action === 'StopApplication') {
      expect(running.delete(id), `stop of ${id}, which is there`).toBe(true);
    } else if (action === 'StartApplication') {
      expect(running.has(id), `start of ${id}, which is new`).toBe(false);
      running.set(id, 0);
    } else {
      expect(running.has(id), `${action} of ${id}, which is there`).toBe(true);
      running.set(id, target.get(id) ?? Number.NaN);
    }
  }
  return running;
}

/** Brings the tree to the body if it may be, and answers whether it was. */
export function goTo(scenario: GroupScenario, json: Json): boolean {
  const before = new Map([...scenario.state.apps.values()].map(({ id, instances }) => [id, instances]));
  const reply = scenario.putGroup('/', json, { force: true });
  if (reply.kind === 'refused') {
    expect(reply).toMatchObject({
      details: [{ path: '/', errors: ['Dependency graph has cyclic dependencies.'] }],
    });
    expect(instancesOf(scenario.state)).toEqual(sorted(before));
    return false;
  }
  const target = wanted(json);
  expect(instancesOf(scenario.state)).toEqual(sorted(target));
  const { plan } = accepted(reply);
  expect(sorted(carriedOut(before, plan.steps, target))).toEqual(sorted(target));
  const actions = plan.steps.flatMap((step) => step.actions.map(({ action, app: id }) => `${action} ${id}`));
  expect(new Set(actions).size).toBe(actions.length);
  return true;
}

/** What a state tells of a version of the tree: instances by app, and the groups. */
export function seenAt(state: State, version: string) {
  const { apps: former, groups } = state.subtreeAt('/', version)!;
  const groupsById = [...groups.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return [sorted(new Map([...former.values()].map(({ id, instances }) => [id, instances]))), groupsById];
}
