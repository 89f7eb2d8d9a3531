import { describe, expect, it } from 'vitest';
import type { TaskInfo } from '#mesos';
import { BehaviorRules } from './behavior-rules.js';
import { parsePlan } from './parse-plan.js';
import { readSimulationAddress } from './simulation-address.js';
import { SimulatedMachines } from './simulated-machines.js';

const json = (value: object): string => JSON.stringify(value);

function task(name: string, label?: object, variable?: object): TaskInfo {
  return {
    name,
    task_id: { value: name },
    agent_id: { value: 'a' },
    ...(label === undefined ? {} : { labels: { labels: [{ key: 'ekiden.sim', value: json(label) }] } }),
    command: {
      environment: {
        variables: variable === undefined ? [] : [{ name: 'EKIDEN_SIM', value: json(variable) }],
      },
    },
  };
}

describe('the behaviour of a task', () => {
  const { defaults, rules } = parsePlan({
    default: { killing_exit: 1, drop: 0.1 },
    behaviors: [
      { match: { name: '^batch\\.' }, killing_exit: 2 },
      { match: { name: 'batch' }, killing_exit: 9, drop: 0.9 },
      { match: { label: { 'ekiden.sim': '{}' } }, killing_exit: 3 },
    ],
  });
  const behaviors = new BehaviorRules(defaults, rules);

  it.each([
    ['the default', task('web'), 1, 0.1],
    ['the first rule that matches', task('batch.1'), 2, 0.1],
    ['a rule by label', task('web', {}), 3, 0.1],
    ['its label before a rule', task('batch.1', { killing_exit: 4 }), 4, 0.1],
    [
      'its environment before its label',
      task('batch.1', { killing_exit: 4, drop: 1 }, { killing_exit: 5 }),
      5,
      1,
    ],
  ])('is that of %s', (_, info, killingExit, drop) => {
    expect(behaviors.of(info)).toMatchObject({ ok: true, behavior: { killingExit, drop } });
  });

  it('is one object for tasks that say the same', () => {
    const [left, right] = [behaviors.of(task('a', { drop: 1 })), behaviors.of(task('b', { drop: 1 }))];
    expect(left).toBe(right);
  });
});

describe('an address', () => {
  it('says how many agents there are, what they have and how tasks behave', () => {
    const plan = readSimulationAddress(
      'sim://?agents=3&cpus=8&mem=1024&attributes=rack:r{i%2}&kill_ms=7&seed=9',
    );
    expect(plan).toMatchObject({
      seed: 9,
      clock: { kind: 'real' },
      defaults: { killMs: { dist: 'const', value: 7 } },
    });
    const [group] = plan.groups;
    expect(group).toMatchObject({ count: 3, resources: 'cpus:8;mem:1024;disk:1000000;ports:[31000-32000]' });
    const machines = new SimulatedMachines();
    const made = [0, 1, 2].map((index) => machines.make(group!, index));
    expect(made.map(({ hostname, ip }) => [hostname, ip])).toEqual([
      ['sim-00000.cluster.test', '198.18.0.0'],
      ['sim-00001.cluster.test', '198.18.0.1'],
      ['sim-00002.cluster.test', '198.18.0.2'],
    ]);
    expect(made[0]!.attributes).toBe(made[2]!.attributes);
    expect(made[1]!.attributes).toEqual([{ name: 'rack', type: 'TEXT', text: { value: 'r1' } }]);
  });

  it('may name a file', () => {
    const plan = readSimulationAddress('sim:plan.json', (path) => {
      expect(path).toBe('plan.json');
      return JSON.stringify({
        clock: 'scaled:10',
        agents: [{ count: 2 }, { count: 3, attributes: 'class:gpu' }],
      });
    });
    expect(plan.clock).toEqual({ kind: 'scaled', scale: 10 });
    expect(plan.groups.map(({ count }) => count)).toEqual([2, 3]);
  });

  it.each([
    ['http://x', /must be sim/],
    ['sim://?agents=0', /from 1 to/],
    ['sim://?agents=x', /whole number/],
    ['sim://?colour=red', /unknown key `colour`/],
    ['sim://?seed=1&seed=2', /`seed` twice/],
    ['sim://?clock=fast', /clock must be/],
    ['sim://?drop=2', /from 0 to 1/],
    ['sim:/no/such/file', /cannot be read: ENOENT/],
  ])('%s is refused', (address, reason) => {
    expect(() => readSimulationAddress(address)).toThrow(reason);
  });

  it.each([
    [{ agent: [] }, /unknown key `agent`/],
    [{ agents: [{ count: 1, mtbf: 3 }] }, /agents\[0\] has the unknown key `mtbf`/],
    [{ behaviors: [{ match: { name: '(' } }] }, /no regular expression/],
    [{ events: [{ at_ms: 1, action: 'explode' }] }, /events\[0\].action must be one of/],
    [{ default: { outcome: [{ weight: 0, exit: 1 }] } }, /no weight above 0/],
  ])('a file with %j is refused', (content, reason) => {
    expect(() => parsePlan(content)).toThrow(reason);
  });
});
