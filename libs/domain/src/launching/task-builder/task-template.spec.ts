import { describe, expect, it } from 'vitest';
import type {
  AppDefinition,
  Network,
  PortDefinition,
  PortMapping,
} from '../../definitions/app/app-definition.js';
import { anApp, scalar, VERSION } from '../app.fixture.js';
import type { TaskSettings } from './task-settings.js';
import { TaskTemplate, type TaskSlot } from './task-template.js';

const SETTINGS: TaskSettings = { executor: '//cmd', mesosBridgeName: 'mesos-bridge' };
const TASK_ID = 'shop_db.instance-x._app.1';

interface Options {
  readonly slot?: Partial<TaskSlot>;
  readonly settings?: Partial<TaskSettings>;
  readonly random?: () => number;
}

function build(app: Partial<AppDefinition>, { slot, settings, random = () => 0 }: Options = {}) {
  const full = {
    taskId: TASK_ID,
    agentId: 'S0',
    host: 'host-0',
    hostPorts: [],
    resources: [],
    executorResources: [],
  };
  return new TaskTemplate(anApp(app), { ...SETTINGS, ...settings }, false).build(
    { ...full, ...slot },
    random,
  );
}

function environment(app: Partial<AppDefinition>, options: Options = {}): Record<string, string> {
  const variables = build(app, options).command?.environment?.variables ?? [];
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

const mapping = (containerPort: number, changes: Partial<PortMapping> = {}): PortMapping => ({
  containerPort,
  servicePort: 10_000,
  protocol: 'tcp',
  labels: {},
  ...changes,
});
const definition = (port: number, changes: Partial<PortDefinition> = {}): PortDefinition => ({
  port,
  protocol: 'tcp',
  ...changes,
});
const mapped = (portMappings: PortMapping[], ...networks: Network[]): Partial<AppDefinition> => ({
  portDefinitions: undefined,
  networks,
  container: { type: 'MESOS', volumes: [], portMappings },
});
const bridge: Network = { mode: 'container/bridge' };
const net = (name: string): Network => ({ mode: 'container', name });

describe('the environment of a task', () => {
  it('tells what runs, and where', () => {
    expect(environment({ cpus: 0.5, disk: 0, gpus: 2 })).toEqual({
      MESOS_TASK_ID: TASK_ID,
      MARATHON_APP_ID: '/shop/db',
      MARATHON_APP_VERSION: VERSION,
      MARATHON_APP_RESOURCE_CPUS: '0.5',
      MARATHON_APP_RESOURCE_MEM: '128.0',
      MARATHON_APP_RESOURCE_DISK: '0.0',
      MARATHON_APP_RESOURCE_GPUS: '2',
      MARATHON_APP_ENFORCE_GROUP_ROLE: 'FALSE',
      MARATHON_APP_LABELS: '',
      HOST: 'host-0',
    });
  });

  it.each([
    [12_345_678, '1.2345678E7'],
    [10_000_000, '1.0E7'],
    [9_999_999, '9999999.0'],
    [0.001, '0.001'],
    [0.0005, '5.0E-4'],
  ])('writes the amount %d as %s', (mem, expected) => {
    expect(environment({ mem })['MARATHON_APP_RESOURCE_MEM']).toBe(expected);
  });

  it('names the image of the docker engine only', () => {
    const docker = { image: 'nginx', forcePullImage: false, privileged: false, parameters: [] };
    const image = (type: 'DOCKER' | 'MESOS') =>
      environment({ container: { type, docker, volumes: [] } })['MARATHON_APP_DOCKER_IMAGE'];
    expect([image('DOCKER'), image('MESOS')]).toEqual(['nginx', undefined]);
  });

  it('tells whether the group enforces its role', () => {
    const slot = {
      taskId: TASK_ID,
      agentId: 'S',
      host: 'h',
      hostPorts: [],
      resources: [],
      executorResources: [],
    };
    const { command } = new TaskTemplate(anApp(), SETTINGS, true).build(slot, () => 0);
    expect(command?.environment?.variables).toContainEqual({
      name: 'MARATHON_APP_ENFORCE_GROUP_ROLE',
      value: 'TRUE',
    });
  });

  it('carries labels with sanitised keys, unless they are too long', () => {
    const variables = environment({
      labels: { 'my.label-x': '1', B: '2', ['k'.repeat(493)]: 'x', long: 'v'.repeat(512) },
    });
    expect(Object.fromEntries(Object.entries(variables).filter(([name]) => name.includes('LABEL')))).toEqual({
      MARATHON_APP_LABELS: 'MY_LABEL_X B',
      MARATHON_APP_LABEL_MY_LABEL_X: '1',
      MARATHON_APP_LABEL_B: '2',
    });
  });

  it('lets the user win over everything, and leaves out secret references', () => {
    const env = { MESOS_TASK_ID: 'mine', PORT0: '1', SECRET: { secret: 's' } };
    const variables = environment(
      { env, portDefinitions: [definition(80)] },
      { slot: { hostPorts: [31000] } },
    );
    expect(variables).toMatchObject({ MESOS_TASK_ID: 'mine', PORT0: '1', PORT: '31000' });
    expect(variables).not.toHaveProperty('SECRET');
  });

  it.each<[string, Partial<AppDefinition>, readonly (number | undefined)[], Record<string, string>]>([
    ['no ports', {}, [], {}],
    [
      'host ports',
      { portDefinitions: [definition(10_000, { name: 'http-api' }), definition(10_001)] },
      [31000, 31005],
      {
        PORT0: '31000',
        PORT_10000: '31000',
        'PORT_HTTP-API': '31000',
        PORT1: '31005',
        PORT_10001: '31005',
        PORT: '31000',
        PORTS: '31000,31005',
      },
    ],
    [
      'a declared host port 0',
      { portDefinitions: [definition(0)] },
      [31000],
      { PORT0: '31000', PORT_31000: '31000', PORT: '31000', PORTS: '31000' },
    ],
    [
      'mapped ports, one of them without host port',
      mapped([mapping(80, { hostPort: 0, name: 'web' }), mapping(9000)], bridge),
      [31000, undefined],
      {
        PORT0: '31000',
        PORT_80: '31000',
        PORT_WEB: '31000',
        PORT1: '9000',
        PORT_9000: '9000',
        PORT: '31000',
        PORTS: '31000',
      },
    ],
    [
      'container port 0 with a host port',
      mapped([mapping(0, { hostPort: 0 })], bridge),
      [31000],
      { PORT0: '31000', PORT_31000: '31000', PORT: '31000', PORTS: '31000' },
    ],
    [
      'container ports only, one of them free to choose',
      mapped([mapping(0), mapping(1025), mapping(0)], net('a')),
      [undefined, undefined, undefined],
      {
        PORT0: '1026',
        PORT_1026: '1026',
        PORT1: '1025',
        PORT_1025: '1025',
        PORT2: '1027',
        PORT_1027: '1027',
        PORT: '1026',
        PORTS: '1026,1027',
      },
    ],
    [
      'fixed container ports only',
      mapped([mapping(80)], net('a')),
      [undefined],
      { PORT0: '80', PORT_80: '80', PORTS: '' },
    ],
  ])('port variables: %s', (_, app, hostPorts, expected) => {
    const variables = environment(app, { slot: { hostPorts } });
    expect(Object.fromEntries(Object.entries(variables).filter(([name]) => name.startsWith('PORT')))).toEqual(
      expected,
    );
    const prefixed = environment(app, { slot: { hostPorts }, settings: { envVarsPrefix: 'Ctx_' } });
    expect(Object.fromEntries(Object.entries(prefixed).filter(([name]) => name.startsWith('Ctx_')))).toEqual({
      Ctx_HOST: 'host-0',
      ...Object.fromEntries(Object.entries(expected).map(([name, value]) => [`Ctx_${name}`, value])),
    });
    expect(prefixed).toMatchObject({ MESOS_TASK_ID: TASK_ID, MARATHON_APP_ID: '/shop/db' });
  });
});

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

  const tcp = (number: number, labels: Record<string, string> = {}, protocol = 'tcp') => ({
    number,
    protocol,
    ...(Object.keys(labels).length === 0
      ? {}
      : { labels: { labels: Object.entries(labels).map(([key, value]) => ({ key, value })) } }),
  });
  const inside = (network: string) => ({ 'network-scope': 'container', 'network-name': network });

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

describe('the container of a task', () => {
  const docker = {
    image: 'nginx',
    forcePullImage: true,
    privileged: false,
    parameters: [{ key: 'a', value: 'b' }],
  };
  const portMappings = [mapping(80, { hostPort: 0, protocol: 'udp,tcp' }), mapping(81)];
  const hostPorts = [31000, undefined];
  const mappings = [
    { host_port: 31000, container_port: 80, protocol: 'udp' },
    { host_port: 31000, container_port: 80, protocol: 'tcp' },
  ];
  const engine = {
    image: 'nginx',
    privileged: false,
    force_pull_image: true,
    parameters: [
      { key: 'a', value: 'b' },
      { key: 'label', value: `MESOS_TASK_ID=${TASK_ID}` },
    ],
  };

  it.each<[string, Partial<AppDefinition>, object | undefined]>([
    ['none', {}, undefined],
    [
      'network only',
      { networks: [bridge] },
      { type: 'MESOS', mesos: {}, network_infos: [{ name: 'mesos-bridge', ip_addresses: [{}] }] },
    ],
    [
      'no image',
      { container: { type: 'MESOS', volumes: [] }, tty: true },
      { type: 'MESOS', mesos: {}, tty_info: {} },
    ],
    [
      'docker engine, host network',
      { container: { type: 'DOCKER', docker, volumes: [] } },
      { type: 'DOCKER', docker: { ...engine, network: 'HOST' } },
    ],
    [
      'docker engine, bridge',
      { networks: [bridge], container: { type: 'DOCKER', docker, volumes: [], portMappings } },
      { type: 'DOCKER', docker: { ...engine, network: 'BRIDGE', port_mappings: mappings } },
    ],
    [
      'docker engine, own network',
      { networks: [net('a')], container: { type: 'DOCKER', docker, volumes: [], portMappings: [] } },
      { type: 'DOCKER', docker: { ...engine, network: 'USER' }, network_infos: [{ name: 'a' }] },
    ],
    [
      'image without docker, two networks',
      {
        networks: [{ ...net('a'), labels: { k: 'v' } }, net('b')],
        container: {
          type: 'MESOS',
          docker,
          volumes: [{ containerPath: '/c', hostPath: '/h', mode: 'RO' }],
          portMappings: [mapping(80, { hostPort: 0, networkNames: ['b'] })],
          linuxInfo: { seccomp: { unconfined: true }, ipcInfo: { mode: 'PRIVATE', shmSize: 64 } },
        },
      },
      {
        type: 'MESOS',
        mesos: { image: { type: 'DOCKER', docker: { name: 'nginx' }, cached: false } },
        network_infos: [
          { name: 'a', labels: { labels: [{ key: 'k', value: 'v' }] }, ip_addresses: [{}] },
          {
            name: 'b',
            ip_addresses: [{}],
            port_mappings: [{ host_port: 31000, container_port: 80, protocol: 'tcp' }],
          },
        ],
        linux_info: { seccomp: { unconfined: true }, ipc_mode: 'PRIVATE', shm_size: 64 },
        volumes: [{ container_path: '/c', host_path: '/h', mode: 'RO' }],
      },
    ],
  ])('%s', (_, app, expected) => {
    expect(build(app, { slot: { hostPorts } }).container).toEqual(expected);
  });
});
