import { expect, it } from 'vitest';
import { formatDuration } from './duration.js';

it.each([
  [5_000, '5secs'],
  [900_000, '15mins'],
  [90_000, '1.5mins'],
  [0, '0ns'],
  [0.5, '500us'],
  [200, '200ms'],
  [7 * 24 * 3_600_000, '1weeks'],
  [3_600_000, '1hrs'],
])('%d ms is %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});
