import { describe, expect, it } from 'vitest';
import type { Result } from '../result.js';
import type { AppDefinition, UnversionedApp } from './app-definition.js';
import { mergeAppUpdate, parseAppUpdate } from './app-update.js';
import {
  contextWith,
  errorOf,
  refusal,
  refusalOf,
  stored,
  valueOf,
  type Surroundings,
} from './definitions.fixture.js';

const base = {
  id: '/a',
  cmd: 'sleep 1',
  env: { A: '1', B: '2' },
  labels: { x: 'y' },
  resourceLimits: { mem: 'unlimited' },
  executorResources: { cpus: 1 },
};

function read(json: unknown, surroundings: Surroundings = {}): ReturnType<typeof parseAppUpdate> {
  return parseAppUpdate(json, contextWith(surroundings));
}

function merge(app: AppDefinition, json: unknown, surroundings: Surroundings = {}): Result<UnversionedApp> {
  const update = valueOf(read(json, surroundings));
  if (update.kind !== 'merge') throw new Error('a rollback is no merge');
  return mergeAppUpdate(app, update.fields, contextWith({ storedApps: [app], ...surroundings }));
}

function merged(app: AppDefinition, json: unknown, surroundings: Surroundings = {}): UnversionedApp {
  return valueOf(merge(app, json, surroundings));
}

function unversioned(app: AppDefinition): UnversionedApp {
  const { version: _version, versionInfo: _info, ...rest } = app;
  return rest;
}

describe('reading an update', () => {
  it.each([
    [{ instances: -1 }, '/instances: error.min'],
    [{ id: 'A' }, '/id: error.pattern'],
    ['text', ': error.expected.jsobject'],
    [{ container: { docker: {} } }, `/container/docker/image: 'image' is undefined on object: {}`],
  ])('phase P: %j', (json, violation) => {
    expect(refusalOf(read(json))).toEqual(refusal('Invalid JSON', [violation]));
  });

  it.each([
    [{ networks: [{ mode: 'host' }], ipAddress: {} }, '/: must not specify both networks and ipAddress'],
    [{ ports: [1, 1] }, '/: ports must be unique'],
    [
      { version: '2024-01-01T00:00:00Z', cmd: 'x' },
      "/: The 'version' field may only be combined with the 'id' field.",
    ],
  ])('rules on updates: %j', (json, violation) => {
    expect(refusalOf(read(json))).toEqual(refusal('Object is not valid', [violation]));
  });

  it.each([
    [{ uris: ['http://x'], fetch: [{ uri: 'http://y' }] }, 'cannot specify both uris and fetch fields'],
    [{ networks: [{}] }, 'container network name is not defined'],
    [{ container: { docker: { image: 'i', network: 'NONE' } } }, 'unsupported docker network type NONE'],
    [{ version: 'now' }, "Invalid timestamp provided 'now'. Expecting ISO-8601 datetime string."],
  ])('contradiction: %j', (json, message) => {
    expect(errorOf(read(json))).toEqual({ status: 422, message });
  });

  it('recognises a rollback and its version in any spelling', () => {
    const rollback = { kind: 'rollback', version: '2024-01-01T00:00:00.000Z' };
    expect(valueOf(read({ version: '2024-01-01T01:00:00+01:00' }))).toMatchObject(rollback);
    expect(valueOf(read({ version: '2024-01-01T00:00:00Z', id: 'x//y' }))).toMatchObject({
      ...rollback,
      id: '/x/y',
    });
  });

  it('makes ids absolute', () => {
    expect(valueOf(read({ id: 'x/y', instances: 1 }))).toMatchObject({ kind: 'merge', id: '/x/y' });
    expect(valueOf(read({ instances: 1 })).id).toBeUndefined();
  });
});

describe('merging', () => {
  it('changes nothing when the update says nothing', () => {
    const app = stored({ ...base, portDefinitions: [{ port: 80, name: 'x' }], dependencies: ['b'] });
    expect(merged(app, {})).toEqual(unversioned(app));
    expect(merged(app, { env: null, unknown: 1, id: '/other' })).toEqual(unversioned(app));
  });

  it('keeps what the update omits, limits and executor resources included (§16 no. 6)', () => {
    const app = stored(base);
    expect(merged(app, { instances: 5 })).toEqual({ ...unversioned(app), instances: 5 });
  });

  it('replaces values wholesale and clears collections', () => {
    const app = stored(base);
    expect(merged(app, { env: { C: '3' }, labels: {} })).toMatchObject({ env: { C: '3' }, labels: {} });
  });

  it('judges the result like a new app', () => {
    const app = stored(base);
    expect(refusalOf(merge(app, { args: ['x'] }))).toEqual(
      refusal('Object is not valid', [
        "/: AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.",
      ]),
    );
    expect(refusalOf(merge(app, { acceptedResourceRoles: [] }))).toEqual(
      refusal('Object is not valid', ['/acceptedResourceRoles: must not be empty']),
    );
  });

  it('translates deprecated keys', () => {
    const app = stored(base);
    expect(merged(app, { uris: ['http://x/y.zip'], ports: [0, 80] })).toMatchObject({
      fetch: [{ uri: 'http://x/y.zip', extract: true }],
      portDefinitions: [
        { port: 0, protocol: 'tcp' },
        { port: 80, protocol: 'tcp' },
      ],
    });
  });

  it('gives every check of the update a port, but leaves stored checks alone', () => {
    const app = stored({ ...base, healthChecks: [{ path: '/' }] });
    expect(app.healthChecks[0]).not.toHaveProperty('portIndex');
    expect(merged(app, { instances: 2 }).healthChecks).toEqual(app.healthChecks);
    expect(merged(app, { healthChecks: [{ path: '/' }] }).healthChecks[0]).toMatchObject({ portIndex: 0 });
  });

  it('moves to other networks and back', () => {
    const app = stored({ ...base, portDefinitions: [{ port: 80 }, { port: 81 }] });
    const bridged = merged(app, { networks: [{ mode: 'container/bridge' }] });
    expect(bridged.portDefinitions).toBeUndefined();
    expect(bridged.container).toEqual({
      type: 'MESOS',
      volumes: [],
      portMappings: [
        { containerPort: 0, hostPort: 0, servicePort: 0, name: 'default', protocol: 'tcp', labels: {} },
      ],
    });
    const back = merged({ ...app, ...bridged, portDefinitions: undefined }, { networks: [{ mode: 'host' }] });
    expect(back.portDefinitions).toEqual([{ port: 0, name: 'default', protocol: 'tcp' }]);
    expect(back.container).toEqual({ type: 'MESOS', volumes: [] });
  });

  it('keeps the stored container when only networks change (§16 no. 8)', () => {
    const container = { type: 'MESOS', docker: { image: 'nginx' } };
    const app = stored({ ...base, container });
    const update = { networks: [{ name: 'n' }], healthChecks: [] };
    expect(merged(app, update).container).toMatchObject({ docker: { image: 'nginx' } });
  });

  it('implies a Mesos container for an IP address', () => {
    const app = stored({ ...base, portDefinitions: [] });
    expect(merged(app, { ipAddress: { networkName: 'n' } })).toMatchObject({
      networks: [{ mode: 'container', name: 'n' }],
      container: { type: 'MESOS' },
    });
  });

  it('names networks by default', () => {
    const surroundings = { defaultNetworkName: 'net' };
    expect(merged(stored(base), { networks: [{}] }, surroundings).networks).toEqual([
      { mode: 'container', name: 'net' },
    ]);
  });
});
