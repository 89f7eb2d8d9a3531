import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Event, TaskStatus } from '#mesos';
import { encodeEvent } from './encode-event.js';

const text = fc.oneof(
  fc.constantFrom('app.instance-1._app.1', 'quo"te', 'back\\slash', 'new\nline', 'é', '\ud800', ''),
  fc.string(),
);
const id = text.map((value) => ({ value }));
const address = fc.oneof(
  fc.record({ protocol: fc.constant('IPv4' as const), ip_address: text }),
  fc.record({ ip_address: text }),
);
const network = fc.oneof(
  fc.record({ ip_addresses: fc.array(address, { maxLength: 2 }) }),
  fc.record({ name: text, ip_addresses: fc.array(address, { maxLength: 2 }) }),
);
const status: fc.Arbitrary<TaskStatus> = fc
  .record({
    task: id,
    executor: fc.option(id, { nil: undefined }),
    state: fc.constantFrom('TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED'),
    timestamp: fc.double({ noNaN: false }),
    uuid: fc.option(text, { nil: undefined }),
    networks: fc.array(network, { maxLength: 2 }),
    more: fc.constantFrom({}, { message: 'ended' }, { healthy: true }, { reason: undefined }),
  })
  .map(({ task, executor, state, timestamp, uuid, networks, more }) => ({
    task_id: task,
    state: state as TaskStatus['state'],
    source: 'SOURCE_EXECUTOR' as const,
    agent_id: { value: 'S1' },
    executor_id: executor ?? task,
    timestamp,
    ...(uuid === undefined ? {} : { uuid }),
    container_status: { container_id: { value: 'c1' }, network_infos: networks },
    ...more,
  }));

it('writes every update as JSON does, and knows its length', () => {
  fc.assert(
    fc.property(status, (given) => {
      const event: Event = { type: 'UPDATE', update: { status: given } };
      const encoded = encodeEvent(event);
      expect(encoded.text).toBe(JSON.stringify(event));
      expect(encoded.bytes).toBe(Buffer.byteLength(encoded.text));
    }),
    { numRuns: 500 },
  );
});
