import { describe, expect, it } from 'vitest';
import type { AppDefinition } from '../../definitions/app/app-definition.js';
import { anApp, aWaiting } from '../../launching/app.fixture.js';
import {
  bridge,
  definition,
  mapped,
  mapping,
  net,
} from '../../launching/task-builder/task-template.fixture.js';
import type { Instance } from '../instance.js';
import { checkEndpoint, namedEndpoint } from './endpoint.js';

function placed(app: Partial<AppDefinition>, hostPorts: number[], ipAddress?: string): Instance {
  return aWaiting(anApp(app), 'x', {
    condition: 'Running',
    agent: { host: 'agent1', agentId: 'S1', attributes: [] },
    task: {
      id: 'x._app.1',
      incarnation: 1,
      stagedAtMs: 0,
      hostPorts,
      ipAddresses: ipAddress === undefined ? [] : [{ ipAddress, protocol: 'IPv4' }],
    },
  });
}

const onHost = { portDefinitions: [definition(0, { name: 'http' }), definition(0, { name: 'admin' })] };
const bridged = mapped([mapping(80, { hostPort: 0 }), mapping(81, { name: 'admin', hostPort: 0 })], bridge);
const ownAddress = mapped(
  [mapping(80), mapping(81, { hostPort: 0, name: 'admin' }), mapping(0)],
  net('overlay'),
);

describe('where Ekiden looks for an instance (spec/scheduling.md §5.2)', () => {
  it.each([
    ['on the host, the first port', placed(onHost, [31_000, 31_001]), {}, 'agent1:31000'],
    ['on the host, by index', placed(onHost, [31_000, 31_001]), { portIndex: 1 }, 'agent1:31001'],
    ['on the host, a given port', placed(onHost, [31_000, 31_001]), { port: 9, portIndex: 1 }, 'agent1:9'],
    ['behind a bridge', placed(bridged, [31_000, 31_001], '172.17.0.2'), { portIndex: 1 }, 'agent1:31001'],
    [
      'behind a bridge, a given port',
      placed(bridged, [31_000, 31_001], '172.17.0.2'),
      { port: 9 },
      'agent1:9',
    ],
    ['on its own address', placed(ownAddress, [31_000], '10.0.0.9'), {}, '10.0.0.9:80'],
    ['on its own address, a given port', placed(ownAddress, [31_000], '10.0.0.9'), { port: 9 }, '10.0.0.9:9'],
    [
      'on a host port in spite of its own address',
      placed(ownAddress, [31_000], '10.0.0.9'),
      { portIndex: 1 },
      'agent1:31000',
    ],
    ['before its address is known', placed(ownAddress, [31_000]), {}, undefined],
    ['at a port nobody chose', placed(ownAddress, [31_000], '10.0.0.9'), { portIndex: 2 }, undefined],
    ['beyond its ports', placed(onHost, [31_000, 31_001]), { portIndex: 2 }, undefined],
  ])('%s', (_, instance, check, expected) => {
    const found = checkEndpoint(instance, check);
    expect(found && `${found.host}:${found.port}`).toBe(expected);
  });

  it.each([
    [placed(onHost, [31_000, 31_001]), 'admin', 'agent1:31001'],
    [placed(bridged, [31_000, 31_001], '172.17.0.2'), 'admin', 'agent1:31001'],
    [placed(ownAddress, [31_000], '10.0.0.9'), 'admin', 'agent1:31000'],
    [placed(onHost, [31_000, 31_001]), 'other', undefined],
  ])('by the name of a port, %#', (instance, name, expected) => {
    const found = namedEndpoint(instance, name);
    expect(found && `${found.host}:${found.port}`).toBe(expected);
  });
});
