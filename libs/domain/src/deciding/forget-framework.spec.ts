import { describe, expect, it } from 'vitest';
import { captureSnapshot, restoreSnapshot } from '../state/snapshot.js';
import { forgetFramework, haveLiveTasks } from './forget-framework.js';
import { Scenario } from './scenario.fixture.js';
import { resume } from './settle.js';

/** An app of three, one of which is still on its way. */
function running(): Scenario {
  const scenario = new Scenario().connected();
  scenario.create({ id: '/web', cmd: 'sleep 9', instances: 3 });
  const [first = '', second = ''] = scenario.offer();
  scenario.status(first, 'TASK_RUNNING');
  scenario.status(second, 'TASK_UNREACHABLE');
  scenario.takeAllEffects();
  return scenario;
}

describe('a framework that is given up', () => {
  it('takes every task with it; all are launched anew, as tasks that no former framework had', () => {
    const scenario = running();
    const before = new Set(scenario.instances('/web').map(({ task }) => task?.id));
    expect(scenario.turn((turn) => forgetFramework(turn, 100))).toBe(true);
    expect(scenario.state.frameworkId).toBeUndefined();
    expect(haveLiveTasks(scenario.state.instances.values())).toBe(false);
    expect(scenario.eventTypes().at(-1)).toBe('FrameworkIdForgotten');
    expect(scenario.replay().frameworkId).toBeUndefined();

    scenario.failover();
    const launched = scenario.launchAll();
    expect(launched).toHaveLength(3);
    expect(launched.filter((task) => before.has(task))).toEqual([]);
    expect(scenario.takeEffects('KillTask')).toEqual([]);
  });

  it('goes in steps, and keeps its id until the last one', () => {
    const scenario = running();
    const step = (): boolean => scenario.turn((turn) => forgetFramework(turn, 1));
    expect(step()).toBe(false);
    expect(scenario.state.frameworkId).toBe('framework-1');
    expect(step()).toBe(true);
    expect(scenario.state.frameworkId).toBeUndefined();
  });

  it('may be one that nobody knows', () => {
    const scenario = new Scenario();
    expect(scenario.turn((turn) => forgetFramework(turn, 2))).toBe(true);
    expect(scenario.events.at(-1)?.data).toEqual({ frameworkId: null });
  });
});

describe('what a term says of the cluster', () => {
  it('holds until the next term, also over a snapshot', () => {
    const scenario = new Scenario();
    const begin = (identity: object) =>
      scenario.turn((turn) => resume(turn, { node: 'n', epoch: 1, ...identity }));
    const known = () => [
      scenario.state.cluster,
      scenario.replay().cluster,
      restoreSnapshot([...captureSnapshot(scenario.state)]).cluster,
    ];
    for (const identity of [
      { frameworkName: 'marathon', electionPath: '/marathon/ekiden/leader' },
      { frameworkName: 'marathon' },
    ]) {
      begin(identity);
      expect(known()).toEqual([identity, identity, identity]);
    }
    begin({});
    expect(known()).toEqual([undefined, undefined, undefined]);
  });
});
