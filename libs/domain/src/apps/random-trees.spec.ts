import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepted } from '../deciding/scenario.fixture.js';
import { restoreSnapshot } from '../state/snapshot.js';
import { GroupScenario } from './group-tree.fixture.js';
import { goTo, root, seenAt, textOf, wanted } from './random-trees.fixture.js';

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
    fc.assert(
      fc.property(fc.array(root, { minLength: 2, maxLength: 5 }), (roots) => {
        const scenario = new GroupScenario({ maxRunningDeployments: 1000 });
        const versions: [version: string, tree: unknown][] = [];
        for (const json of roots) {
          if (!goTo(scenario, json)) continue;
          const version = scenario.state.rootVersion;
          versions.push([version, seenAt(scenario.state, version)]);
        }
        const replayed = scenario.replay();
        expect(textOf(replayed)).toBe(textOf(scenario.state));
        const restored = restoreSnapshot([textOf(scenario.state)]);
        expect(textOf(restored)).toBe(textOf(scenario.state));
        for (const state of [scenario.state, replayed, restored]) {
          for (const [version, tree] of versions) expect(seenAt(state, version)).toEqual(tree);
        }
        for (const [version, tree] of versions) {
          const back = accepted(scenario.putGroup('/', { version }, { force: true }));
          expect(seenAt(scenario.state, back.version)).toEqual(tree);
        }
      }),
      { numRuns: 60 },
    );
  });
});
