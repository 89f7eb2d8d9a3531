import * as fc from 'fast-check';
import { expect } from 'vitest';
import { fuzz } from '../../../../test/support/fuzz/fuzz.js';
import { anyText, PROTOTYPE_KEYS } from '../../../../test/support/fuzz/texts.js';
import type { Attribute, MesosTaskState, Offer, Resource } from '../cluster/mesos-shapes.js';
import { captureSnapshot } from '../state/snapshot.js';
import { Scenario } from './scenario.fixture.js';
import type { DecidedEvent } from './turn.js';

/** Numbers that JSON can say and no cluster should. */
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.0005, 1e-9, 1e9, 2 ** 31, 2 ** 53, 1e21, 1e300, -1e300, Number.MAX_VALUE),
  fc.integer({ min: 0, max: 70_000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const text = fc.oneof(fc.constantFrom('*', 'a', 'rack', ...PROTOTYPE_KEYS), anyText(12));
const id = text.map((value) => ({ value }));
const range = fc.record({ begin: number, end: number });

const resource: fc.Arbitrary<Resource> = fc.oneof(
  fc.record(
    {
      name: fc.constantFrom('cpus', 'mem', 'disk', 'gpus', 'ports', '__proto__'),
      type: fc.constant('SCALAR' as const),
      scalar: fc.record({ value: number }),
      role: text,
      allocation_info: fc.record({ role: text }, { requiredKeys: [] }),
    },
    { requiredKeys: ['name', 'type', 'scalar'] },
  ),
  fc.record({
    name: fc.constantFrom('ports', 'cpus'),
    type: fc.constant('RANGES' as const),
    ranges: fc.record({ range: fc.array(range, { maxLength: 3 }) }, { requiredKeys: [] }),
  }),
  fc.record({ name: text, type: fc.constant('SET' as const), set: fc.record({ item: fc.array(text) }) }),
);

const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({ name: text, type: fc.constant('TEXT' as const), text: fc.record({ value: text }) }),
  fc.record({ name: text, type: fc.constant('SCALAR' as const), scalar: fc.record({ value: number }) }),
  fc.record({
    name: text,
    type: fc.constant('RANGES' as const),
    ranges: fc.record({ range: fc.array(range) }),
  }),
);

const offer: fc.Arbitrary<Offer> = fc.record(
  {
    id,
    agent_id: id,
    hostname: text,
    resources: fc.array(resource, { maxLength: 8 }),
    attributes: fc.array(attribute, { maxLength: 3 }),
    allocation_info: fc.record({ role: text }, { requiredKeys: [] }),
    unavailability: fc.record({ start: fc.record({ nanoseconds: number }) }),
  },
  { requiredKeys: ['id', 'agent_id', 'hostname'] },
);

const STATES: readonly MesosTaskState[] = [
  'TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED',
  'TASK_ERROR', 'TASK_LOST', 'TASK_DROPPED', 'TASK_UNREACHABLE', 'TASK_GONE', 'TASK_GONE_BY_OPERATOR', 'TASK_UNKNOWN',
]; // prettier-ignore

const status = fc.record(
  {
    state: fc.constantFrom(...STATES),
    task_id: id,
    agent_id: id,
    message: text,
    reason: fc.oneof(text, fc.constantFrom('REASON_RECONCILIATION', 'REASON_CONTAINER_LIMITATION_MEMORY')),
    source: text,
    timestamp: number,
    healthy: fc.boolean(),
    uuid: text,
    unreachable_time: fc.record({ nanoseconds: number }),
    container_status: fc.record({
      network_infos: fc.array(fc.record({ ip_addresses: fc.array(fc.record({ ip_address: text })) })),
    }),
  },
  { requiredKeys: ['state', 'task_id'] },
);

const news = fc.oneof(
  fc.array(offer, { maxLength: 3 }).map((offers) => ({ kind: 'offers' as const, offers })),
  fc.tuple(status, fc.boolean()).map(([sent, isKnown]) => ({ kind: 'status' as const, sent, isKnown })),
);

fuzz(
  'whatever Mesos says is decided, and folds again to the same state',
  { input: fc.array(news, { maxLength: 6 }), runs: 150 },
  (all) => {
    const scenario = new Scenario().connected();
    scenario.create({
      id: 'a',
      cmd: 'sleep 9',
      instances: 3,
      constraints: [
        ['rack', 'GROUP_BY'],
        ['hostname', 'LIKE', '.*'],
      ],
    });
    scenario.create({ id: 'b', cmd: 'sleep 9', instances: 1, portDefinitions: [{ port: 0 }, { port: 0 }] });
    scenario.launchAll();
    for (const one of all) {
      if (one.kind === 'offers') scenario.tell({ type: 'ReceiveOffers', offers: one.offers });
      else {
        const known = [...scenario.state.instances.values()].find(({ task }) => task !== undefined)?.task?.id;
        const sent =
          one.isKnown && known !== undefined ? { ...one.sent, task_id: { value: known } } : one.sent;
        scenario.tell({ type: 'ReceiveStatus', status: sent });
      }
      scenario.tell({ type: 'Tick' });
    }
    expect(scenario.state.instances.size).toBeLessThanOrEqual(20);
    const before = scenario.state;
    // As the log gives them back: what JSON cannot say, such as an infinite number, would not come again.
    scenario.events.splice(0, Infinity, ...(JSON.parse(JSON.stringify(scenario.events)) as DecidedEvent[]));
    const after = scenario.replay();
    expect([...captureSnapshot(after)]).toEqual([...captureSnapshot(before)]);
    expect([...after.instances.values()]).toEqual([...before.instances.values()]);
  },
);
