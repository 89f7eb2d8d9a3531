import { describe, expect, it } from 'vitest';
import type { Offer } from '../cluster/mesos-shapes.js';
import { formatTimestamp } from '../time/timestamp.js';
import { launchQueue } from './launch-queue.js';
import { Scenario } from './scenario.fixture.js';

const web = { id: '/web', cmd: 'serve', cpus: 1, mem: 64, portDefinitions: [] };

const PORT_80 = { portDefinitions: [{ port: 80, protocol: 'tcp' }] };

const queueOf = ({ state, runtime, nowMs }: Scenario) => launchQueue(state, runtime, nowMs);

/** A role's framework with one app that waits. */
function waitingFor(definition: Record<string, unknown>): Scenario {
  const scenario = new Scenario({ mesosRole: 'dev' }).connected();
  scenario.create({ ...web, ...definition });
  return scenario;
}

function explain(scenario: Scenario, offer: Partial<Offer> = {}) {
  scenario.tell({
    type: 'ReceiveOffers',
    offers: [scenario.newOffer({ allocation_info: { role: 'dev' }, ...offer })],
  });
  const [item] = queueOf(scenario);
  const summary = item!.processedOffersSummary;
  const [latest] = item!.lastUnusedOffers;
  return {
    processed: summary.processedOffersCount,
    first: summary.rejectSummaryLastOffers.find(({ declined }) => declined > 0)?.reason,
    reasons: latest?.reason,
  };
}

describe('the launch queue', () => {
  it.each<[string, Record<string, unknown>, Partial<Offer>, string[]]>([
    ['not enough cpus', { cpus: 5000 }, {}, ['InsufficientCpus']],
    ['a port that is taken', { ...PORT_80, requirePorts: true }, {}, ['InsufficientPorts']],
    ['an unmet constraint', { constraints: [['rack', 'LIKE', 'a']] }, {}, ['UnfulfilledConstraint']],
    [
      'no resources of the role',
      { acceptedResourceRoles: ['dev'], mem: 0 },
      {},
      ['UnfulfilledRole', 'InsufficientCpus'],
    ],
    [
      'maintenance',
      {},
      { unavailability: { start: { nanoseconds: 0 } } },
      ['UnfulfilledConstraint', 'AgentMaintenance'],
    ],
  ])('explains %s', (_, definition, offer, reasons) => {
    expect(explain(waitingFor(definition), offer)).toEqual({ processed: 1, first: reasons[0], reasons });
  });

  it('counts neither offers of another role nor those that a back-off keeps from being looked at', () => {
    const scenario = waitingFor({ backoffSeconds: 60 });
    expect(explain(scenario, { allocation_info: { role: 'other' } }).processed).toBe(0);
    const [task] = scenario.offer({ allocation_info: { role: 'dev' } });
    scenario.status(task!, 'TASK_FAILED');
    expect(explain(scenario).processed).toBe(1);
    expect(queueOf(scenario)[0]?.delay).toEqual({ timeLeftSeconds: 60, overdue: false });
    scenario.advance(61_000);
    expect(queueOf(scenario)[0]?.delay).toEqual({ timeLeftSeconds: 0, overdue: true });
    expect(scenario.submit({ type: 'ResetDelay', appId: '/web' }).kind).toBe('done');
    expect(queueOf(scenario)[0]?.delay).toEqual({ timeLeftSeconds: 0, overdue: true });
  });

  it('holds an app until the last instance has told of itself, and says since when', () => {
    const scenario = waitingFor({ instances: 2 });
    const since = formatTimestamp(scenario.nowMs);
    scenario.advance(5000);
    const tasks = scenario.offer({ allocation_info: { role: 'dev' } });
    expect(queueOf(scenario)).toMatchObject([{ app: { id: '/web' }, role: 'dev', count: 2, since }]);
    scenario.status(tasks[0]!, 'TASK_RUNNING');
    expect(queueOf(scenario)).toMatchObject([{ count: 1 }]);
    scenario.status(tasks[1]!, 'TASK_RUNNING');
    expect(queueOf(scenario)).toEqual([]);
  });
});
