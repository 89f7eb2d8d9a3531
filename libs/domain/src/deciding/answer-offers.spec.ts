import { describe, expect, it } from 'vitest';
import { accepted, Scenario } from './scenario.fixture.js';

const web = { id: '/web', cmd: 'serve', cpus: 1, mem: 64, instances: 3, portDefinitions: [] };

function offers(scenario: Scenario, hosts: readonly string[], rack?: (host: string) => string) {
  return hosts.map((host) =>
    scenario.newOffer({
      hostname: host,
      agent_id: { value: `agent-${host}` },
      ...(rack === undefined
        ? {}
        : { attributes: [{ name: 'rack', type: 'TEXT', text: { value: rack(host) } }] }),
    }),
  );
}

const rackOf = (host: string) => `rack of ${host}`;

const hostsOf = (scenario: Scenario) => scenario.instances('/web').map(({ agent }) => agent?.host);

describe('offers that come in', () => {
  it('wait for the next turn where a turn has no time, and each of them is answered once', () => {
    const scenario = new Scenario().connected();
    scenario.create({ ...web, constraints: [['hostname', 'UNIQUE']] });
    scenario.hurried = true;
    scenario.tell({ type: 'ReceiveOffers', offers: offers(scenario, ['h1', 'h2', 'h3', 'h4']) });
    expect(hostsOf(scenario)).toEqual(['h1', undefined, undefined]);
    scenario.tell({ type: 'Tick' });
    expect(hostsOf(scenario)).toEqual(['h1', 'h2', undefined]);
    scenario.hurried = false;
    scenario.tell({ type: 'Tick' });
    expect(hostsOf(scenario)).toEqual(['h1', 'h2', 'h3']);
    expect(scenario.runtime.offers.length).toBe(0);
    expect(scenario.takeEffects('AcceptOffer')).toHaveLength(3);
    expect(scenario.takeEffects('DeclineOffers')).toMatchObject([
      { offerIds: ['offer-4'], refuseSeconds: 120 },
    ]);
  });

  it('are worth nothing once the session is over', () => {
    const scenario = new Scenario().connected();
    scenario.create(web);
    scenario.hurried = true;
    scenario.tell({ type: 'ReceiveOffers', offers: offers(scenario, ['h1', 'h2']) });
    scenario.takeAllEffects();
    scenario.tell({ type: 'SchedulerLost', reason: 'scripted' });
    expect(scenario.runtime.offers.length).toBe(0);
    expect(scenario.takeAllEffects()).toEqual([]);
  });

  it('take what the app is scaled to into account when they are spread over groups [D2]', () => {
    const scenario = new Scenario().connected();
    scenario.create({ ...web, constraints: [['rack', 'GROUP_BY', '3']] });
    const all = () => offers(scenario, ['h1', 'h2', 'h3'], rackOf);
    scenario.tell({ type: 'ReceiveOffers', offers: all() });
    expect(new Set(hostsOf(scenario))).toEqual(new Set(['h1', 'h2', 'h3']));
    accepted(scenario.put('/web', { instances: 7 }, true));
    scenario.tell({ type: 'ReceiveOffers', offers: all() });
    const hosts = hostsOf(scenario);
    const counts = ['h1', 'h2', 'h3'].map((host) => hosts.filter((other) => other === host).length);
    expect(counts.toSorted((a, b) => a - b)).toEqual([2, 2, 3]);
  });

  it('go to one instance at a time while a configuration has a delay', () => {
    const scenario = new Scenario().connected();
    scenario.create({ ...web, backoffSeconds: 10 });
    for (const task of scenario.offer()) scenario.status(task, 'TASK_FAILED');
    expect(scenario.offer()).toEqual([]);
    scenario.advance(30_000);
    expect(scenario.offer()).toHaveLength(1);
  });
});
