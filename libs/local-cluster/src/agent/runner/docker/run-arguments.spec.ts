import { describe, expect, it } from 'vitest';
import type { CommandInfo, ContainerInfo, DockerInfo, Resource, TaskInfo } from '#mesos';
import { taskOf } from '../../agent.fixture.js';
import { engineTaskOf } from './engine-task.js';
import { runArguments, type RunContext } from './run-arguments.js';

const context: RunContext = {
  agentId: 'S0',
  workDir: '/work',
  frameworkId: 'F0',
  name: 'mesos-c1',
  idFile: '/meta/id',
  gpus: [],
  sandbox: '/sandbox',
  environment: { A: '1', B: 'two words' },
  user: undefined,
  enforcesCpus: false,
};

const scalar = (name: string, value: number): Resource => ({ name, type: 'SCALAR', scalar: { value } });
const ports = (begin: number, end: number): Resource => ({
  name: 'ports',
  type: 'RANGES',
  ranges: { range: [{ begin, end }] },
});

interface Asked {
  readonly docker?: Partial<DockerInfo>;
  readonly container?: Partial<ContainerInfo>;
  readonly command?: CommandInfo;
  readonly task?: Partial<TaskInfo>;
  readonly context?: Partial<RunContext>;
}

function argumentsOf(asked: Asked): readonly string[] | string {
  const container = {
    type: 'DOCKER' as const,
    docker: { image: 'web', ...asked.docker },
    ...asked.container,
  };
  const task = taskOf('t', asked.command ?? { shell: false }, {
    resources: [scalar('cpus', 0.5), scalar('mem', 64), ports(31_000, 31_005)],
    container,
    ...asked.task,
  });
  const engine = engineTaskOf(task, {});
  if (!engine.ok) return engine.error;
  const result = runArguments(task, engine.task, { ...context, ...asked.context });
  return result.ok ? result.args : result.error;
}

const labels = [
  '--label',
  'ekiden.agent=S0',
  '--label',
  'ekiden.framework=F0',
  '--label',
  'ekiden.task=t',
  '--label',
  'ekiden.work_dir=/work',
];

const volume = (host: string, inside: string) => ({
  volumes: [{ mode: 'RW' as const, host_path: host, container_path: inside }],
});
const dockerVolume = (name: string, driver?: string) => ({
  mode: 'RW' as const,
  container_path: 'data',
  source: { type: 'DOCKER_VOLUME' as const, docker_volume: { name, ...(driver && { driver }) } },
});
const limited = (limits: TaskInfo['limits']): Asked => ({ task: { limits: limits ?? {} } });
const user = (...names: string[]) => ({
  docker: { network: 'USER' as const },
  container: { network_infos: names.map((name) => ({ name })) },
});

const mapped = (network: DockerInfo['network'], host: number, resources: Resource[]): Asked => ({
  docker: { network: network ?? 'HOST', port_mappings: [{ host_port: host, container_port: 80 }] },
  task: { resources },
});

describe('the arguments of docker run', () => {
  it('are all there, in the order of the reference', () => {
    const args = argumentsOf({
      docker: {
        network: 'BRIDGE',
        privileged: true,
        port_mappings: [{ host_port: 31_000, container_port: 80, protocol: 'TCP' }],
        parameters: [
          { key: 'label', value: 'x=y' },
          { key: 'ulimit', value: 'nofile=10' },
        ],
      },
      container: {
        hostname: 'h',
        volumes: [{ mode: 'RO', host_path: '/from', container_path: '/to' }],
      },
      command: { shell: true, value: 'echo "hi"' },
    });
    const groups = [
      ['run', '--privileged', '--cpu-shares', '512', '--memory', '67108864'],
      ['-e', 'A=1', '-e', 'B=two words', '-v', '/from:/to:ro', '-v', '/sandbox:/mnt/mesos/sandbox'],
      ['--net', 'bridge', '--hostname', 'h', '-p', '31000:80/tcp', '--entrypoint', '/bin/sh'],
      ['--name', 'mesos-c1', '--cidfile', '/meta/id', ...labels, '--label=x=y', '--ulimit=nofile=10'],
      ['web', '-c', 'echo "hi"'],
    ];
    expect(args).toEqual(groups.flat());
  });

  const plain = argumentsOf({}) as readonly string[];
  /** What the arguments have more than those of a task that asks for nothing. */
  const added = (asked: Asked) => {
    const args = argumentsOf(asked);
    return typeof args === 'string' ? args : args.filter((word) => !plain.includes(word));
  };

  it.each<[string, Asked, readonly string[]]>([
    ['a little processor time', { task: { resources: [scalar('cpus', 0.001), scalar('mem', 64)] } }, ['2']],
    ['a little memory', { task: { resources: [scalar('cpus', 0.5), scalar('mem', 1)] } }, ['33554432']],
    ['processor time enforced', { context: { enforcesCpus: true } }, ['--cpu-quota', '50000']],
    ['processor time limited', limited({ cpus: { value: 2 } }), ['--cpu-quota', '200000']],
    ['processor time without limit', limited({ cpus: { value: 'Infinity' } }), []],
    ['memory limited', limited({ mem: { value: 128 } }), ['134217728', '--memory-reservation']],
    ['memory without limit', limited({ mem: { value: 'Infinity' } }), ['--memory-reservation']],
    [
      'no forbidden system calls',
      { container: { linux_info: { seccomp: { unconfined: true } } } },
      ['--security-opt', 'seccomp=unconfined'],
    ],
    [
      'shared memory of its own',
      { container: { linux_info: { ipc_mode: 'PRIVATE', shm_size: 128 } } },
      ['--ipc', 'private', '--shm-size', '128m'],
    ],
    ['a path of the sandbox', { container: volume('in', '/data') }, ['/sandbox/in:/data:rw']],
    ['a path in the sandbox', { container: volume('/in', 'data') }, ['/in:/mnt/mesos/sandbox/data:rw']],
    [
      'a volume of a driver',
      { container: { volumes: [dockerVolume('v', 'd')] } },
      ['v:/mnt/mesos/sandbox/data:rw', '--volume-driver=d'],
    ],
    ['the bridge', { docker: { network: 'BRIDGE' } }, ['bridge']],
    ['no network', { docker: { network: 'NONE' } }, ['none']],
    ['a network of its own', user('backend'), ['backend']],
    ['a network by parameter', { docker: { parameters: [{ key: 'net', value: 'mine' }] } }, ['--net=mine']],
    [
      'ports without protocol',
      { docker: { network: 'BRIDGE', port_mappings: [{ host_port: 31_000, container_port: 80 }] } },
      ['bridge', '-p', '31000:80'],
    ],
    ['devices', { context: { gpus: [0, 2] } }, ['--gpus', '"device=0,2"']],
    ['a user', { context: { user: { uid: 7, gid: 8 } } }, ['--user', '7:8']],
    ['arguments', { command: { shell: false, arguments: ['a', 'b c'] } }, ['a', 'b c']],
    ['value and arguments', { command: { shell: false, value: 'v', arguments: ['a'] } }, ['v', 'a']],
  ])('%s', (_, asked, expected) => {
    expect(added(asked)).toEqual(expected);
  });

  it('the shared memory of the host', () => {
    const args = argumentsOf({ container: { linux_info: { ipc_mode: 'SHARE_PARENT' } } });
    expect(args.slice(5, 7)).toEqual(['--ipc', 'host']);
  });

  it.each<[Asked, string]>([
    [
      mapped('HOST', 31_000, [ports(31_000, 31_000)]),
      'Port mappings are only supported for bridge and user-defined networks',
    ],
    [mapped('BRIDGE', 31_001, [ports(31_000, 31_000)]), 'Port [31001] not included in resources'],
    [mapped('BRIDGE', 31_000, []), 'Port mappings require port resources'],
    [{ container: { hostname: 'h' } }, 'Unable to set hostname with host network mode'],
    [user(), 'No network info found in container info'],
    [user('a', 'b'), 'Only a single network can be defined in Docker run'],
    [
      { docker: { network: 'USER' }, container: { network_infos: [{}] } },
      'No network name found in network info',
    ],
    [{ container: volume('a', 'b') }, "Both host_path 'a' and container_path 'b' of a volume are relative"],
    [{ command: { shell: true } }, 'Shell specified but no command value provided'],
    [
      { container: { volumes: [dockerVolume('a', 'd1'), dockerVolume('b', 'd2')] } },
      'Only one volume driver is supported',
    ],
  ])('cannot be made: %#', (asked, error) => {
    expect(argumentsOf(asked)).toBe(error);
  });
});

describe('the image of a MESOS container', () => {
  const networks = {
    shared: { mode: 'host' },
    'mesos-bridge': { mode: 'docker', dockerNetwork: 'bridge' },
    closed: { mode: 'reject' },
  } as const;
  const engineOf = (command: CommandInfo, container: Partial<ContainerInfo> = {}) => {
    const image = { type: 'DOCKER' as const, docker: { name: 'tool' }, cached: false };
    const asked = { type: 'MESOS' as const, mesos: { image }, ...container };
    const result = engineTaskOf(taskOf('t', command, { container: asked }), networks);
    return result.ok ? result.task : result.error;
  };

  it.each<[CommandInfo, string | undefined, readonly string[]]>([
    [{ shell: true, value: 'run me' }, '/bin/sh', ['-c', 'run me']],
    [{ shell: false }, undefined, []],
    [{ shell: false, arguments: ['a', 'b'] }, undefined, ['a', 'b']],
    [{ shell: false, value: '/bin/x', arguments: ['x', 'a'] }, '/bin/x', ['a']],
    [{ shell: false, value: '/bin/x' }, '/bin/x', []],
  ])('runs %j', (command, entryPoint, words) => {
    expect(engineOf(command)).toEqual({
      image: 'tool',
      forcePull: true,
      isPrivileged: false,
      network: 'host',
      portMappings: [],
      parameters: [],
      entryPoint,
      arguments: words,
    });
  });

  const portMappings = [{ host_port: 31_000, container_port: 80, protocol: 'tcp' }];
  const equalPorts = [{ host_port: 31_000, container_port: 31_000 }];

  it.each<[string, ContainerInfo['network_infos'], object | string]>([
    ['no name', [{ ip_addresses: [{}] }], ['host', []]],
    ['the engine’s', [{ name: 'mesos-bridge', port_mappings: portMappings }], ['bridge', portMappings]],
    ['the host’s', [{ name: 'shared', port_mappings: equalPorts }], ['host', []]],
    [
      'the host’s with other ports',
      [{ name: 'shared', port_mappings: portMappings }],
      "Network 'shared' is that of the host and cannot map container port 80 to host port 31000",
    ],
    ['unknown', [{ name: 'x' }], "Unknown network 'x'"],
    ['closed', [{ name: 'closed' }], "Unknown network 'closed'"],
    [
      'two',
      [{ name: 'mesos-bridge' }, { name: 'shared' }],
      'Only a single network can be joined on this agent',
    ],
  ])('joins a network: %s', (_, infos, expected) => {
    const engine = engineOf({ shell: false }, { network_infos: infos ?? [] });
    const joined = typeof engine === 'string' ? engine : [engine.network, engine.portMappings];
    expect(joined).toEqual(expected);
  });
});
