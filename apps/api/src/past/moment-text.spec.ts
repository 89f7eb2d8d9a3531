import { describe, expect, it } from 'vitest';
import { readMoment } from './moment-text.js';

describe('readMoment', () => {
  it.each([
    ['0', { kind: 'position', position: 0 }],
    ['1234', { kind: 'position', position: 1234 }],
    ['2020-05-04T10:00:00Z', { kind: 'time', timeMs: Date.UTC(2020, 4, 4, 10) }],
    ['2020-05-04T10:00:00.250Z', { kind: 'time', timeMs: Date.UTC(2020, 4, 4, 10, 0, 0, 250) }],
    ['2020-05-04T12:00:00+02:00', { kind: 'time', timeMs: Date.UTC(2020, 4, 4, 10) }],
    // As a query string delivers it that nobody escaped.
    ['2020-05-04T12:00:00 02:00', { kind: 'time', timeMs: Date.UTC(2020, 4, 4, 10) }],
  ])('reads %s', (text, moment) => {
    expect(readMoment(text)).toEqual(moment);
  });

  it.each(['', '-1', '1.5', 'yesterday', '2020-13-01T00:00:00Z', '1e6', '9'.repeat(30)])(
    'does not take %j',
    (text) => {
      expect(readMoment(text)).toBeUndefined();
    },
  );
});
