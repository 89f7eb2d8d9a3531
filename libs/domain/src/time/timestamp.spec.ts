import { describe, expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp } from './timestamp.js';

describe('parseTimestamp', () => {
  it.each([
    ['2020-05-04', '2020-05-04T00:00:00.000Z'],
    ['2020-05-04T10:00+02', '2020-05-04T08:00:00.000Z'],
    ['2020-05-04T10:00:00,5-0130', '2020-05-04T11:30:00.500Z'],
    ['0000-01-01T00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, printed) => {
    expect(formatTimestamp(parseTimestamp(text)!)).toBe(printed);
  });

  it.each([
    '',
    'now',
    '2020-13-01',
    '2020-05-04T25:00',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00+01:00',
  ])('takes %j for none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});
