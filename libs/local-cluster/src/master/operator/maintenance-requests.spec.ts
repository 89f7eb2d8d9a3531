import { expect, it } from 'vitest';
import { readMachines, readSchedule } from './maintenance-requests.js';

const unavailability = { start: { nanoseconds: 1 } };
const machine_ids = [{ hostname: 'a', ip: '10.0.0.1' }];

it('takes a schedule of the reference', () => {
  const windows = [{ machine_ids, unavailability }];
  expect(readSchedule({ windows })).toEqual({ ok: true, windows });
  expect(readSchedule({})).toEqual({ ok: true, windows: [] });
});

it.each<[problem: RegExp, schedule: unknown]>([
  [/to be a list/, { windows: 3 }],
  [/machines in the maintenance window is empty/, { windows: [null] }],
  [/are empty/, { windows: [{ machine_ids: [{}], unavailability }] }],
  [/are empty/, { windows: [{ machine_ids: [{ hostname: '', ip: '' }], unavailability }] }],
  [/to be a string/, { windows: [{ machine_ids: [{ hostname: 3, ip: '10.0.0.1' }], unavailability }] }],
  [/parse the IP/, { windows: [{ machine_ids: [{ ip: 'a' }], unavailability }] }],
  [/unavailability.start/, { windows: [{ machine_ids }] }],
  [
    /a \(10.0.0.1\)' .* once/,
    { windows: [{ machine_ids: [...machine_ids, ...machine_ids], unavailability }] },
  ],
  [
    /negative/,
    { windows: [{ machine_ids, unavailability: { ...unavailability, duration: { nanoseconds: -1 } } }] },
  ],
])('finds %s in a schedule', (error, document) => {
  expect(readSchedule(document)).toEqual({ ok: false, error: expect.stringMatching(error) as string });
});

it('takes a list of machines', () => {
  expect(readMachines(machine_ids)).toEqual({ ok: true, machines: machine_ids });
});

it.each<[problem: RegExp, machines: unknown]>([
  [/List of machines is empty/, []],
  [/List of machines is empty/, { hostname: 'a' }],
  [/are empty/, [null]],
  [/more than once in the list/, [{ hostname: 'a' }, { hostname: 'A' }]],
])('finds %s in a list of machines', (error, document) => {
  expect(readMachines(document)).toEqual({ ok: false, error: expect.stringMatching(error) as string });
});
