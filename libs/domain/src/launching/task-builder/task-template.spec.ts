import { describe, expect, it } from 'vitest';
import type { AppDefinition } from '../../definitions/app/app-definition.js';
import { scalar } from '../app.fixture.js';
import { bridge, build, definition, mapped, mapping, net, TASK_ID } from './task-template.fixture.js';

describe('the command of a task', () => {
  const container = { type: 'MESOS', volumes: [] } as const;

  it.each<[Partial<AppDefinition>, object]>([
    [{ cmd: 'run me' }, { shell: true, value: 'run me' }],
    [
      { cmd: 'run me', container },
      { shell: true, value: 'run me' },
    ],
    [
      { cmd: undefined, args: ['/bin/x', 'y'] },
      { shell: false, value: '/bin/x', arguments: ['/bin/x', 'y'] },
    ],
    [
      { cmd: undefined, args: ['x'], container },
      { shell: false, arguments: ['x'] },
    ],
    [{ cmd: undefined, args: [], container }, { shell: false }],
  ])('%j', (app, expected) => {
    const { environment: _, ...command } = build(app).command!;
    expect(command).toEqual(expected);
  });

  it('has user and artifacts', () => {
    const fetch = [
      { uri: 'http://x/a.tgz', extract: true, executable: false, cache: true },
      { uri: 'http://x/b', extract: false, executable: true, cache: false, destPath: 'bin/b' },
    ];
    expect(build({ user: 'web', fetch }).command).toMatchObject({
      user: 'web',
      uris: [
        { value: 'http://x/a.tgz', extract: true, executable: false, cache: true },
        { value: 'http://x/b', extract: false, executable: true, cache: false, output_file: 'bin/b' },
      ],
    });
  });

  it.each<[string, string, Partial<AppDefinition>, string | undefined]>([
    ['', '//cmd', {}, undefined],
    ['//cmd', '/default', {}, undefined],
    ['', '/default', {}, "chmod ug+rx '/default' && exec '/default' sleep 1000"],
    ['/own', '//cmd', { cmd: undefined, args: ['a', 'b'] }, "chmod ug+rx '/own' && exec '/own' a b"],
    ['/own', '//cmd', { cmd: undefined, args: [] }, "chmod ug+rx '/own' && exec '/own'"],
  ])('executor %j, default %j', (executor, fallback, app, value) => {
    const executorResources = [scalar('cpus', 0.1)];
    const task = build(
      { executor, ...app },
      { settings: { executor: fallback }, slot: { executorResources } },
    );
    expect(task.executor?.command.value).toBe(value);
    expect(task.command === undefined).toBe(value !== undefined);
    if (value === undefined) return;
    expect(task.executor).toMatchObject({
      executor_id: { value: `marathon-${TASK_ID}` },
      command: { shell: true },
      resources: executorResources,
    });
    expect(task.executor?.command).not.toHaveProperty('arguments');
  });
});

const tcp = (number: number, labels: Record<string, string> = {}, protocol = 'tcp') => ({
  number,
  protocol,
  ...(Object.keys(labels).length === 0
    ? {}
    : { labels: { labels: Object.entries(labels).map(([key, value]) => ({ key, value })) } }),
});
const inside = (network: string) => ({ 'network-scope': 'container', 'network-name': network });

describe('the other parts of a task', () => {
  it('are there when the definition asks for them', () => {
    const plain = build({}, { slot: { resources: [scalar('cpus', 1)] } });
    expect(Object.keys(plain).toSorted()).toEqual([
      'agent_id',
      'command',
      'discovery',
      'name',
      'resources',
      'task_id',
    ]);
    expect(plain).toMatchObject({
      name: 'db.shop',
      task_id: { value: TASK_ID },
      agent_id: { value: 'S0' },
      resources: [scalar('cpus', 1)],
      discovery: { visibility: 'FRAMEWORK', name: 'db.shop', ports: { ports: [] } },
    });
    expect(
      build({
        labels: { a: 'b' },
        taskKillGracePeriodSeconds: 2.5,
        resourceLimits: { cpus: 'unlimited', mem: 256 },
      }),
    ).toMatchObject({
      labels: { labels: [{ key: 'a', value: 'b' }] },
      kill_policy: { grace_period: { nanoseconds: 2_500_000_000 } },
      limits: { cpus: { value: 'Infinity' }, mem: { value: 256 } },
    });
  });

  it.each<[string, Partial<AppDefinition>, readonly (number | undefined)[], readonly object[]]>([
    [
      'host network',
      { portDefinitions: [definition(10_000, { name: 'web', labels: { v: '1' } })] },
      [31000],
      [{ name: 'web', ...tcp(31000, { v: '1' }) }],
    ],
    [
      'one entry per protocol',
      { portDefinitions: [definition(10_000, { protocol: 'udp,tcp' })] },
      [31000],
      [tcp(31000, {}, 'udp'), tcp(31000)],
    ],
    [
      'bridge',
      mapped([mapping(80, { hostPort: 0, labels: { v: '1' } })], bridge),
      [31000],
      [tcp(31000, { v: '1', 'network-scope': 'host' })],
    ],
    [
      'container networks',
      mapped([mapping(80), mapping(81, { networkNames: ['b'] })], net('a'), net('b')),
      [undefined, undefined],
      [tcp(80, inside('a')), tcp(80, inside('b')), tcp(81, inside('b'))],
    ],
  ])('discovery ports: %s', (_, app, hostPorts, expected) => {
    expect(build(app, { slot: { hostPorts } }).discovery?.ports.ports).toEqual(expected);
  });
});
