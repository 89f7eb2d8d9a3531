import { describe, expect, it } from 'vitest';
import { parsed, type Surroundings } from './definitions.fixture.js';
import { unsupportedFields } from './unsupported.js';

const base = { id: '/a', cmd: 'sleep 1' };
const everything: Surroundings = {
  mesosRole: 'prod',
  features: ['secrets', 'external_volumes', 'gpu_resources'],
};
const volumes = (...list: object[]): object => ({ ...base, container: { type: 'MESOS', volumes: list } });

describe('what this version does not run', () => {
  it.each([
    [
      'volumes',
      {
        ...volumes(
          { containerPath: 'd', mode: 'RW', persistent: { size: 1 } },
          {
            containerPath: 'e',
            mode: 'RW',
            external: { name: 'v', provider: 'dvdi', options: { 'dvdi/driver': 'x' } },
          },
          { containerPath: 'h', mode: 'RW', hostPath: '/x' },
          { containerPath: 's', secret: 's' },
        ),
        secrets: { s: { source: 'x' } },
        env: { PLAIN: 'x', HIDDEN: { secret: 's' } },
      },
      ['/container/volumes(0)', '/container/volumes(1)', '/container/volumes(3)', '/env/HIDDEN', '/secrets'],
    ],
    ['custom executors', { ...base, executor: '/bin/x' }, ['/executor']],
    ['terminals', { ...base, tty: true }, ['/tty']],
  ])('%s', (_, app, paths) => {
    const violations = unsupportedFields(parsed(app, everything));
    expect(violations.map(({ path }) => path).toSorted()).toEqual(paths);
    for (const { errors } of violations) {
      expect(errors.join()).toMatch(/ are not supported by this version of Ekiden; ./);
    }
  });

  it('lets everything else pass', () => {
    const app = {
      ...base,
      user: 'nobody',
      gpus: 1,
      tty: false,
      executor: '//cmd',
      networks: [{ mode: 'host' }],
      constraints: [['@hostname', 'UNIQUE']],
      fetch: [{ uri: 'http://x/y' }],
      container: { type: 'MESOS', linuxInfo: { seccomp: { unconfined: true } } },
      resourceLimits: { cpus: 'unlimited' },
      labels: { a: 'b' },
      dependencies: ['b'],
      healthChecks: [{ port: 1 }],
      check: { tcp: { port: 1 } },
      readinessChecks: [{ portName: 'default' }],
    };
    expect(unsupportedFields(parsed(app, everything))).toEqual([]);
  });
});
