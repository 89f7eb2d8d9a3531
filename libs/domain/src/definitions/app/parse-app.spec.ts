import { describe, expect, it } from 'vitest';
import { errorOf, refusal, refusalOf, parse, parsed, type RuleCase } from './definitions.fixture.js';

const base = { id: '/a', cmd: 'sleep 1' };

/** Phase P: `spec/definitions.md` §2.4, §4.1. */
const schemaRules: RuleCase[] = [
  { rule: 'required key', app: { cmd: 'x' }, violations: [`/id: 'id' is undefined on object: {"cmd":"x"}`] },
  { rule: 'id pattern', app: { id: 'A_b', cmd: 'x' }, violations: ['/id: error.pattern'] },
  { rule: 'id with . step', app: { id: './a' }, violations: ['/id: error.pattern'] },
  { rule: 'empty id', app: { id: '' }, violations: ['/id: error.minLength'] },
  { rule: 'string', app: { ...base, user: 1 }, violations: ['/user: error.expected.jsstring'] },
  { rule: 'number', app: { ...base, cpus: '1' }, violations: ['/cpus: error.expected.jsnumber'] },
  {
    rule: 'number for an int',
    app: { ...base, instances: 'x' },
    violations: ['/instances: error.expected.jsnumber'],
  },
  {
    rule: 'boolean',
    app: { ...base, requirePorts: 1 },
    violations: ['/requirePorts: error.expected.jsboolean'],
  },
  { rule: 'array', app: { ...base, args: 'x' }, violations: ['/args: error.expected.jsarray'] },
  { rule: 'object', app: { ...base, labels: [] }, violations: ['/labels: error.expected.jsobject'] },
  {
    rule: 'map value',
    app: { ...base, labels: { a: 1 } },
    violations: ['/labels/a: error.expected.jsstring'],
  },
  { rule: 'env number', app: { ...base, env: { A: 1 } }, violations: ['/env/A: error.expected.jsobject'] },
  { rule: 'env secret', app: { ...base, env: { A: {} } }, violations: ['/env/A/secret: error.path.missing'] },
  { rule: 'int', app: { ...base, instances: 1.5 }, violations: ['/instances: error.expected.int'] },
  {
    rule: 'long',
    app: { ...base, unreachableStrategy: { expungeAfterSeconds: 1.5 } },
    violations: ['/unreachableStrategy/expungeAfterSeconds: error.expected.long'],
  },
  {
    rule: 'int of 32 bits',
    app: { ...base, instances: 2 ** 31 },
    violations: ['/instances: error.expected.int'],
  },
  {
    rule: 'numbers that no double holds',
    app: { ...base, cpus: Infinity, backoffFactor: Infinity },
    violations: ['/cpus: error.expected.jsnumber', '/backoffFactor: error.expected.jsnumber'],
  },
  {
    rule: 'instances that nobody can mean',
    app: { ...base, instances: 1_000_001 },
    violations: ['/instances: error.max'],
  },
  { rule: 'cmd length', app: { id: 'a', cmd: '' }, violations: ['/cmd: error.minLength'] },
  { rule: 'role length', app: { ...base, role: '' }, violations: ['/role: error.minLength'] },
  {
    rule: 'uri lengths',
    app: { ...base, fetch: [{ uri: '' }, { uri: 'x'.repeat(1025) }, {}, { uri: 'x', destPath: '' }] },
    violations: [
      '/fetch(0)/uri: error.minLength',
      '/fetch(1)/uri: error.maxLength',
      "/fetch(2)/uri: 'uri' is undefined on object: {}",
      '/fetch(3)/destPath: error.minLength',
    ],
  },
  {
    rule: 'minima',
    app: {
      ...base,
      instances: -1,
      cpus: -1,
      mem: -1,
      disk: -1,
      gpus: -1,
      backoffSeconds: -1,
      backoffFactor: 0.9,
      maxLaunchDelaySeconds: -1,
      taskKillGracePeriodSeconds: -1,
      executorResources: { cpus: -1, mem: 31, disk: 9 },
      residency: { relaunchEscalationTimeoutSeconds: -1 },
    },
    violations: [
      '/instances: error.min',
      '/cpus: error.min',
      '/mem: error.min',
      '/disk: error.min',
      '/gpus: error.min',
      '/backoffSeconds: error.min',
      '/backoffFactor: error.min',
      '/maxLaunchDelaySeconds: error.min',
      '/taskKillGracePeriodSeconds: error.min',
      '/executorResources/cpus: error.min',
      '/executorResources/mem: error.min',
      '/executorResources/disk: error.min',
      '/residency/relaunchEscalationTimeoutSeconds: error.min',
    ],
  },
  {
    rule: 'upgrade strategy: both keys, 0..1',
    app: { ...base, upgradeStrategy: { minimumHealthCapacity: 1.2 } },
    violations: [
      '/upgradeStrategy/minimumHealthCapacity: error.max',
      `/upgradeStrategy/maximumOverCapacity: 'maximumOverCapacity' is undefined on object: {"minimumHealthCapacity":1.2}`,
    ],
  },
  {
    rule: 'unreachable minima',
    app: { ...base, unreachableStrategy: { inactiveAfterSeconds: -1 } },
    violations: ['/unreachableStrategy/inactiveAfterSeconds: error.min'],
  },
  {
    rule: 'enum',
    app: { ...base, killSelection: 'FIRST' },
    violations: ['/killSelection: error.unknown.enum.literal'],
  },
  { rule: 'executor', app: { ...base, executor: 'a//b' }, violations: ['/executor: error.pattern'] },
  { rule: 'executor slash', app: { ...base, executor: '/a/' }, violations: ['/executor: error.pattern'] },
  {
    rule: 'ports',
    app: {
      ...base,
      portDefinitions: [{ port: 65536 }, { port: -1 }, { name: 'A' }, { name: '' }, { protocol: 'sctp' }],
    },
    violations: [
      '/portDefinitions(0)/port: error.max',
      '/portDefinitions(1)/port: error.min',
      '/portDefinitions(2)/name: error.pattern',
      '/portDefinitions(3)/name: error.minLength',
      '/portDefinitions(4)/protocol: error.unknown.enum.literal',
    ],
  },
  {
    rule: 'networks',
    app: { ...base, networks: [{ mode: 'x' }, { name: 'N' }, { name: 'n'.repeat(64) }] },
    violations: [
      '/networks(0)/mode: error.unknown.enum.literal',
      '/networks(1)/name: error.pattern',
      '/networks(2)/name: error.maxLength',
    ],
  },
  {
    rule: 'container',
    app: {
      ...base,
      container: {
        type: 'LXC',
        docker: { image: '', parameters: [{ key: '' }], pullConfig: { secret: '' } },
        linuxInfo: { ipcInfo: {} },
      },
    },
    violations: [
      '/container/type: error.unknown.enum.literal',
      '/container/docker/image: error.minLength',
      '/container/docker/parameters(0)/key: error.minLength',
      `/container/docker/parameters(0)/value: 'value' is undefined on object: {"key":""}`,
      '/container/docker/pullConfig/secret: error.minLength',
      '/container/linuxInfo/ipcInfo/mode: error.path.missing',
    ],
  },
  {
    rule: 'a volume that fits nothing is a bad host volume',
    app: { ...base, container: { type: 'MESOS', volumes: [{ containerPath: 'x', mode: 'RW' }] } },
    violations: [
      `/container/volumes(0)/hostPath: 'hostPath' is undefined on object: {"containerPath":"x","mode":"RW"}`,
    ],
  },
  {
    rule: 'CSI access (§16 no. 16)',
    app: {
      ...base,
      container: {
        type: 'MESOS',
        volumes: [
          {
            containerPath: 'x',
            mode: 'RW',
            external: {
              name: 'v',
              provider: 'csi',
              options: { pluginName: 'p', capability: { accessMode: 'ANY', accessType: 'tape' } },
            },
          },
        ],
      },
    },
    violations: [
      '/container/volumes(0)/external/options/capability/accessMode: error.unknown.enum.literal',
      '/container/volumes(0)/external/options/capability/accessType: error.unknown.enum.literal',
    ],
  },
  {
    rule: 'health checks',
    app: { ...base, healthChecks: [{ protocol: 'UDP', port: 65536, gracePeriodSeconds: -1, command: {} }] },
    violations: [
      '/healthChecks(0)/protocol: error.unknown.enum.literal',
      '/healthChecks(0)/port: error.max',
      '/healthChecks(0)/gracePeriodSeconds: error.min',
      '/healthChecks(0)/command/value: error.path.missing',
    ],
  },
  {
    rule: 'readiness checks',
    app: {
      ...base,
      readinessChecks: [
        { name: '', path: '', timeoutSeconds: 0, httpStatusCodesForReady: [], protocol: 'TCP' },
      ],
    },
    violations: [
      '/readinessChecks(0)/name: error.minLength',
      '/readinessChecks(0)/path: error.minLength',
      '/readinessChecks(0)/timeoutSeconds: error.min',
      '/readinessChecks(0)/httpStatusCodesForReady: error.minLength',
      '/readinessChecks(0)/protocol: error.unknown.enum.literal',
    ],
  },
  {
    rule: 'secrets',
    app: { ...base, secrets: { a: {}, b: { source: '' } } },
    violations: [
      "/secrets/a/source: 'source' is undefined on object: {}",
      '/secrets/b/source: error.minLength',
    ],
  },
];

describe('phase P', () => {
  it.each(schemaRules)('$rule', ({ app, violations, with: surroundings }) => {
    expect(refusalOf(parse(app, surroundings))).toEqual(refusal('Invalid JSON', violations));
  });

  it.each([[[]], ['text'], [1], [null]])('refuses %j as a document', (json) => {
    expect(refusalOf(parse(json))).toEqual(refusal('Invalid JSON', [': error.expected.jsobject']));
  });

  it('collects all violations of a path in one entry', () => {
    const error = errorOf(parse({ id: '/tasks', cmd: 'x', args: ['y'] }));
    expect(error.details?.find(({ path }) => path === '/')?.errors).toHaveLength(2);
  });

  it('ignores unknown keys and takes null for absence', () => {
    const plain = parsed(base);
    const noisy = { ...base, storeUrls: [], tasks: [{}], cpus: null, container: null, labels: null };
    expect(parsed(noisy)).toEqual(plain);
  });

  it('takes integral doubles for ints and literals in any case', () => {
    const app = parsed({
      ...base,
      instances: 3.0,
      killSelection: 'oldest_first',
      portDefinitions: [{ protocol: 'UDP,TCP' }],
    });
    expect(app).toMatchObject({
      instances: 3,
      killSelection: 'OLDEST_FIRST',
      portDefinitions: [{ protocol: 'udp,tcp' }],
    });
  });

  it('collapses duplicates of set-like fields', () => {
    const app = parsed({
      ...base,
      constraints: [
        ['a', 'UNIQUE'],
        ['a', 'UNIQUE'],
      ],
      dependencies: ['b', 'b', '/b'],
    });
    expect(app.constraints).toEqual([['a', 'UNIQUE']]);
    expect(app.dependencies).toEqual(['/b']);
  });

  it('keeps hostile keys as plain data', () => {
    const app = parsed(
      JSON.parse('{"id":"a","cmd":"sleep 1","labels":{"__proto__":"x"},"env":{"__proto__":"y"}}'),
    );
    expect(Object.entries(app.labels)).toEqual([['__proto__', 'x']]);
    expect(Object.entries(app.env)).toEqual([['__proto__', 'y']]);
  });

  it('reads any text as the disabled unreachable strategy', () => {
    expect(parsed({ ...base, unreachableStrategy: 'whatever' }).unreachableStrategy).toBe('disabled');
  });

  it('lets the URL name the app', () => {
    expect(parsed({ cmd: 'sleep 1' }, {}, { urlId: '/x/y' }).id).toBe('/x/y');
    expect(parsed(base, {}, { urlId: '/x/y' }).id).toBe('/x/y');
  });

  it('resolves ids and dependencies from the root, and from the group in a group body', () => {
    const body = { id: 'web/front', cmd: 'sleep 1', dependencies: ['db', '../x', '/y'] };
    expect(parsed(body)).toMatchObject({ id: '/web/front', dependencies: ['/db', '/x', '/y'] });
    const inGroup = { id: 'front', cmd: 'sleep 1', dependencies: ['../db'] };
    expect(parsed(inGroup, { basePath: '/p/web' })).toMatchObject({
      id: '/p/web/front',
      dependencies: ['/p/db'],
    });
  });

  it('gives an app of a bulk PUT no port when the body names none (§16 no. 5)', () => {
    expect(parsed(base, {}, { impliedPorts: [] }).portDefinitions).toEqual([]);
  });
});
