import { describe, expect, it } from 'vitest';
import { parsed } from './definitions.fixture.js';
import { residentChangeViolations } from './resident-rules.js';

const around = { mesosRole: 'prod' };
const persistent = { containerPath: 'data', mode: 'RW', persistent: { size: 1 } };
const resident = (keys: object = {}, volume: object = persistent): object => ({
  id: '/a',
  cmd: 'sleep 1',
  ports: [80, 0],
  container: { type: 'MESOS', volumes: [volume] },
  ...keys,
});

/** Phase D: `spec/definitions.md` §14. */
describe('changes of resident apps', () => {
  it.each([
    ['size', resident({}, { ...persistent, persistent: { size: 2 } }), ['/app(3)']],
    ['mount path', resident({}, { ...persistent, containerPath: 'other' }), ['/app(3)']],
    [
      'no volumes',
      { ...resident(), container: { type: 'MESOS' } },
      ['/app(3)', '/app(3)/upgradeStrategy/maximumOverCapacity'],
    ],
    [
      'resources',
      resident({ cpus: 2, mem: 1, disk: 1, requirePorts: true }),
      ['/app(3)/cpus', '/app(3)/disk', '/app(3)/mem', '/app(3)/requirePorts'],
    ],
    ['host ports', resident({ ports: [81] }), ['/app(3)']],
    ['order of host ports', resident({ ports: [0, 80] }), []],
    ['anything else', resident({ cmd: 'sleep 2', instances: 3, labels: { a: 'b' } }), []],
  ])('%s', (_, to, paths) => {
    const violations = residentChangeViolations(parsed(resident(), around), parsed(to, around), '/app(3)');
    expect(violations.map(({ path }) => path).toSorted()).toEqual(paths);
  });

  it('says why', () => {
    const to = resident({ ports: [81], cpus: 2 }, { ...persistent, containerPath: 'other' });
    const found = residentChangeViolations(parsed(resident(), around), parsed(to, around), '/app(0)');
    expect(found.flatMap(({ errors }) => errors)).toEqual([
      'Persistent volumes can not be changed!',
      expect.stringMatching(/^Services with persistent volumes configured may not change host ports\./),
      expect.stringMatching(
        /^Services with persistent volumes configured may not change resource requirements\./,
      ),
    ]);
  });

  it('does not concern other apps', () => {
    const from = parsed({ id: '/a', cmd: 'sleep 1' });
    expect(residentChangeViolations(from, { ...from, cpus: 7 }, '/app(0)')).toEqual([]);
  });
});
