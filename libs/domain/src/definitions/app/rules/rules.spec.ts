import { describe, expect, it } from 'vitest';
import { parse, parsed, refusal, refusalOf, type RuleCase } from '../definitions.fixture.js';

const base = { id: '/a', cmd: 'sleep 1' };
const SEGMENT =
  'must fully match regular expression ' +
  String.raw`'^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.)$'`;
const RESERVED = 'must not end with any of the following reserved keywords: restart, tasks, versions, ., ..';
const NOTHING_TO_RUN = "/: AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.";
const MODES =
  '/networks: May specify a single host network, single bridge network, or else 1-to-n container networks';
const OPERATOR =
  'operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS';
const check = (keys: object, app: object = {}): object => ({ ...base, ...app, healthChecks: [keys] });

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
    rule: 'length of a path',
    app: { ...base, id: `/${'a/'.repeat(512)}a` },
    violations: ['/id: must not be longer than 1024 characters'],
  },
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

describe.each(Object.entries({ identity, networks, environment, resources }))('%s', (_, rules) => {
  it.each(rules)('$rule', ({ app, violations, with: surroundings }) => {
    expect(refusalOf(parse(app, surroundings))).toEqual(refusal('Object is not valid', violations));
  });
});

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
});
