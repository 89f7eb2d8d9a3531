import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepted, recorded } from '../deciding/scenario.fixture.js';
import type { PlanStep } from '../deployments/plan.js';
import { evolve } from '../state/evolve.js';
import { captureSnapshot, restoreSnapshot } from '../state/snapshot.js';
import { State } from '../state/state.js';
import { GroupScenario } from './group-tree.fixture.js';

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
const root: fc.Arbitrary<Json> = fc.record({
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
function wanted(json: Json, path = ''): Map<string, number> {
  const ids = (json['apps'] as readonly { id: string; instances: number }[]).map(
    ({ id, instances }) => [`${path}/${id}`, instances] as const,
  );
  const below = (json['groups'] as readonly Json[]).flatMap((group) => [
    ...wanted(group, `${path}/${String(group['id'])}`),
  ]);
  return new Map([...ids, ...below]);
}

const sorted = (map: ReadonlyMap<string, number>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));

const instancesOf = (state: State) =>
  sorted(new Map([...state.apps.values()].map(({ id, instances }) => [id, instances])));

const textOf = (state: State): string => [...captureSnapshot(state)].join('');

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
function goTo(scenario: GroupScenario, json: Json): boolean {
  const before = new Map([...scenario.state.apps.values()].map(({ id, instances }) => [id, instances]));
  const reply = scenario.putGroup('/', json);
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

describe('from any tree to any tree', () => {
  it('the plan leads to the target and only the target', () => {
    fc.assert(
      fc.property(fc.array(root, { minLength: 2, maxLength: 3 }), (roots) => {
        const scenario = new GroupScenario().connected();
        for (const json of roots) {
          if (!goTo(scenario, json)) continue;
          scenario.settleAll();
          expect(scenario.state.deployments.size).toBe(0);
          const running = [...scenario.state.instances.values()].map(({ appId }) => appId).toSorted();
          const expected = [...wanted(json)].flatMap(([id, count]) => Array<string>(count).fill(id));
          expect(running).toEqual(expected.toSorted());
        }
      }),
      { numRuns: 60 },
    );
  });

  it('every former version can be read and brought back, from the log and from a snapshot alike', () => {
    const seen = (state: State, version: string) => {
      const { apps: former, groups } = state.subtreeAt('/', version)!;
      const groupsById = [...groups.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
      return [sorted(new Map([...former.values()].map(({ id, instances }) => [id, instances]))), groupsById];
    };
    fc.assert(
      fc.property(fc.array(root, { minLength: 2, maxLength: 5 }), (roots) => {
        const scenario = new GroupScenario({ maxRunningDeployments: 1000 });
        const versions: [version: string, tree: unknown][] = [];
        for (const json of roots) {
          const reply = scenario.putGroup('/', json, { force: true });
          if (reply.kind === 'accepted') {
            versions.push([reply.version, seen(scenario.state, reply.version)]);
            expect(seen(scenario.state, reply.version)[0]).toEqual(sorted(wanted(json)));
          }
        }
        const replayed = new State();
        scenario.events.forEach((event, index) => evolve(replayed, recorded(event, index + 1)));
        expect(textOf(replayed)).toBe(textOf(scenario.state));
        const restored = restoreSnapshot(textOf(scenario.state));
        expect(textOf(restored)).toBe(textOf(scenario.state));
        for (const state of [scenario.state, replayed, restored]) {
          for (const [version, tree] of versions) expect(seen(state, version)).toEqual(tree);
        }
        for (const [version, tree] of versions) {
          const back = accepted(scenario.putGroup('/', { version }, { force: true }));
          expect(seen(scenario.state, back.version)).toEqual(tree);
        }
      }),
      { numRuns: 60 },
    );
  });
});
