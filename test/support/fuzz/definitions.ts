import * as fc from 'fast-check';
import { mutated, type Json } from './json.js';

/** Definitions of apps as the contract's examples and the tests have them: between them they use every key. */
export const APPS: readonly Json[] = [
  { id: '/sleeper', cmd: 'sleep 1000' },
  {
    id: '/api/gate',
    cmd: './gate --port $PORT_HTTP',
    instances: 2,
    portDefinitions: [
      { port: 0, name: 'http', labels: { VIP_0: '/gate:80' } },
      { port: 9100, protocol: 'TCP' },
    ],
    healthChecks: [{ protocol: 'mesos_http', path: '/ping', timeoutSeconds: 5 }],
    constraints: [
      ['@hostname', 'UNIQUE'],
      ['rack', 'GROUP_BY', '3'],
      ['os', 'LIKE', 'l.*'],
      ['zone', 'IS', 'a'],
      ['zone', 'IN', '{a,b}'],
    ],
    uris: ['https://repo.example/gate.tgz?rev=4'],
  },
  {
    id: '/web',
    requirePorts: true,
    healthChecks: [{ path: '/' }],
    container: {
      docker: { image: 'nginx:1.17', network: 'BRIDGE', portMappings: [{ containerPort: 80, name: 'http' }] },
    },
  },
  {
    id: '/db',
    cpus: 0.5,
    mem: 512,
    env: { PGDATA: '/mnt/mesos/sandbox/pgdata', PASSWORD: { secret: 'pg' } },
    secrets: { pg: { source: '/pg' } },
    container: {
      type: 'MESOS',
      docker: { image: 'postgres:11', credential: { principal: 'a' }, pullConfig: { secret: 'pg' } },
      linuxInfo: { seccomp: { unconfined: true }, ipcInfo: { mode: 'PRIVATE', shmSize: 16 } },
      volumes: [
        { containerPath: 'pgdata', mode: 'RW', persistent: { size: 1024, type: 'root', constraints: [] } },
        { containerPath: '/x', hostPath: '/y', mode: 'RO' },
        { containerPath: 's', secret: 'pg' },
      ],
    },
    residency: { relaunchEscalationTimeoutSeconds: 60, taskLostBehavior: 'WAIT_FOREVER' },
  },
  {
    id: 'volumes',
    args: ['run', '--all'],
    container: {
      type: 'DOCKER',
      docker: {
        image: 'x',
        parameters: [{ key: 'hostname', value: 'a' }],
        privileged: true,
        forcePullImage: true,
      },
      volumes: [
        {
          containerPath: '/v',
          mode: 'RW',
          external: { name: 'v', provider: 'dvdi', options: { 'dvdi/driver': 'x' } },
        },
        {
          containerPath: '/c',
          mode: 'RO',
          external: {
            name: 'c',
            provider: 'csi',
            options: {
              pluginName: 'p',
              capability: { accessMode: 'SINGLE_NODE_WRITER', accessType: 'mount', mountFlags: ['x'] },
              nodeStageSecret: { a: 'b' },
            },
          },
        },
      ],
      portMappings: [
        { containerPort: 80, hostPort: 0, servicePort: 10_080, protocol: 'udp,tcp', networkNames: ['n'] },
      ],
    },
    networks: [{ mode: 'container', name: 'n', labels: { a: 'b' } }],
  },
  {
    id: '/everything',
    cmd: 'true',
    user: 'nobody',
    env: { A: 'b' },
    instances: 3,
    cpus: 1.5,
    mem: 64,
    disk: 10,
    gpus: 0,
    resourceLimits: { cpus: 'unlimited', mem: 128 },
    executor: '//cmd',
    executorResources: { cpus: 0.1, mem: 32, disk: 10 },
    constraints: [['hostname', 'MAX_PER', '2']],
    acceptedResourceRoles: ['*'],
    role: '*',
    networks: [{ mode: 'host' }],
    portDefinitions: [{ port: 10_001, name: 'x', protocol: 'udp' }],
    requirePorts: false,
    fetch: [{ uri: 'http://x/y.zip', extract: true, executable: false, cache: true, destPath: 'z' }],
    healthChecks: [
      {
        protocol: 'HTTP',
        path: '/',
        portIndex: 0,
        ignoreHttp1xx: true,
        ipProtocol: 'IPv6',
        maxConsecutiveFailures: 0,
      },
      {
        protocol: 'COMMAND',
        command: { value: 'true' },
        gracePeriodSeconds: 1,
        intervalSeconds: 2,
        delaySeconds: 3,
      },
      { protocol: 'TCP', port: 80 },
    ],
    check: {
      http: { port: 80, path: '/', scheme: 'HTTPS' },
      intervalSeconds: 1,
      timeoutSeconds: 1,
      delaySeconds: 0,
    },
    readinessChecks: [
      { name: 'r', portName: 'x', httpStatusCodesForReady: [200, 204], preserveLastResponse: true },
    ],
    backoffSeconds: 1,
    backoffFactor: 1.15,
    maxLaunchDelaySeconds: 300,
    taskKillGracePeriodSeconds: 5,
    upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.5 },
    unreachableStrategy: { inactiveAfterSeconds: 5, expungeAfterSeconds: 10 },
    killSelection: 'OLDEST_FIRST',
    dependencies: ['/sleeper', '../web'],
    labels: { team: 'a', 'x.y/z': 'ß' },
    tty: false,
  },
  {
    id: '/old',
    cmd: 'true',
    ports: [0, 8080],
    requirePorts: true,
    ipAddress: { networkName: 'n', labels: { a: 'b' }, discovery: { ports: [{ number: 80, name: 'http' }] } },
  },
  {
    id: '/old-ports',
    cmd: 'true',
    ports: [0, 0],
    uris: ['http://x/a.tar.gz'],
    unreachableStrategy: 'disabled',
  },
];

/** What changes an app. */
export const UPDATES: readonly Json[] = [
  { instances: 3 },
  { cmd: 'sleep 5', env: { A: '1' }, labels: {} },
  { version: '2020-05-04T10:00:00.000Z' },
  { id: '/other', cpus: 0.1, upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 } },
  { container: null, portDefinitions: [], constraints: [] },
];

/** Groups, nested and not, of every kind of request. */
export const GROUPS: readonly Json[] = [
  {
    id: '/shop',
    apps: [{ id: 'cart', cmd: 'true' }],
    groups: [{ id: 'db', apps: [{ id: 'pg', cmd: 'true' }] }],
  },
  {
    id: 'tiers',
    dependencies: ['/shop'],
    enforceRole: true,
    groups: [
      { id: 'a', apps: [{ id: 'x', cmd: 'true', dependencies: ['../b'] }] },
      { id: 'b', dependencies: ['c'], apps: [] },
      { id: 'b/c', apps: [{ id: '/tiers/b/c/y', cmd: 'true' }] },
    ],
  },
  { scaleBy: 1.5 },
  { id: 'back', version: '2020-05-04T10:00:00.000Z' },
  { enforceRole: false },
];

/** A pod as Marathon's documentation has it. */
export const PODS: readonly Json[] = [
  {
    id: '/pod',
    containers: [
      {
        name: 'c',
        exec: { command: { shell: 'sleep 100' } },
        resources: { cpus: 0.1, mem: 32 },
        endpoints: [{ name: 'http', containerPort: 80, hostPort: 0, protocol: ['tcp'] }],
      },
    ],
    networks: [{ mode: 'host' }],
    scaling: { kind: 'fixed', instances: 1 },
  },
];

/** Bodies for `PUT` and `PATCH /v2/apps`. */
export const APP_ARRAYS: readonly Json[] = [
  [{ id: '/sleeper', instances: 2 }],
  [
    { id: '/sleeper', cmd: 'sleep 1' },
    { id: '/fresh', cmd: 'true' },
  ],
  [],
];

/** Definitions that are nearly right. */
export const anyApp = (): fc.Arbitrary<Json> => mutated(APPS);
