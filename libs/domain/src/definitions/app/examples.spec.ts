import { expect, it } from 'vitest';
import { parsed, printOf, stored, T0 } from './definitions.fixture.js';
import { assignServicePorts } from './service-port-assignment.js';
import type { AppDefinition } from './app-definition.js';

/** `spec/definitions.md` §17, with the first service ports of the pool. */
function storedAndPrinted(json: object, mesosRole = '*'): unknown {
  const app = stored(json, { mesosRole });
  const assigned = assignServicePorts<AppDefinition>({
    app,
    isUsed: () => false,
    range: { min: 10000, max: 20000 },
  });
  return assigned.ok ? JSON.parse(JSON.stringify(printOf(assigned.value))) : assigned.error;
}

const minimal = {
  id: '/sleeper',
  cmd: 'sleep 1000',
  instances: 1,
  role: '*',
  labels: {},
  executor: '',
  cpus: 1,
  mem: 128,
  disk: 0,
  gpus: 0,
  backoffSeconds: 1,
  backoffFactor: 1.15,
  maxLaunchDelaySeconds: 300,
  networks: [{ mode: 'host' }],
  requirePorts: false,
  portDefinitions: [{ port: 10000, name: 'default', protocol: 'tcp' }],
  upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  killSelection: 'YOUNGEST_FIRST',
  version: T0,
  versionInfo: { lastScalingAt: T0, lastConfigChangeAt: T0 },
};
const { cmd: _cmd, portDefinitions: _ports, ...contained } = minimal;

it('A: minimal command app', () => {
  const json = { id: 'sleeper', cmd: 'sleep 1000' };
  expect(storedAndPrinted(json)).toEqual(minimal);
  const { versionInfo: _info, ...posted } = minimal;
  expect(printOf(stored(json), { withoutVersionInfo: true })).toEqual({
    ...posted,
    portDefinitions: [{ port: 0, name: 'default', protocol: 'tcp' }],
  });
});

const gate = {
  id: '/api/gate',
  cmd: './gate --port $PORT_HTTP',
  instances: 2,
  portDefinitions: [
    { port: 0, name: 'http', labels: { VIP_0: '/gate:80' } },
    { port: 9100, protocol: 'TCP' },
  ],
  healthChecks: [{ protocol: 'mesos_http', path: '/ping', timeoutSeconds: 5 }],
  constraints: [['@hostname', 'UNIQUE']],
  uris: ['https://repo.example/gate.tgz?rev=4'],
};

it('B: host networking, port definitions, health check', () => {
  expect(storedAndPrinted(gate)).toEqual({
    ...minimal,
    id: '/api/gate',
    cmd: './gate --port $PORT_HTTP',
    instances: 2,
    constraints: [['@hostname', 'UNIQUE']],
    fetch: [{ uri: 'https://repo.example/gate.tgz?rev=4', extract: true, executable: false, cache: false }],
    portDefinitions: [
      { port: 10000, name: 'http', protocol: 'tcp', labels: { VIP_0: '/gate:80' } },
      { port: 9100, protocol: 'tcp' },
    ],
    healthChecks: [
      {
        protocol: 'MESOS_HTTP',
        path: '/ping',
        portIndex: 0,
        ipProtocol: 'IPv4',
        gracePeriodSeconds: 300,
        intervalSeconds: 60,
        timeoutSeconds: 5,
        maxConsecutiveFailures: 3,
        delaySeconds: 15,
      },
    ],
  });
});

it('B with ports instead of definitions: the check has no port', () => {
  const { portDefinitions: _definitions, ...rest } = gate;
  expect(() => parsed({ ...rest, ports: [0, 9100] })).toThrow('Health check port indices');
});

it('C: Docker engine, bridge networking, legacy spelling', () => {
  const json = {
    id: '/web',
    requirePorts: true,
    healthChecks: [{ path: '/' }],
    container: {
      docker: { image: 'nginx:1.17', network: 'BRIDGE', portMappings: [{ containerPort: 80, name: 'http' }] },
    },
  };
  expect(storedAndPrinted(json)).toEqual({
    ...contained,
    id: '/web',
    networks: [{ mode: 'container/bridge' }],
    requirePorts: false,
    container: {
      type: 'DOCKER',
      volumes: [],
      docker: { image: 'nginx:1.17', forcePullImage: false, privileged: false, parameters: [] },
      portMappings: [
        { containerPort: 80, hostPort: 0, servicePort: 10000, name: 'http', protocol: 'tcp', labels: {} },
      ],
    },
    healthChecks: [
      {
        protocol: 'HTTP',
        path: '/',
        portIndex: 0,
        ignoreHttp1xx: false,
        ipProtocol: 'IPv4',
        gracePeriodSeconds: 300,
        intervalSeconds: 60,
        timeoutSeconds: 20,
        maxConsecutiveFailures: 3,
        delaySeconds: 15,
      },
    ],
  });
});

it('D: app with a persistent volume', () => {
  const json = {
    id: '/db',
    cpus: 0.5,
    mem: 512,
    env: { PGDATA: '/mnt/mesos/sandbox/pgdata' },
    container: {
      type: 'MESOS',
      docker: { image: 'postgres:11' },
      volumes: [{ containerPath: 'pgdata', mode: 'RW', persistent: { size: 1024 } }],
    },
  };
  expect(storedAndPrinted(json, 'prod')).toEqual({
    ...contained,
    portDefinitions: minimal.portDefinitions,
    id: '/db',
    role: 'prod',
    cpus: 0.5,
    mem: 512,
    env: { PGDATA: '/mnt/mesos/sandbox/pgdata' },
    container: {
      type: 'MESOS',
      docker: { image: 'postgres:11', forcePullImage: false, privileged: false, parameters: [] },
      volumes: [
        { containerPath: 'pgdata', mode: 'RW', persistent: { type: 'root', size: 1024, constraints: [] } },
      ],
    },
    residency: { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' },
    upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    unreachableStrategy: 'disabled',
  });
});
