import { describe, expect, it } from 'vitest';
import { parse, parsed, refusal, refusalOf, stored, type RuleCase } from '../definitions.fixture.js';

const base = { id: '/a', cmd: 'sleep 1' };
const BAD_PORT_INDEX =
  'Health check port indices must address an element of the ports array or container port mappings.';
const resident = (keys: object = {}): object => ({
  ...base,
  container: {
    type: 'MESOS',
    volumes: [{ containerPath: 'data', mode: 'RW', persistent: { size: 1 } }],
  },
  ...keys,
});
const prod = { mesosRole: 'prod' };

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

describe.each(Object.entries({ roles, strategies, checks }))('%s', (_, rules) => {
  it.each(rules)('$rule', ({ app, violations, with: surroundings }) => {
    expect(refusalOf(parse(app, surroundings))).toEqual(refusal('Object is not valid', violations));
  });
});

describe('normal form of health checks', () => {
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
    expect(parsed({ ...base, id: '/g/a', role: 'old' }, { storedApps: [app] }).role).toBe('old');
  });

  it('changes the role of a resident app by force only', () => {
    const before = stored({ ...resident(), id: '/g/a', role: 'prod' }, prod);
    const change = { ...resident(), id: '/g/a', role: 'g' };
    expect(parse(change, { ...prod, storedApps: [before], force: true }).ok).toBe(true);
    const refused = parse(change, { ...prod, storedApps: [before] });
    expect(refused).toMatchObject({ error: { details: [{ path: '/role' }] } });
    expect(JSON.stringify(refused)).toContain(
      'It is not possible to change the role for existing reservations.',
    );
  });
});
