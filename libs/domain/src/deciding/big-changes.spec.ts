import { describe, expect, it } from 'vitest';
import { accepted, Scenario } from './scenario.fixture.js';

const web = { id: '/web', cmd: 'serve', cpus: 0.1, mem: 16, instances: 40, portDefinitions: [] };

/** No turn has time for more than the least. */
function hurried(): Scenario {
  const scenario = new Scenario({ maxInstancesPerOffer: 100 }).connected();
  scenario.hurried = true;
  return scenario;
}

/** Turns without news until nothing is left to do; returns how many events the longest of them decided. */
function goOn(scenario: Scenario): number {
  let most = 0;
  for (let turns = 0; scenario.runtime.hasWork; turns++) {
    if (turns > 10_000) throw new Error('there is no end to it');
    const before = scenario.events.length;
    scenario.tell();
    most = Math.max(most, scenario.events.length - before);
  }
  return most;
}

const group = (count: number) => ({
  groupId: '/group',
  json: { apps: Array.from({ length: count }, (_, n) => ({ ...web, id: `app-${n}`, instances: 1 })) },
  force: false,
  dryRun: false,
});

function running(scenario: Scenario): void {
  scenario.hurried = false;
  scenario.launchAll();
  scenario.hurried = true;
}

describe('a change too big for one turn', () => {
  it('adds instances over several turns', () => {
    const scenario = hurried();
    accepted(scenario.create(web));
    expect(scenario.instances('/web').length).toBeLessThan(5);
    expect(goOn(scenario)).toBeLessThan(5);
    expect(scenario.instances('/web')).toHaveLength(40);
  });

  it('gives up instances over several turns, and those only that must go', () => {
    const scenario = hurried();
    scenario.create(web);
    goOn(scenario);
    running(scenario);
    accepted(scenario.put('/web', { instances: 5 }));
    expect(goOn(scenario)).toBeLessThan(5);
    expect(scenario.instances('/web').filter(({ goal }) => goal === 'Running')).toHaveLength(5);
    expect(scenario.killAll()).toHaveLength(35);
    goOn(scenario);
    expect(scenario.state.deployments.size).toBe(0);
    accepted(scenario.submit({ type: 'DeleteApp', appId: '/web', force: false }));
    expect(goOn(scenario)).toBeLessThan(5);
    expect(scenario.killAll()).toHaveLength(5);
    goOn(scenario);
    expect([scenario.state.instances.size, scenario.state.deployments.size]).toEqual([0, 0]);
  });

  it('gives up instances that were never launched, and nothing of them is launched meanwhile', () => {
    const scenario = hurried();
    scenario.create(web);
    goOn(scenario);
    accepted(scenario.put('/web', { instances: 2 }, true));
    scenario.tell({ type: 'ReceiveOffers', offers: [scenario.newOffer()] });
    expect(scenario.takeEffects('AcceptOffer')).toEqual([]);
    goOn(scenario);
    expect(scenario.takeEffects('AcceptOffer').flatMap(({ launches }) => launches)).toHaveLength(2);
    expect(scenario.instances('/web')).toHaveLength(2);
  });

  it('takes a group app by app', () => {
    const scenario = hurried();
    accepted(scenario.submit({ type: 'PutGroup', ...group(20) }));
    expect(scenario.state.instances.size).toBeLessThan(3);
    expect(goOn(scenario)).toBeLessThan(5);
    expect(scenario.state.instances.size).toBe(20);
    running(scenario);
    expect(scenario.state.deployments.size).toBe(0);
  });

  it('tells of every deleted app once', () => {
    const scenario = hurried();
    scenario.submit({ type: 'PutGroup', ...group(20) });
    goOn(scenario);
    running(scenario);
    accepted(scenario.submit({ type: 'DeleteGroup', groupId: '/group', force: false }));
    goOn(scenario);
    scenario.killAll();
    expect(goOn(scenario)).toBeLessThan(5);
    const told = scenario.events.filter(({ type }) => type === 'AppTerminated').map(({ stream }) => stream);
    expect(told).toHaveLength(20);
    expect(new Set(told).size).toBe(20);
    expect(scenario.eventTypes().at(-1)).toBe('DeploymentSucceeded');
  });

  it('does not keep a small one waiting', () => {
    const scenario = hurried();
    scenario.submit({ type: 'PutGroup', ...group(200) });
    accepted(scenario.create({ ...web, id: '/small', instances: 0 }));
    scenario.tell();
    expect(
      [...scenario.state.deployments.values()].some(({ affectedApps }) => affectedApps.has('/small')),
    ).toBe(false);
    expect(scenario.state.instances.size).toBeLessThan(10);
  });

  it('is gone on with by the next leader, wherever the last one stood', () => {
    for (const turns of [0, 1, 7, 30]) {
      const scenario = hurried();
      scenario.submit({ type: 'PutGroup', ...group(20) });
      for (let turn = 0; turn < turns; turn++) scenario.tell();
      scenario.failover();
      goOn(scenario);
      expect(scenario.state.instances.size).toBe(20);
      running(scenario);
      expect(scenario.state.deployments.size).toBe(0);
    }
  });

  it('brings a rolling replacement to its end', () => {
    const scenario = hurried();
    scenario.create(web);
    goOn(scenario);
    running(scenario);
    accepted(scenario.put('/web', { cmd: 'serve --fast' }));
    for (let round = 0; scenario.state.deployments.size > 0; round++) {
      if (round > 100) throw new Error('there is no end to it');
      goOn(scenario);
      running(scenario);
      goOn(scenario);
      scenario.killAll();
    }
    const { version } = scenario.app('/web');
    expect(scenario.instances('/web').map(({ app }) => app.version)).toEqual(Array(40).fill(version));
  });
});
