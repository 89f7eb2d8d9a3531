import { describe, expect, it } from 'vitest';
import { appDefinition, VERSION } from '../../../test/support/domain-objects.js';
import { extendJson, writeAppJson, writeSubmittedAppJson } from './app-json.js';

describe('writeAppJson', () => {
  it('prints exactly the keys of the canonical example, doubles with a fraction', () => {
    const text = writeAppJson(appDefinition());
    expect(JSON.parse(text)).toEqual({
      id: '/foo',
      backoffFactor: 1.15,
      backoffSeconds: 1,
      cmd: 'sleep 100',
      cpus: 1,
      disk: 0,
      executor: '',
      instances: 1,
      labels: {},
      maxLaunchDelaySeconds: 300,
      mem: 128,
      gpus: 0,
      networks: [{ mode: 'host' }],
      portDefinitions: [{ port: 10_000, name: 'default', protocol: 'tcp' }],
      requirePorts: false,
      upgradeStrategy: { maximumOverCapacity: 1, minimumHealthCapacity: 1 },
      version: VERSION,
      versionInfo: { lastScalingAt: VERSION, lastConfigChangeAt: VERSION },
      killSelection: 'YOUNGEST_FIRST',
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
      role: '*',
    });
    for (const part of [
      '"cpus":1.0',
      '"mem":128.0',
      '"disk":0.0',
      '"backoffFactor":1.15',
      '"instances":1,',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('{"minimumHealthCapacity":1.0,"maximumOverCapacity":1.0}');
    expect(text).toContain('"gpus":0,');
  });

  it('leaves numbers and texts that only look alike as they are', () => {
    const text = writeAppJson(
      appDefinition({
        cpus: 1e-7,
        labels: { cpus: '1', note: '"cpus":1,' },
        env: { mem: '5' },
        resourceLimits: { cpus: 2, mem: 'unlimited' },
        executorResources: { cpus: 0.1, mem: 32, disk: 10 },
      }),
    );
    expect(JSON.parse(text)).toMatchObject({
      cpus: 1e-7,
      labels: { cpus: '1', note: '"cpus":1,' },
      env: { mem: '5' },
    });
    expect(text).toContain('"resourceLimits":{"cpus":2.0,"mem":"unlimited"}');
    expect(text).toContain('"executorResources":{"cpus":0.1,"mem":32.0,"disk":10.0}');
  });

  it('has no versionInfo in the answer to POST', () => {
    const printed = JSON.parse(writeSubmittedAppJson(appDefinition()));
    expect(printed).not.toHaveProperty('versionInfo');
    expect(printed).toHaveProperty('version', VERSION);
  });
});

describe('extendJson', () => {
  it.each([
    ['{}', '', '{}'],
    ['{}', '"a":1', '{"a":1}'],
    ['{"a":1}', '', '{"a":1}'],
    ['{"a":1}', '"b":2', '{"a":1,"b":2}'],
  ])('%s with %j is %s', (base, members, text) => {
    expect(extendJson(base, members)).toBe(text);
  });
});
