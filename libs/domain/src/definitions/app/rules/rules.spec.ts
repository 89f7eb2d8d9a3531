import { describe, expect, it } from 'vitest';
import { expectViolations, parse, parsed, stored, type RuleCase } from '../definitions.fixture.js';

const base = { id: '/a', cmd: 'sleep 1' };
const SEGMENT =
  'must fully match regular expression ' +
  String.raw`'^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.)$'`;
const RESERVED = 'must not end with any of the following reserved keywords: restart, tasks, versions, ., ..';
const NOTHING_TO_RUN = "/: AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.";
const BAD_PORT_INDEX =
  'Health check port indices must address an element of the ports array or container port mappings.';
const MODES =
  '/networks: May specify a single host network, single bridge network, or else 1-to-n container networks';
const OPERATOR =
  'operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS';
const resident = (keys: object = {}): object => ({
  ...base,
  container: {
    type: 'MESOS',
    volumes: [{ containerPath: 'data', mode: 'RW', persistent: { size: 1 } }],
  },
  ...keys,
});
const prod = { mesosRole: 'prod' };

const identity: RuleCase[] = [
  {
    rule: 'root',
    app: { ...base, id: '/' },
    violations: ['/: must not be root', '/id: Path must contain at least one path element'],
  },
  ...['restart', 'tasks', 'versions'].map((word) => ({
    rule: `reserved last segment ${word}`,
    app: { ...base, id: `/x/${word}` },
    violations: [`/id: ${RESERVED}`],
  })),
  {
    rule: 'dependencies',
    app: { ...base, dependencies: ['A', '../db', 'x/tasks', '..'] },
    violations: [
      `/dependencies(0): ${SEGMENT}`,
      `/dependencies(2): ${RESERVED}`,
      `/dependencies(3): ${RESERVED}`,
    ],
  },
  { rule: 'cmd of length 1', app: { ...base, cmd: 'x' }, violations: ['/: must not be an empty string'] },
  { rule: 'nothing to run', app: { id: 'a' }, violations: [NOTHING_TO_RUN] },
  { rule: 'cmd and args', app: { ...base, args: ['x'] }, violations: [NOTHING_TO_RUN] },
  { rule: 'no image (M)', app: { id: 'a', container: { type: 'MESOS' } }, violations: [NOTHING_TO_RUN] },
  {
    rule: 'fetch uri',
    app: { ...base, fetch: [{ uri: 'http://x/a b' }] },
    violations: ['/fetch(0)/uri: URI has invalid syntax.'],
  },
];

const networks: RuleCase[] = [
  {
    rule: 'host with name',
    app: { ...base, networks: [{ mode: 'host', name: 'n' }] },
    violations: ['/networks: Host networks may not have names or labels'],
  },
  {
    rule: 'host with labels',
    app: { ...base, networks: [{ mode: 'host', labels: { a: 'b' } }] },
    violations: ['/networks: Host networks may not have names or labels'],
  },
  {
    rule: 'bridge with name',
    app: { ...base, networks: [{ mode: 'container/bridge', name: 'n' }] },
    violations: ['/networks: Bridge networks may not have names'],
  },
  {
    rule: 'same name twice',
    app: { ...base, networks: [{ name: 'n' }, { name: 'n' }] },
    violations: ['/networks: Duplicate networks are not allowed'],
  },
  {
    rule: 'two unnamed',
    app: { ...base, networks: [{}, {}] },
    violations: ['/networks: Duplicate networks are not allowed'],
    with: { defaultNetworkName: 'n' },
  },
  {
    rule: 'two hosts',
    app: { ...base, networks: [{ mode: 'host' }, { mode: 'host' }] },
    violations: [MODES],
  },
  { rule: 'mixed', app: { ...base, networks: [{ mode: 'host' }, { name: 'n' }] }, violations: [MODES] },
  {
    rule: 'two bridges',
    app: { ...base, networks: [{ mode: 'container/bridge' }, { mode: 'container/bridge' }] },
    violations: [MODES],
  },
  {
    rule: 'unnamed without default name',
    app: { ...base, networks: [{}] },
    violations: ['/networks: Network name must be specified when container network is selected.'],
  },
  {
    rule: 'several networks with Docker',
    app: { id: 'a', networks: [{ name: 'm' }, { name: 'n' }], container: { docker: { image: 'i' } } },
    violations: ['/: may only specify a single container network when using the Docker container engine'],
  },
  {
    rule: 'definitions',
    app: { ...base, portDefinitions: [{ port: 80, name: 'x' }, { port: 80, name: 'x' }, {}, {}] },
    violations: ['/portDefinitions: Port names must be unique.', '/portDefinitions: Ports must be unique.'],
  },
  {
    rule: 'mappings',
    app: {
      ...base,
      networks: [{ name: 'm' }, { name: 'n' }],
      container: {
        type: 'MESOS',
        portMappings: [
          { name: 'x', networkNames: ['m', 'o'] },
          { name: 'x', hostPort: 0, networkNames: ['m'] },
          { hostPort: 1 },
        ],
      },
    },
    violations: [
      '/container/portMappings: Port names must be unique.',
      '/container/portMappings(0)/networkNames(1): is not one of (m,n)',
      '/container/portMappings(2): networkNames must be a single item list when hostPort is specified and more than 1 container network is defined',
    ],
  },
  {
    rule: 'negative port by way of ports (M)',
    app: { ...base, ports: [0, -1] },
    violations: ['/portDefinitions(1)/port: got -1, expected 0 or more'],
  },
];

const environment: RuleCase[] = [
  {
    rule: 'names and references',
    app: {
      ...base,
      env: { '': 'x', A: { secret: 's' }, B: { secret: 't' } },
      secrets: { t: { source: 'x' } },
    },
    violations: ['/env/keys(0): must not be empty', '/env/A/secret: references an undefined secret'],
    with: { features: ['secrets'] },
  },
  {
    rule: 'without the feature',
    app: { ...base, env: { A: { secret: 's' } }, secrets: { s: { source: 'x' } } },
    violations: [
      '/env: use of secret-references in the environment requires the secrets feature to be enabled',
      '/secrets: Feature secrets is not enabled. Enable with --enable_features secrets)',
    ],
  },
  {
    rule: 'secret key',
    app: { ...base, secrets: { '': { source: 'x' } } },
    violations: ['/secrets/keys(0): must not be empty'],
    with: { features: ['secrets'] },
  },
];

const resources: RuleCase[] = [
  {
    rule: 'GPUs',
    app: { id: 'a', gpus: 1, container: { docker: { image: 'i' } } },
    violations: [
      '/: GPU resources only work with the Mesos containerizer',
      '/: Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)',
    ],
  },
  {
    rule: 'limits',
    app: { ...base, mem: 256, resourceLimits: { cpus: 'all', mem: 255 } },
    violations: [
      "/resourceLimits/cpus: 'all' is an invalid resource limit. It must be 'unlimited' or a number",
      '/resourceLimits/mem: resource limit must be greater than or equal to requested resource (256.0)',
    ],
  },
  ...(
    [
      [['a'], 'Each constraint must have either 2 or 3 fields'],
      [['a', 'IS', 'b', 'c'], 'Each constraint must have either 2 or 3 fields'],
      [['', 'UNIQUE'], 'illegal constraint specification'],
      [['a', 'NEAR'], OPERATOR],
      [['a', 'UNIQUE', 'x'], 'UNIQUE does not accept a value'],
      [['a', 'GROUP_BY', 'x'], 'GROUP BY must define an integer value or else no value at all'],
      [['a', 'MAX_PER'], 'MAX_PER requires an integer value'],
      [['a', 'MAX_PER', '1.5'], 'MAX_PER requires an integer value'],
      [['a', 'LIKE'], 'LIKE and UNLIKE require a non-empty, regular expression value'],
      [['a', 'UNLIKE', '('], 'is not a valid regular expression'],
      [
        ['a', 'IS', '[1]'],
        'IS only supports Mesos text and float values (see http://mesos.apache.org/documentation/latest/attributes-resources/)',
      ],
    ] as const
  ).map(([constraint, text]) => ({
    rule: `constraint ${constraint.join(' ')}`,
    app: { ...base, constraints: [constraint] },
    violations: [`/constraints(0): ${text}`],
  })),
];

const roles: RuleCase[] = [
  {
    rule: 'at the root',
    app: { ...base, role: 'x' },
    violations: ['/role: got x, expected one of: [*]'],
  },
  {
    rule: 'in a group',
    app: { ...base, id: '/g/a', role: 'x' },
    violations: ['/role: got x, expected one of: [*, g]'],
  },
  {
    rule: 'in a group that enforces its role',
    app: { ...base, id: '/g/a', role: '*' },
    violations: ['/role: got *, expected one of: [g]'],
    with: { groups: { '/g': true } },
  },
  {
    rule: 'in a new group that will enforce its role',
    app: { ...base, id: '/g/a', role: '*' },
    violations: ['/role: got *, expected one of: [g]'],
    with: { newGroupEnforceRole: 'top' },
  },
  {
    rule: 'accepted roles of an unreserved app',
    app: { ...base, acceptedResourceRoles: ['x'] },
    violations: ['/acceptedResourceRoles: acceptedResourceRoles can only contain *'],
  },
  {
    rule: 'accepted roles',
    app: { ...base, acceptedResourceRoles: ['x', '*', 'prod'] },
    violations: ['/acceptedResourceRoles: acceptedResourceRoles can only contain * and prod'],
    with: prod,
  },
  {
    rule: 'no accepted roles',
    app: { ...base, acceptedResourceRoles: [] },
    violations: ['/acceptedResourceRoles: must not be empty'],
  },
  {
    rule: 'names of accepted roles',
    app: { ...base, acceptedResourceRoles: ['', '.', '..', '-x', 'a/b', '\t', '\u007f'] },
    violations: [
      '/acceptedResourceRoles: acceptedResourceRoles can only contain *',
      '/acceptedResourceRoles(0): A role name must not be "".',
      '/acceptedResourceRoles(1): A role name must not be ".".',
      '/acceptedResourceRoles(2): A role name must not be "..".',
      "/acceptedResourceRoles(3): A role name must not start with a '-'.",
      String.raw`/acceptedResourceRoles(4)(1): A role name must not include a slash (\x2f) character.`,
      String.raw`/acceptedResourceRoles(5)(0): A role name must not include a horizontal tab (\x09) character.`,
      String.raw`/acceptedResourceRoles(6)(0): A role name must not include a backspace (\x7f) character.`,
    ],
  },
  {
    rule: 'accepted roles of a resident app',
    app: resident({ acceptedResourceRoles: ['prod'] }),
    violations: ['/acceptedResourceRoles: A resident app must have `acceptedResourceRoles = ["*"]`.'],
    with: prod,
  },
  {
    rule: 'resident with * (M)',
    app: resident(),
    violations: ['/role: Resident apps cannot have the role *'],
  },
];

const strategies: RuleCase[] = [
  {
    rule: 'single instance with the default strategy',
    app: { ...base, labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } },
    violations: [
      '/isSingleInstance: must be false',
      '/upgradeStrategy/minimumHealthCapacity: got 1.0, expected 0.0',
      '/upgradeStrategy/maximumOverCapacity: got 1.0, expected 0.0',
    ],
  },
  {
    rule: 'single instance',
    app: {
      ...base,
      instances: 2,
      labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' },
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    },
    violations: [
      '/: Single instance app may only have one instance',
      '/upgradeStrategy/minimumHealthCapacity: got 0.5, expected 0.0',
    ],
  },
  {
    rule: 'migration labels',
    app: { ...base, labels: { DCOS_MIGRATION_API_VERSION: 'v1', DCOS_MIGRATION_API_PATH: '/x' } },
    violations: [
      '/: DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined when using DCOS_MIGRATION_API_VERSION',
    ],
  },
  {
    rule: 'strategies of resident apps',
    app: resident({
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
      unreachableStrategy: {},
    }),
    violations: [
      '/upgradeStrategy/maximumOverCapacity: got 1.0, expected 0.0',
      '/: unreachableStrategy must be disabled for resident tasks',
    ],
    with: prod,
  },
  {
    rule: 'residency without volumes still asks for its strategies',
    app: { ...base, residency: {}, unreachableStrategy: {} },
    violations: ['/: unreachableStrategy must be disabled for resident tasks'],
  },
  {
    rule: 'order of unreachable times (M)',
    app: { ...base, unreachableStrategy: { inactiveAfterSeconds: 5 } },
    violations: [
      '/unreachableStrategy/inactiveAfterSeconds: inactiveAfterSeconds (5) must be less or equal to expungeAfterSeconds, which is 0',
    ],
  },
];

const check = (keys: object, app: object = {}): object => ({ ...base, ...app, healthChecks: [keys] });
const checks: RuleCase[] = [
  {
    rule: 'port index out of range',
    app: check({ portIndex: 1 }),
    violations: [`/healthChecks(0): ${BAD_PORT_INDEX}`],
  },
  {
    rule: 'no port at all',
    app: check({}, { ports: [] }),
    violations: [`/healthChecks(0): ${BAD_PORT_INDEX}`],
  },
  {
    rule: 'Mesos check with a bad index (M)',
    app: check({ protocol: 'MESOS_TCP', portIndex: 1 }),
    violations: [`/healthChecks(0): ${BAD_PORT_INDEX}`],
  },
  {
    rule: 'IPv6',
    app: check({ protocol: 'MESOS_HTTP', ipProtocol: 'ipv6' }),
    violations: [
      '/healthChecks(0): IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks',
    ],
  },
  {
    rule: 'two Mesos checks',
    app: { ...base, healthChecks: [{ protocol: 'MESOS_HTTP' }, { protocol: 'MESOS_TCP' }] },
    violations: ['/: AppDefinition can contain at most one Mesos health check'],
  },
  {
    rule: 'COMMAND without command (§16 no. 11)',
    app: check({ protocol: 'COMMAND' }),
    violations: ["/healthChecks(0): protocol COMMAND requires 'command'"],
  },
  {
    rule: 'command with another protocol, port and path (§16 no. 11)',
    app: check({ protocol: 'HTTP', command: { value: 'x' }, port: 80, path: '/' }),
    violations: [
      "/healthChecks(0): 'command' requires protocol COMMAND",
      "/healthChecks(0): 'command' may not be combined with 'port' or 'path'",
    ],
  },
  {
    rule: 'no kind of check (§16 no. 12)',
    app: { ...base, check: {} },
    violations: ["/check: exactly one of 'http', 'tcp' and 'exec' must be defined"],
  },
  {
    rule: 'several kinds of check, HTTPS and argv (§16 no. 12)',
    app: { ...base, check: { http: { scheme: 'https' }, exec: { command: { argv: ['x'] } } } },
    violations: [
      "/check: exactly one of 'http', 'tcp' and 'exec' must be defined",
      '/check: scheme HTTPS is not supported',
      "/check: 'exec.command' must be a 'shell' command",
    ],
  },
  {
    rule: 'check with Docker, bad index (M)',
    app: {
      id: 'a',
      container: { docker: { image: 'i', network: 'BRIDGE' } },
      check: { tcp: { portIndex: 1 } },
    },
    violations: [
      "/: AppDefinition must not use 'checks' if using docker",
      '/check/get: check port index must address an element of the ports array or container port mappings.',
    ],
  },
  {
    rule: 'readiness checks',
    app: { ...base, readinessChecks: [{ portName: 'default', timeoutSeconds: 40 }, {}] },
    violations: [
      '/readinessChecks/size: got 2, expected 1 or less',
      '/readinessChecks(0)/timeoutSeconds: got 40, expected less than 30',
      '/readinessChecks(1)/portName: No port definition reference for portName http-api',
    ],
  },
];

describe.each(Object.entries({ identity, networks, environment, resources, roles, strategies, checks }))(
  '%s',
  (_, rules) => {
    it.each(rules)('$rule', ({ app, violations, with: surroundings }) => {
      expectViolations(parse(app, surroundings), 'Object is not valid', violations);
    });
  },
);

describe('what the rules let through', () => {
  it.each([
    ['args alone', { id: 'a', args: ['x'] }],
    ['an image alone', { id: 'a', container: { type: 'MESOS', docker: { image: 'i' } } }],
    ['a single port for a check', check({})],
    ['an explicit port for a check', check({ port: 80 }, { portDefinitions: [{}, {}] })],
    [
      'commands beside one Mesos check',
      {
        ...base,
        healthChecks: [
          { protocol: 'COMMAND', command: { value: 'x' } },
          { protocol: 'COMMAND', command: { value: 'y' } },
          { protocol: 'MESOS_HTTP' },
        ],
      },
    ],
    ['limits', { ...base, resourceLimits: { cpus: 'unlimited', mem: 128 } }],
    [
      'a spread',
      {
        ...base,
        constraints: [
          ['rack', 'GROUP_BY', '3'],
          ['x', 'IS', ''],
          ['y', 'CLUSTER'],
        ],
      },
    ],
    ['a Java expression', { ...base, constraints: [['rack', 'LIKE', '(?i)rack-\\p{Digit}++']] }],
  ])('%s', (_, app) => {
    expect(parse(app)).toMatchObject({ ok: true });
  });

  it('stores lower-case operators in upper case (§16 no. 9)', () => {
    expect(parsed({ ...base, constraints: [['a', 'max_per', '2']] }).constraints).toEqual([
      ['a', 'MAX_PER', '2'],
    ]);
  });

  it('keeps of a health check what means something to its protocol', () => {
    const noisy = { path: '/', ignoreHttp1xx: true, delaySeconds: 7, portIndex: 0 };
    const [tcp] = parsed(check({ protocol: 'TCP', ...noisy })).healthChecks;
    expect(tcp).toEqual({
      protocol: 'TCP',
      portIndex: 0,
      ipProtocol: 'IPv4',
      gracePeriodSeconds: 300,
      intervalSeconds: 60,
      timeoutSeconds: 20,
      maxConsecutiveFailures: 3,
      delaySeconds: 15,
    });
    const [http] = parsed(check({ protocol: 'HTTP', ...noisy })).healthChecks;
    expect(http).toMatchObject({ path: '/', ignoreHttp1xx: true, delaySeconds: 15 });
    const [mesos] = parsed(check({ protocol: 'MESOS_HTTPS', ...noisy })).healthChecks;
    expect(mesos).toMatchObject({ path: '/', delaySeconds: 7 });
    expect(mesos).not.toHaveProperty('ignoreHttp1xx');
  });
});

describe('roles by place', () => {
  it.each([
    ['/a', {}, '*'],
    ['/g/a', {}, '*'],
    ['/g/h/a', { groups: { '/g': true } }, 'g'],
    ['/g/a', { newGroupEnforceRole: 'top' as const }, 'g'],
    ['/g/a', { newGroupEnforceRole: 'top' as const, groups: { '/g': false } }, '*'],
  ])('%s with %j has the role %s by default', (id, surroundings, role) => {
    expect(parsed({ ...base, id }, surroundings).role).toBe(role);
  });

  it('allows the role that the stored app has', () => {
    const app = { ...stored({ ...base, id: '/g/a' }), role: 'old' };
    expect(parsed({ ...base, id: '/g/a', role: 'old' }, { stored: [app] }).role).toBe('old');
  });

  it('changes the role of a resident app by force only', () => {
    const before = stored({ ...resident(), id: '/g/a', role: 'prod' }, prod);
    const change = { ...resident(), id: '/g/a', role: 'g' };
    expect(parse(change, { ...prod, stored: [before], force: true }).ok).toBe(true);
    const refused = parse(change, { ...prod, stored: [before] });
    expect(refused).toMatchObject({ error: { details: [{ path: '/role' }] } });
    expect(JSON.stringify(refused)).toContain(
      'It is not possible to change the role for existing reservations.',
    );
  });
});
