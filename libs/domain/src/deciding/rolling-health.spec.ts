import { assert, constantFrom, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGood, isHealthy, type Instance } from '../instances/instance.js';
import { anyUpgrade, limitsOf } from './any-upgrade.fixture.js';
import { accepted, Scenario } from './scenario.fixture.js';

const CHECK = { protocol: 'TCP', portIndex: 0, gracePeriodSeconds: 0, maxConsecutiveFailures: 1 };

/** An app with a health check, all of its instances healthy. */
function healthy(minimumHealthCapacity: number, maximumOverCapacity: number, instances = 4): Scenario {
  const scenario = new Scenario({ maxInstancesPerOffer: 100 }).connected();
  const upgradeStrategy = { minimumHealthCapacity, maximumOverCapacity };
  scenario.create({ id: '/web', cmd: 'one', instances, upgradeStrategy, healthChecks: [CHECK] });
  for (const task of scenario.launchAll()) pass(scenario, task);
  expect(scenario.state.deployments.size).toBe(0);
  return scenario;
}

const withTask = (scenario: Scenario, taskId: string): Instance | undefined =>
  scenario.instances('/web').find(({ task }) => task?.id === taskId);

function report(scenario: Scenario, taskId: string, passed: boolean): void {
  const result = passed
    ? ({ healthy: true } as const)
    : ({ healthy: false, cause: 'sick', failuresInARow: 1 } as const);
  const instanceId = withTask(scenario, taskId)?.id ?? '';
  scenario.tell({ type: 'ReportHealth', instanceId, taskId, check: 0, result });
}

const pass = (scenario: Scenario, taskId: string): void => report(scenario, taskId, true);

/** Fails so often that the task is killed. */
function fallSick(scenario: Scenario, taskId: string): void {
  report(scenario, taskId, false);
  report(scenario, taskId, false);
}

const kills = (scenario: Scenario) => scenario.takeEffects('KillTask').map((effect) => effect.taskId);

/** Instances of the new definition that wait for an offer. */
const waiting = (scenario: Scenario) => scenario.state.instances.waitingOf('/web').length;

const launch = (scenario: Scenario): string[] => {
  const tasks = scenario.offer();
  for (const task of tasks) scenario.status(task, 'TASK_RUNNING');
  return tasks;
};

describe('a deployment with health checks', () => {
  it('is created when every instance is healthy, not when it runs', () => {
    const scenario = new Scenario({ maxInstancesPerOffer: 100 }).connected();
    scenario.create({ id: '/web', cmd: 'one', instances: 2, healthChecks: [CHECK] });
    const [a = '', b = ''] = scenario.launchAll();
    pass(scenario, a);
    expect(scenario.state.deployments.size).toBe(1);
    pass(scenario, b);
    expect(scenario.state.deployments.size).toBe(0);
  });

  it('follows the worked example: 4 instances, 0.5 / 0.25 (spec/scheduling.md §7.8)', () => {
    const scenario = healthy(0.5, 0.25);
    accepted(scenario.put('/web', { cmd: 'two' }));
    const [a = '', b = '', ...none] = kills(scenario);
    expect(none).toEqual([]);
    expect(waiting(scenario)).toBe(1);
    const [n1 = ''] = launch(scenario);
    scenario.status(a, 'TASK_KILLED');
    const [n2 = ''] = launch(scenario);
    scenario.status(b, 'TASK_KILLED');
    const [n3 = ''] = launch(scenario);
    expect(kills(scenario)).toEqual([]);

    pass(scenario, n1);
    const [c = ''] = kills(scenario);
    expect(waiting(scenario)).toBe(0);
    scenario.status(c, 'TASK_KILLED');
    const [n4 = ''] = launch(scenario);
    expect(kills(scenario)).toEqual([]);
    pass(scenario, n2);
    const [d = ''] = kills(scenario);
    scenario.status(d, 'TASK_KILLED');
    pass(scenario, n3);
    expect(scenario.state.deployments.size).toBe(1);
    pass(scenario, n4);
    expect(scenario.state.deployments.size).toBe(0);
    expect(scenario.instances('/web').map((i) => i.app.cmd)).toEqual(['two', 'two', 'two', 'two']);
  });

  it('stalls without taking the old ones down when the new version never gets healthy', () => {
    const scenario = healthy(1, 1);
    scenario.put('/web', { cmd: 'broken' });
    const old = scenario.instances('/web').filter(({ app }) => app.cmd === 'one');
    for (let i = 0; i < 10; i++) {
      for (const task of launch(scenario)) fallSick(scenario, task);
      scenario.killAll();
      scenario.advance(10_000);
    }
    expect(old.map(({ id }) => scenario.state.instances.get(id)?.goal)).toEqual(Array(4).fill('Running'));
    expect(scenario.instances('/web').filter(isHealthy)).toHaveLength(4);
    expect(scenario.state.deployments.size).toBe(1);
  });

  it('counts a new one out that turns sick, and kills no old one for it', () => {
    const scenario = healthy(1, 1, 2);
    scenario.put('/web', { cmd: 'two' });
    const [n1 = '', n2 = ''] = launch(scenario);
    pass(scenario, n1);
    expect(scenario.killAll()).toHaveLength(1);
    report(scenario, n1, false);
    pass(scenario, n2);
    expect(kills(scenario)).toEqual([]);
    pass(scenario, n1);
    expect(scenario.killAll()).toHaveLength(1);
    expect(scenario.state.deployments.size).toBe(0);
  });

  it('takes unhealthy old ones first', () => {
    const scenario = healthy(0.5, 0, 2);
    const sick = scenario.instances('/web')[1]?.task?.id ?? '';
    report(scenario, sick, false);
    scenario.put('/web', { cmd: 'two' });
    expect(kills(scenario)).toEqual([sick]);
  });

  it('goes on under a new leader in the middle of a step', () => {
    const scenario = healthy(1, 1, 2);
    scenario.put('/web', { cmd: 'two' });
    const [n1 = '', n2 = ''] = launch(scenario);
    pass(scenario, n1);
    scenario.killAll();
    scenario.failover();
    pass(scenario, n2);
    scenario.killAll();
    expect(scenario.state.deployments.size).toBe(0);
  });
});

/** The last old one is killed for its health, and says meanwhile that it is well. */
const PASSES_WHILE_BEING_KILLED = {
  instances: 2,
  least: 0.25,
  over: 0,
  steps: (['kill', 'fail', 'fail', 'pass', 'kill'] as const).map((act) => ({ act, pick: 0 })),
};

describe('a rolling upgrade under random health', () => {
  const step = record({
    act: constantFrom('offer', 'run', 'pass', 'pass', 'fail', 'crash', 'kill', 'time', 'failover'),
    pick: nat(50),
  });

  it('keeps to its limits unless the tasks themselves fail, and ends once they do not', () => {
    assert(
      property(anyUpgrade(step), (upgrade) => {
        const { instances, least, over, steps } = upgrade;
        const scenario = healthy(least, over, instances);
        scenario.put('/web', { cmd: 'two' });
        const { minimum, maximum } = limitsOf(upgrade);
        const wanted = (fits: (instance: Instance) => boolean) =>
          scenario.instances('/web').filter((i) => i.goal === 'Running' && fits(i)).length;
        for (const { act, pick } of steps) {
          const before = wanted(isHealthy);
          randomStep(scenario, act, pick);
          const lost = act === 'fail' || act === 'crash' ? 1 : 0;
          expect(wanted(isHealthy)).toBeGreaterThanOrEqual(Math.min(minimum, before - lost));
          expect(scenario.instances('/web').length).toBeLessThanOrEqual(Math.max(maximum, instances));
        }
        // A task may also have failed after the end of the deployment.
        const isAtRest = () =>
          scenario.state.deployments.size === 0 && scenario.instances('/web').every(isGood);
        for (let i = 0; i < 60 && !isAtRest(); i++) comeUp(scenario);
        expect(scenario.state.deployments.size).toBe(0);
        expect(scenario.instances('/web').map((i) => i.app.cmd)).toEqual(Array(instances).fill('two'));
        expect(scenario.instances('/web').every(isGood)).toBe(true);
      }),
      { numRuns: 150, examples: [[PASSES_WHILE_BEING_KILLED]] },
    );
  });
});

function randomStep(scenario: Scenario, act: string, pick: number): void {
  const placed = scenario.instances('/web').filter(({ task }) => task !== undefined);
  const task = placed[pick % Math.max(placed.length, 1)]?.task?.id;
  if (act === 'offer') scenario.offer();
  else if (act === 'time') scenario.advance(1000 * pick);
  else if (act === 'kill') scenario.killAll();
  else if (act === 'failover') scenario.failover();
  else if (task === undefined) return;
  else if (act === 'pass' || act === 'fail') report(scenario, task, act === 'pass');
  else scenario.status(task, act === 'run' ? 'TASK_RUNNING' : 'TASK_FAILED');
}

/** Nothing fails any more: everything is launched, runs, is healthy, or ends as it was asked to. */
function comeUp(scenario: Scenario): void {
  scenario.offer();
  for (const { condition, task } of scenario.instances('/web')) {
    if (condition === 'Provisioned') scenario.status(task?.id ?? '', 'TASK_RUNNING');
  }
  for (const { condition, task, goal } of scenario.instances('/web')) {
    if (condition === 'Running' && goal === 'Running') pass(scenario, task?.id ?? '');
  }
  scenario.killAll();
  scenario.advance(60_000);
}
