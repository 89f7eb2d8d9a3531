import { describe, expect, it } from 'vitest';
import type { InspectedContainer } from './inspected-container.js';
import { reachOf, type IpFamily } from './reach.js';

const isNear = (address: string): boolean => address.startsWith('172.17.') || address.startsWith('fd00::');

const on = (
  networks: Record<string, object>,
  ports: NonNullable<InspectedContainer['NetworkSettings']>['Ports'] = {},
): InspectedContainer => ({ NetworkSettings: { Networks: networks, Ports: ports } });

const published = (...bindings: [ip: string, port: string][]) => ({
  '80/tcp': bindings.map(([HostIp, HostPort]) => ({ HostIp, HostPort })),
});
const bridge = { bridge: { IPAddress: '172.17.0.2', GlobalIPv6Address: 'fd00::2' } };
const overlay = { overlay: { IPAddress: '10.9.0.2' } };

describe('port 80 of a container is reached', () => {
  it.each<[string, InspectedContainer, IpFamily, object | undefined]>([
    ['on the host', { HostConfig: { NetworkMode: 'host' } }, 'IPv4', { host: '127.0.0.1', port: 80 }],
    ['on the host by IPv6', { HostConfig: { NetworkMode: 'host' } }, 'IPv6', { host: '::1', port: 80 }],
    ['at its address', on(bridge), 'IPv4', { host: '172.17.0.2', port: 80 }],
    ['at its other address', on(bridge), 'IPv6', { host: 'fd00::2', port: 80 }],
    [
      'in the nearer of two networks',
      on({ ...overlay, ...bridge }),
      'IPv4',
      { host: '172.17.0.2', port: 80 },
    ],
    ['of an old engine', { NetworkSettings: bridge.bridge }, 'IPv4', { host: '172.17.0.2', port: 80 }],
    [
      'where it is published, when its network is far away',
      on(overlay, published(['::', '31001'], ['0.0.0.0', '31000'])),
      'IPv4',
      { host: '127.0.0.1', port: 31_000 },
    ],
    [
      'where it is published for one address',
      on(overlay, published(['192.0.2.1', '31000'])),
      'IPv4',
      { host: '192.0.2.1', port: 31_000 },
    ],
    [
      'by IPv6 where it is published',
      on(overlay, published(['0.0.0.0', '31000'], ['::', '31001'])),
      'IPv6',
      { host: '::1', port: 31_001 },
    ],
    ['nowhere', on(overlay, { '80/tcp': null, '81/tcp': [{ HostPort: '5' }] }), 'IPv4', undefined],
    ['nowhere without a network', on({ none: { IPAddress: '' } }), 'IPv4', undefined],
    ['nowhere by IPv6', on(overlay, published(['0.0.0.0', '31000'])), 'IPv6', undefined],
  ])('%s', (_, container, family, expected) => {
    expect(reachOf(container, 80, family, isNear)).toEqual(expected);
  });

  it('at an address of this machine’s networks only', () => {
    expect(reachOf(on({ lo: { IPAddress: '127.9.9.9' } }), 80, 'IPv4')?.host).toBe('127.9.9.9');
    expect(reachOf(on({ far: { IPAddress: '203.0.113.9' } }), 80, 'IPv4')).toBeUndefined();
  });
});
