import { describe, expect, it } from 'vitest';
import { readInspection } from './inspection.js';

const inspected = (content: object): string => JSON.stringify([content]);

const v4 = (address: string) => ({ protocol: 'IPv4', ip_address: address });

describe('an inspection', () => {
  it.each<[string, boolean]>([
    [inspected({ State: { Running: true, StartedAt: '2026-01-01T00:00:00Z' } }), true],
    [inspected({ State: { Running: false, StartedAt: '2026-01-01T00:00:00Z' } }), true],
    [inspected({ State: { Running: false, StartedAt: '0001-01-01T00:00:00Z' } }), false],
    [inspected({}), false],
    ['[]', false],
    ['[{"State":{"Run', false],
  ])('%s: started %s', (text, expected) => {
    expect(readInspection(text) !== undefined).toBe(expected);
  });

  it.each<[string, object | undefined, object[]]>([
    ['nothing', undefined, []],
    ['host network', { IPAddress: '', Networks: { host: { IPAddress: '', GlobalIPv6Address: '' } } }, []],
    [
      'bridge',
      { IPAddress: '172.17.0.2', Networks: { bridge: { IPAddress: '172.17.0.2' } } },
      [v4('172.17.0.2')],
    ],
    ['an old engine', { IPAddress: '172.17.0.2', Networks: null }, [v4('172.17.0.2')]],
    [
      'both protocols',
      { Networks: { a: { IPAddress: '10.0.0.2', GlobalIPv6Address: 'fd00::2' }, b: null } },
      [v4('10.0.0.2'), { protocol: 'IPv6', ip_address: 'fd00::2' }],
    ],
  ])('addresses: %s', (_, settings, addresses) => {
    const text = inspected({ State: { Running: true }, NetworkSettings: settings });
    expect(readInspection(text)).toEqual({ text, addresses });
  });
});
