import { describe, expect, it } from 'vitest';
import type { Offer } from '../cluster/mesos-shapes.js';
import { Scenario } from './scenario.fixture.js';
import { WaitingOffers } from './waiting-offers.js';

const offers = (...names: string[]): Offer[] =>
  names.map((name) => ({ id: { value: name }, agent_id: { value: 'a' }, hostname: 'h' }));

const namesOf = (taken: readonly (Offer | undefined)[]) => taken.map((offer) => offer?.id.value);

describe('offers that wait', () => {
  it('are answered newest first, those of one event in their order', () => {
    const waiting = new WaitingOffers();
    waiting.receive(offers('a1', 'a2', 'a3'));
    expect(namesOf([waiting.next()])).toEqual(['a1']);
    expect(waiting.takeSurplus(0, 10)).toEqual([]);
    waiting.receive(offers('b1', 'b2'));
    waiting.receive(offers('c1'));
    expect(waiting.length).toBe(5);
    const order = Array.from({ length: 6 }, () => waiting.next());
    expect(namesOf(order)).toEqual(['c1', 'b1', 'b2', 'a2', 'a3', undefined]);
  });

  it('are given up once the queue is full: the last that came, not those that wait', () => {
    const waiting = new WaitingOffers();
    waiting.receive(offers('a1', 'a2'));
    expect(waiting.takeSurplus(0, 3)).toEqual([]);
    waiting.receive(offers('b1', 'b2', 'b3'));
    expect(namesOf(waiting.takeSurplus(0, 3))).toEqual(['b2', 'b3']);
    expect(namesOf([waiting.next(), waiting.next(), waiting.next()])).toEqual(['b1', 'a1', 'a2']);
  });

  it('are given up once they have waited for too long', () => {
    const waiting = new WaitingOffers();
    waiting.receive(offers('a1', 'a2'));
    waiting.takeSurplus(1_000, 9);
    waiting.receive(offers('b1'));
    waiting.takeSurplus(2_000, 9);
    expect(waiting.takeOverdue(4_000, 3_000)).toEqual([]);
    expect(namesOf(waiting.takeOverdue(4_001, 3_000))).toEqual(['a2', 'a1']);
    expect(namesOf(waiting.takeOverdue(5_001, 3_000))).toEqual(['b1']);
    expect(waiting.length).toBe(0);
  });
});

const app = (instances: number) => ({ id: '/web', cmd: 'serve', cpus: 1, mem: 64, instances });

/** One app that waits, in a scheduler that has time for one offer per turn. */
function hurriedScenario(settings: ConstructorParameters<typeof Scenario>[0]): Scenario {
  const scenario = new Scenario(settings).connected();
  scenario.create({ ...app(9), constraints: [['hostname', 'UNIQUE']] });
  scenario.hurried = true;
  return scenario;
}

function receive(scenario: Scenario, ...names: string[]): void {
  const received = names.map((name) =>
    scenario.newOffer({ id: { value: name }, hostname: name, agent_id: { value: name } }),
  );
  scenario.tell({ type: 'ReceiveOffers', offers: received });
}

const accepted = (scenario: Scenario) => scenario.takeEffects('AcceptOffer').map(({ offerId }) => offerId);

describe('the scheduler', () => {
  it('returns at once what has no room, to be offered again soon', () => {
    const scenario = hurriedScenario({ maxQueuedOffers: 2 });
    receive(scenario, 'a', 'b', 'c', 'd', 'e');
    expect(accepted(scenario)).toEqual(['a']);
    expect(scenario.takeEffects('DeclineOffers')).toEqual([{ type: 'DeclineOffers', offerIds: ['d', 'e'] }]);
    scenario.tell({ type: 'Tick' });
    receive(scenario, 'f');
    expect(accepted(scenario)).toEqual(['b', 'f']);
    expect(scenario.runtime.offers.length).toBe(1);
  });

  it('returns what has waited for longer than the matching time-out', () => {
    const scenario = hurriedScenario({ offerMatchingTimeoutMs: 2_000 });
    receive(scenario, 'a', 'b', 'c');
    scenario.nowMs += 2_001;
    receive(scenario, 'd');
    expect(accepted(scenario)).toEqual(['a', 'd']);
    expect(scenario.takeEffects('DeclineOffers')).toEqual([{ type: 'DeclineOffers', offerIds: ['c', 'b'] }]);
  });

  it('asks nobody further about an offer that takes longer than the time-out, and uses what was found', () => {
    const scenario = new Scenario({ offerMatchingTimeoutMs: 10 }).connected();
    scenario.create(app(5));
    scenario.msPerLook = 4;
    scenario.hurried = true;
    receive(scenario, 'a', 'b');
    const [first, ...others] = scenario.takeEffects('AcceptOffer');
    expect([first?.launches.length, others]).toEqual([3, []]);
    scenario.tell({ type: 'Tick' });
    expect(scenario.takeEffects('AcceptOffer')[0]?.launches).toHaveLength(2);
  });
});
