import { describe, expect, it } from 'vitest';
import { isOnlyScaled, isUpgrade, sameDefinition } from './change-detection.js';
import { parsed } from './definitions.fixture.js';

const base = {
  id: '/a',
  cmd: 'sleep 1',
  env: { A: '1', B: '2' },
  constraints: [
    ['a', 'UNIQUE'],
    ['b', 'CLUSTER'],
  ],
  dependencies: ['/x', '/y'],
  acceptedResourceRoles: ['*'],
  healthChecks: [{ port: 80 }, { port: 81 }],
  readinessChecks: [{ portName: 'default', httpStatusCodesForReady: [200, 204] }],
};
const app = parsed(base);

describe('change detection', () => {
  it.each([
    ['nothing', {}, 'same'],
    ['keys in another order', { env: { B: '2', A: '1' } }, 'same'],
    [
      'sets in another order',
      {
        constraints: base.constraints.toReversed(),
        dependencies: ['/y', '/x'],
        healthChecks: base.healthChecks.toReversed(),
        readinessChecks: [{ portName: 'default', httpStatusCodesForReady: [204, 200] }],
      },
      'same',
    ],
    ['instances', { instances: 2 }, 'scaled'],
    ['executor resources', { executorResources: {} }, 'scaled'],
    ['instances and configuration', { instances: 2, cmd: 'sleep 2' }, 'upgrade'],
    ['labels', { labels: { a: 'b' } }, 'upgrade'],
    ['dependencies', { dependencies: ['/x'] }, 'upgrade'],
    ['a check', { healthChecks: [{ port: 80 }] }, 'upgrade'],
    ['ports', { portDefinitions: [{ port: 1, name: 'default' }] }, 'upgrade'],
    ['a variable less', { env: { A: '1' } }, 'upgrade'],
    ['another variable', { env: { A: '1', C: '2' } }, 'upgrade'],
    ['back-off', { backoffSeconds: 2 }, 'upgrade'],
    ['kill selection', { killSelection: 'OLDEST_FIRST' }, 'upgrade'],
    ['an optional key', { taskKillGracePeriodSeconds: 3 }, 'upgrade'],
    ['limits', { resourceLimits: { cpus: 'unlimited' } }, 'upgrade'],
    ['role', { role: '*' }, 'same'],
  ])('%s', (_, change, expected) => {
    const changed = parsed({ ...base, ...change });
    for (const [from, to] of [
      [app, changed],
      [changed, app],
    ] as const) {
      expect({
        same: sameDefinition(from, to),
        scaled: isOnlyScaled(from, to),
        upgrade: isUpgrade(from, to),
      }).toEqual({ same: false, scaled: false, upgrade: false, [expected]: true });
    }
  });
});
