import { describe, expect, it } from 'vitest';
import type { AppDefinition } from '../../definitions/app/app-definition.js';
import { bridge, build, mapping, net, TASK_ID } from './task-template.fixture.js';

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
      'docker engine, own network with ports and volumes',
      {
        networks: [net('a')],
        container: {
          type: 'DOCKER',
          docker,
          volumes: [{ containerPath: '/c', hostPath: '/h', mode: 'RW' }],
          portMappings,
        },
      },
      {
        type: 'DOCKER',
        docker: { ...engine, network: 'USER', port_mappings: mappings },
        network_infos: [{ name: 'a' }],
        volumes: [{ container_path: '/c', host_path: '/h', mode: 'RW' }],
      },
    ],
    [
      'a container port that is whatever the host port is',
      {
        networks: [bridge],
        container: { type: 'DOCKER', docker, volumes: [], portMappings: [mapping(0, { hostPort: 0 })] },
      },
      {
        type: 'DOCKER',
        docker: {
          ...engine,
          network: 'BRIDGE',
          port_mappings: [{ host_port: 31000, container_port: 31000, protocol: 'tcp' }],
        },
      },
    ],
    [
      'a host volume without image',
      {
        container: { type: 'MESOS', volumes: [{ containerPath: 'c', hostPath: '/h', mode: 'RO' }] },
      },
      { type: 'MESOS', mesos: {}, volumes: [{ container_path: 'c', host_path: '/h', mode: 'RO' }] },
    ],
    [
      'an image behind the bridge, with ports and labels',
      {
        networks: [{ ...bridge, labels: { k: 'v' } }],
        container: { type: 'MESOS', docker: { ...docker, forcePullImage: false }, volumes: [], portMappings },
      },
      {
        type: 'MESOS',
        mesos: { image: { type: 'DOCKER', docker: { name: 'nginx' }, cached: true } },
        network_infos: [
          {
            name: 'mesos-bridge',
            labels: { labels: [{ key: 'k', value: 'v' }] },
            ip_addresses: [{}],
            port_mappings: mappings,
          },
        ],
      },
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

  it('is on the bridge that the settings name', () => {
    const settings = { mesosBridgeName: 'cni' };
    expect(build({ networks: [bridge] }, { settings }).container?.network_infos?.[0]?.name).toBe('cni');
  });
});
