import { expect, it } from 'vitest';
import { parseSchedule } from './maintenance-endpoint.js';

const unavailability = { start: { nanoseconds: 1 } };
const machine_ids = [{ hostname: 'a', ip: '10.0.0.1' }];

it('takes a schedule of the reference', () => {
  const windows = [{ machine_ids, unavailability }];
  expect(parseSchedule(JSON.stringify({ windows }))).toEqual({ ok: true, windows });
  expect(parseSchedule('{}')).toEqual({ ok: true, windows: [] });
});

it.each([
  ['not JSON', /not JSON/],
  ['{"windows": 3}', /to be a list/],
  [JSON.stringify({ windows: [null] }), /machines in the maintenance window is empty/],
  [JSON.stringify({ windows: [{ machine_ids: [{}], unavailability }] }), /are empty/],
  [JSON.stringify({ windows: [{ machine_ids }] }), /unavailability.start/],
  [
    JSON.stringify({ windows: [{ machine_ids: [...machine_ids, ...machine_ids], unavailability }] }),
    /more than once/,
  ],
  [
    JSON.stringify({
      windows: [{ machine_ids, unavailability: { ...unavailability, duration: { nanoseconds: -1 } } }],
    }),
    /negative/,
  ],
])('refuses %s', (text, error) => {
  expect(parseSchedule(text)).toEqual({ ok: false, error: expect.stringMatching(error) as string });
});
