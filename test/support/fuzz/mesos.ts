import { readRecordedSession, stepsOf } from '../recorded-session.js';
import type { Json } from './json.js';

const sessions = (['scheduler-session', 'failover-session'] as const).map(readRecordedSession);

/** What a real master said to a framework. */
export const RECORDED_EVENTS: readonly Json[] = sessions.flatMap((steps) =>
  stepsOf(steps, 'event').map(({ json }) => json as unknown as Json),
);

/** The same as its bytes came. */
export const RECORDED_BYTES: readonly Uint8Array[] = sessions.flatMap((steps) =>
  stepsOf(steps, 'event').map(({ raw }) => Buffer.from(raw)),
);

/** What frameworks said to a real master. */
export const RECORDED_CALLS: readonly Json[] = sessions.flatMap((steps) =>
  stepsOf(steps, 'call').map(({ json }) => json as unknown as Json),
);

/** Events that are in no recording: another kind of every member that somebody reads. */
export const OTHER_EVENTS: readonly Json[] = [
  {
    type: 'OFFERS',
    offers: {
      offers: [
        {
          id: { value: 'O1' },
          framework_id: { value: 'F' },
          agent_id: { value: 'S1' },
          hostname: 'h1',
          domain: { fault_domain: { region: { name: 'r' }, zone: { name: 'z' } } },
          allocation_info: { role: '*' },
          resources: [
            { name: 'cpus', type: 'SCALAR', scalar: { value: 4 }, allocation_info: { role: '*' } },
            {
              name: 'mem',
              type: 'SCALAR',
              scalar: { value: 1024 },
              role: 'x',
              reservation: { principal: 'p' },
            },
            {
              name: 'ports',
              type: 'RANGES',
              ranges: {
                range: [
                  { begin: 1, end: 9 },
                  { begin: 31_000, end: 32_000 },
                ],
              },
            },
            {
              name: 'disk',
              type: 'SCALAR',
              scalar: { value: 10 },
              reservations: [{ type: 'DYNAMIC', role: 'x', labels: { labels: [{ key: 'a', value: 'b' }] } }],
              disk: {
                persistence: { id: 'p' },
                source: { type: 'MOUNT' },
                volume: { container_path: 'x', mode: 'RW' },
              },
            },
            {
              name: 'things',
              type: 'SET',
              set: { item: ['a'] },
              provider_id: { value: 'rp' },
              shared: {},
              revocable: {},
            },
          ],
          attributes: [
            { name: 'rack', type: 'TEXT', text: { value: 'r1' } },
            { name: 'level', type: 'SCALAR', scalar: { value: 1.5 } },
            { name: 'units', type: 'RANGES', ranges: { range: [{ begin: 1, end: 2 }] } },
            { name: 'os', type: 'SET', set: { item: ['a', 'b'] } },
          ],
          unavailability: { start: { nanoseconds: 1e18 }, duration: { nanoseconds: 1e9 } },
        },
      ],
    },
  },
  {
    type: 'UPDATE',
    update: {
      status: {
        task_id: { value: 'a.instance-1b2c3d4e-8df4-11ea-9c1e-02420a000001._app.1' },
        state: 'TASK_UNREACHABLE',
        reason: 'REASON_SLAVE_DISCONNECTED',
        source: 'SOURCE_AGENT',
        message: 'm',
        timestamp: 1.5e9,
        uuid: 'WGzH8y9IRQ6yVR5nEUv2kg==',
        healthy: true,
        check_status: { type: 'HTTP', http: { status_code: 200 } },
        agent_id: { value: 'S1' },
        container_status: {
          network_infos: [{ ip_addresses: [{ protocol: 'IPv4', ip_address: '10.0.0.1' }] }],
        },
        unreachable_time: { nanoseconds: 1e18 },
      },
    },
  },
  { type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status: { state: 'OPERATION_FINISHED' } } },
  { type: 'FAILURE', failure: { agent_id: { value: 'S1' } } },
  { type: 'RESCIND', rescind: { offer_id: { value: 'O1' } } },
  { type: 'INVERSE_OFFERS', inverse_offers: { inverse_offers: [{ id: { value: 'I' } }] } },
  { type: 'ERROR', error: { message: 'Framework failed over' } },
  { type: 'MESSAGE', message: { agent_id: { value: 'S' }, executor_id: { value: 'E' }, data: '' } },
];
