import { assert, constantFrom, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGood } from '../instances/instance.js';
import { anyUpgrade, limitsOf } from './any-upgrade.fixture.js';
import { accepted, Scenario } from './scenario.fixture.js';

const app = (changes: Record<string, unknown> = {}) => ({ id: '/web', cmd: 'one', instances: 4, ...changes });

const running = (minimumHealthCapacity: number, maximumOverCapacity: number, instances = 4): Scenario => {
  const scenario = new Scenario({ maxInstancesPerOffer: 100 }).connected();
  scenario.create(app({ instances, upgradeStrategy: { minimumHealthCapacity, maximumOverCapacity } }));
  scenario.launchAll();
  return scenario;
};

/** Tasks whose kill was asked for since the last look. */
const kills = (scenario: Scenario) => scenario.takeEffects('KillTask').map((effect) => effect.taskId);

/** Instances of the new definition that wait for an offer. */
const waiting = (scenario: Scenario) => scenario.state.instances.waitingOf('/web').length;

describe('rolling upgrade (spec/scheduling.md §7.4)', () => {
  it('follows the worked example: 4 instances, 0.5 / 0.25 (§7.8)', () => {
    const scenario = running(0.5, 0.25);
    const { plan } = accepted(scenario.put('/web', { cmd: 'two' }));
    expect(plan.steps).toEqual([{ actions: [{ action: 'RestartApplication', app: '/web' }] }]);

    const [a = '', b = '', ...none] = kills(scenario);
    expect(none).toEqual([]);
    expect(waiting(scenario)).toBe(1);
    const [n1 = ''] = scenario.offer();
    scenario.status(a, 'TASK_KILLED');
    expect(waiting(scenario)).toBe(1);
    scenario.status(b, 'TASK_KILLED');
    expect(waiting(scenario)).toBe(2);
    const [n2 = '', n3 = ''] = scenario.offer();
    expect(kills(scenario)).toEqual([]);

    scenario.status(n1, 'TASK_RUNNING');
    const [c = ''] = kills(scenario);
    scenario.status(c, 'TASK_KILLED');
    const [n4 = ''] = scenario.offer();
    scenario.status(n2, 'TASK_RUNNING');
    const [d = ''] = kills(scenario);
    scenario.status(d, 'TASK_KILLED');
    scenario.status(n3, 'TASK_RUNNING');
    expect(scenario.state.deployments.size).toBe(1);
    scenario.status(n4, 'TASK_RUNNING');
    expect(scenario.state.deployments.size).toBe(0);
    expect(scenario.instances('/web').map((i) => i.app.cmd)).toEqual(['two', 'two', 'two', 'two']);
  });

  it('by default starts all new ones first and kills one old for each good new one', () => {
    const scenario = running(1, 1);
    scenario.put('/web', { cmd: 'two' });
    expect(kills(scenario)).toEqual([]);
    const fresh = scenario.offer();
    expect(fresh).toHaveLength(4);
    scenario.status(fresh[0] ?? '', 'TASK_RUNNING');
    expect(kills(scenario)).toHaveLength(1);
  });

  it('with 1 / 0 raises the limit by one', () => {
    const scenario = running(1, 0);
    scenario.put('/web', { cmd: 'two' });
    expect(kills(scenario)).toEqual([]);
    expect(waiting(scenario)).toBe(1);
  });

  it('with 0 / 0 and one instance kills first and starts when it is gone', () => {
    const scenario = running(0, 0, 1);
    scenario.put('/web', { cmd: 'two' });
    expect(waiting(scenario)).toBe(0);
    scenario.killAll();
    expect(waiting(scenario)).toBe(1);
    scenario.launchAll();
    expect(scenario.state.deployments.size).toBe(0);
  });

  it('does not relaunch an old instance that dies by itself', () => {
    const scenario = running(1, 0);
    scenario.put('/web', { cmd: 'two' });
    const old = scenario.instances('/web').find((i) => i.app.cmd === 'one');
    scenario.status(old?.task?.id ?? '', 'TASK_FAILED');
    expect(scenario.state.instances.get(old?.id ?? '')).toBeUndefined();
  });

  it('stalls without taking the old ones down when the new version never runs', () => {
    const scenario = running(1, 1);
    scenario.put('/web', { cmd: 'broken' });
    for (let i = 0; i < 20; i++) {
      for (const task of scenario.offer()) scenario.status(task, 'TASK_FAILED');
      scenario.advance(10_000);
    }
    expect(kills(scenario)).toEqual([]);
    expect(scenario.instances('/web').filter((i) => i.app.cmd === 'one' && isGood(i))).toHaveLength(4);
    expect(scenario.state.deployments.size).toBe(1);
  });

  it('replaces instances that cannot be launched at all', () => {
    const scenario = new Scenario().connected();
    scenario.create(app({ cpus: 1_000_000 }));
    scenario.put('/web', { cpus: 1, instances: 4 }, true);
    scenario.launchAll();
    expect(scenario.state.deployments.size).toBe(0);
    expect(scenario.instances('/web')).toHaveLength(4);
  });

  it('restart keeps lastScalingAt and replaces every instance', () => {
    const scenario = running(1, 1);
    const before = scenario.app('/web');
    const old = scenario.instances('/web').map((i) => i.id);
    accepted(scenario.submit({ type: 'RestartApp', appId: '/web', force: false }));
    for (let i = 0; i < 10; i++) {
      scenario.launchAll();
      scenario.killAll();
    }
    const after = scenario.app('/web');
    expect(scenario.state.deployments.size).toBe(0);
    expect(after.versionInfo.lastScalingAt).toBe(before.versionInfo.lastScalingAt);
    expect(after.versionInfo.lastConfigChangeAt).toBe(after.version);
    expect(scenario.instances('/web').some((i) => old.includes(i.id))).toBe(false);
  });
});

describe('rolling upgrade under random events', () => {
  const step = record({ act: constantFrom('offer', 'run', 'fail', 'kill', 'time'), pick: nat(50) });

  it('never exceeds the maximum, never kills below the minimum, and ends once nothing fails', () => {
    assert(
      property(anyUpgrade(step), (upgrade) => {
        const { instances, least, over, steps } = upgrade;
        const scenario = running(least, over, instances);
        scenario.put('/web', { cmd: 'two' });
        const { minimum, maximum } = limitsOf(upgrade);
        const check = (): void => {
          const present = scenario.instances('/web');
          expect(present.length).toBeLessThanOrEqual(Math.max(maximum, instances));
        };
        for (const { act, pick } of steps) {
          const goodBefore = good(scenario);
          randomStep(scenario, act, pick);
          const lostByItself = act === 'fail' ? 1 : 0;
          expect(good(scenario)).toBeGreaterThanOrEqual(Math.min(minimum, goodBefore - lostByItself));
          check();
        }
        for (let i = 0; i < 60 && scenario.state.deployments.size > 0; i++) {
          scenario.launchAll();
          for (const task of pendingTasks(scenario)) scenario.status(task, 'TASK_RUNNING');
          scenario.killAll();
          scenario.advance(60_000);
          check();
        }
        expect(scenario.state.deployments.size).toBe(0);
        expect(scenario.instances('/web').map((i) => i.app.cmd)).toEqual(Array(instances).fill('two'));
      }),
      { numRuns: 150 },
    );
  });
});

/** Instances that serve and are meant to go on serving. */
const good = (scenario: Scenario): number =>
  scenario.instances('/web').filter((i) => i.goal === 'Running' && isGood(i)).length;

function pendingTasks(scenario: Scenario): string[] {
  return scenario
    .instances('/web')
    .filter((i) => i.goal === 'Running' && (i.condition === 'Provisioned' || i.condition === 'Staging'))
    .map((i) => i.task?.id ?? '');
}

function randomStep(scenario: Scenario, act: string, pick: number): void {
  const placed = scenario.instances('/web').filter((i) => i.task !== undefined);
  const task = placed[pick % Math.max(placed.length, 1)]?.task?.id;
  if (act === 'offer') scenario.offer();
  else if (act === 'time') scenario.advance(1000 * pick);
  else if (act === 'kill') scenario.killAll();
  else if (task !== undefined) scenario.status(task, act === 'run' ? 'TASK_RUNNING' : 'TASK_FAILED');
}
