import { describe, expect, it } from 'vitest';
import {
  refusal,
  refusalOf,
  parse,
  parsed,
  type RuleCase,
  type Surroundings,
} from '../definitions.fixture.js';

const base = { id: '/a', cmd: 'sleep 1' };
const image = { image: 'nginx' };
const LABEL = "must match regular expression '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$'";
const SECRETS_DISABLED = 'Feature secrets is not enabled. Enable with --enable_features secrets)';
const prod: Surroundings = { mesosRole: 'prod', features: ['external_volumes', 'secrets'] };

const withVolumes = (...volumes: object[]): object => ({ ...base, container: { type: 'MESOS', volumes } });
const persistent = (info: object, keys: object = {}): object =>
  withVolumes({ containerPath: 'data', mode: 'RW', persistent: { size: 1, ...info }, ...keys });
const dvdi = (external: object, keys: object = {}): object => ({
  containerPath: 'data',
  mode: 'RW',
  external: { name: 'v', provider: 'dvdi', options: { 'dvdi/driver': 'x' }, ...external },
  ...keys,
});
const csi = (accessMode: string, mode: string, accessType = 'block'): object => ({
  containerPath: 'data',
  mode,
  external: {
    name: 'v',
    provider: 'csi',
    options: { pluginName: 'p', capability: { accessMode, accessType } },
  },
});

const volume = '/container/volumes(0)';

const images: RuleCase[] = [
  { rule: 'no image', app: { ...base, container: {} }, violations: ['/container/docker: not defined'] },
  {
    rule: 'pullConfig with Docker',
    app: { id: 'a', container: { docker: { ...image, pullConfig: { secret: 's' } } } },
    violations: ['/container/docker/pullConfig: pullConfig is not supported with Docker containerizer'],
  },
  {
    rule: 'pullConfig without the feature',
    app: { id: 'a', container: { type: 'MESOS', docker: { ...image, pullConfig: { secret: 's' } } } },
    violations: [
      '/container/docker/pullConfig: must be empty',
      `/container/docker/pullConfig: ${SECRETS_DISABLED}`,
      '/container/docker/pullConfig: pullConfig.secret must refer to an existing secret',
    ],
  },
  {
    rule: 'seccomp profile and unconfined',
    app: {
      ...base,
      container: { type: 'MESOS', linuxInfo: { seccomp: { profileName: 'p', unconfined: true } } },
    },
    violations: ['/container/linuxInfo/seccomp: Seccomp unconfined can NOT be true when Profile is defined'],
  },
  {
    rule: 'seccomp with neither, shmSize of the parent',
    app: {
      ...base,
      container: { type: 'MESOS', linuxInfo: { seccomp: {}, ipcInfo: { mode: 'share_parent', shmSize: 1 } } },
    },
    violations: [
      '/container/linuxInfo/seccomp: Seccomp unconfined must be true when Profile is NOT defined',
      '/container/linuxInfo/ipcInfo: ipcInfo shmSize can NOT be set when mode is SHARE_PARENT',
    ],
  },
];

const persistentVolumes: RuleCase[] = [
  {
    rule: 'size',
    app: persistent({ size: 0 }),
    violations: [`${volume}/persistent/size: got 0, expected more than 0`],
  },
  {
    rule: 'maxSize elsewhere',
    app: persistent({ maxSize: 2, type: 'path' }),
    violations: [`${volume}/persistent: Only mount volumes can have maxSize`],
  },
  {
    rule: 'profile without type counts as root',
    app: persistent({ maxSize: 2, profileName: 'fast', constraints: [['path', 'LIKE', 'x']] }),
    violations: [
      `${volume}/persistent: Only mount volumes can have maxSize`,
      `${volume}/persistent: Constraints on root volumes are not supported`,
    ],
  },
  {
    rule: 'order of sizes',
    app: persistent({ size: 2, maxSize: 2, type: 'mount' }),
    violations: [`${volume}/persistent: Max size must be larger than size`],
  },
  {
    rule: 'constraints',
    app: persistent({
      type: 'mount',
      constraints: [
        [],
        ['disk', 'LIKE', 'x'],
        ['path', 'UNIQUE', 'x'],
        ['path', 'NEAR', 'x'],
        ['path', 'LIKE', '('],
      ],
    }),
    violations: [
      `${volume}/persistent/constraints(0): Missing field and operator`,
      `${volume}/persistent/constraints(1): Unsupported constraint disk,LIKE,x`,
      `${volume}/persistent/constraints(2): Operator must be one of LIKE, UNLIKE`,
      `${volume}/persistent/constraints(3): unknown constraint operator NEAR`,
      `${volume}/persistent/constraints(4)/(: Invalid regular expression`,
    ],
  },
  {
    rule: 'profile name (M)',
    app: persistent({ profileName: '' }),
    violations: [`${volume}/persistent/profileName: must not be empty`],
  },
  {
    rule: 'dots',
    app: persistent({}, { containerPath: '..' }),
    violations: [`${volume}/containerPath: can not be one of (.,..)`],
  },
  {
    rule: 'slash and mode',
    app: persistent({}, { containerPath: 'a/b', mode: 'RO' }),
    violations: [`${volume}/containerPath: value must not contain "/"`, `${volume}/mode: does not equal RW`],
  },
];

const otherVolumes: RuleCase[] = [
  {
    rule: 'secret volume',
    app: withVolumes({ containerPath: 'x', secret: 's' }),
    violations: [`${volume}: volume.secret must refer to an existing secret`],
  },
  {
    rule: 'secret volume without the feature',
    app: { ...withVolumes({ containerPath: 'x', secret: 's' }), secrets: { s: { source: 'x' } } },
    violations: [`/container/volumes: ${SECRETS_DISABLED}`, `/secrets: ${SECRETS_DISABLED}`],
    with: {},
  },
  {
    rule: 'external volume without the feature',
    app: withVolumes(dvdi({})),
    violations: [
      `${volume}: Feature external_volumes is not enabled. Enable with --enable_features external_volumes)`,
    ],
    with: {},
  },
  {
    rule: 'provider, name, options',
    app: withVolumes({ containerPath: '.', mode: 'RW', external: { options: { bad: 'x' } } }),
    violations: [
      `${volume}/external/provider: not defined`,
      `${volume}/external/name: not defined`,
      String.raw`${volume}/external/options/keys(0): must match regular expression '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?/[A-Za-z0-9](?:[-A-Za-z0-9\._:]*[A-Za-z0-9])?$'`,
      `${volume}/containerPath: can not be one of (.,..)`,
    ],
  },
  {
    rule: 'unknown provider, empty name',
    app: withVolumes(dvdi({ provider: 'X', name: '' })),
    violations: [
      `${volume}/external/provider: ${LABEL}`,
      `${volume}/external/provider: is unknown provider`,
      `${volume}/external/name: must not be empty`,
    ],
  },
  {
    rule: 'no driver',
    app: withVolumes(dvdi({ options: {} })),
    violations: [`${volume}/external/options("dvdi/driver"): not defined`],
  },
  {
    rule: 'bad driver, mode with the Mesos engine',
    app: withVolumes(dvdi({ options: { 'dvdi/driver': 'X' } }, { mode: 'RO' })),
    violations: [`${volume}/external/options("dvdi/driver"): ${LABEL}`, `${volume}/mode: does not equal RW`],
  },
  {
    rule: 'rexray options',
    app: withVolumes(
      dvdi({
        options: {
          'dvdi/driver': 'rexray',
          'dvdi/volumetype': 'X',
          'dvdi/newfstype': 'X',
          'dvdi/iops': '0',
          'dvdi/overwritefs': 'maybe',
        },
      }),
    ),
    violations: [
      `${volume}/external/options/"dvdi/volumetype": ${LABEL}`,
      `${volume}/external/options/"dvdi/newfstype": ${LABEL}`,
      `${volume}/external/options/"dvdi/iops": Expected a valid, positive integer instead of 0`,
      `${volume}/external/options/"dvdi/overwritefs": Expected a valid boolean`,
    ],
  },
  {
    rule: 'Docker engine',
    app: {
      id: 'a',
      container: {
        docker: image,
        volumes: [dvdi({ size: 1, options: { 'dvdi/driver': 'x', 'dvdi/size': '1' } })],
      },
    },
    violations: [
      `${volume}/external/size: must be undefined for Docker containers`,
      `${volume}/external/options: must only contain dvdi/driver`,
    ],
  },
  {
    rule: 'instances and over-capacity',
    app: {
      ...withVolumes(dvdi({})),
      instances: 2,
      upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0.5 },
    },
    violations: [
      '/: Number of instances is limited to 1 when declaring DVDI volumes in app [/a]',
      '/upgradeStrategy/maximumOverCapacity: got 0.5, expected 0.0',
    ],
  },
  {
    rule: 'names',
    app: withVolumes(dvdi({}), dvdi({})),
    violations: [
      '/container/volumes: Volume names must be unique',
      "/: Requested DVDI volume 'v' is declared more than once within app /a",
    ],
  },
  {
    rule: 'CSI: mount without file system (§16 no. 16)',
    app: withVolumes(csi('SINGLE_NODE_WRITER', 'RW', 'mount')),
    violations: [`${volume}/external/options/capability/fsType: not defined`],
  },
  {
    rule: 'CSI: not shareable (M)',
    app: { ...withVolumes(csi('SINGLE_NODE_WRITER', 'RW')), instances: 2 },
    violations: ['/instances: got 2, expected 1 or less while non-shareable CSI volumes are defined'],
  },
  {
    rule: 'CSI: single writers (M)',
    app: { ...withVolumes(csi('MULTI_NODE_SINGLE_WRITER', 'RW')), instances: 2 },
    violations: [
      '/instances: got 2, expected 1 or less while a multi-node single-writer volume is defined mounted as read/write',
    ],
  },
  {
    rule: 'CSI: read-only access (M)',
    app: withVolumes(csi('MULTI_NODE_READER_ONLY', 'RW')),
    violations: [`${volume}/volume: CSI volume must be mounted readonly with a read-only access mode`],
  },
];

describe.each(Object.entries({ images, persistentVolumes, otherVolumes }))('%s', (group, rules) => {
  it.each(rules)('$rule', ({ app, violations, with: surroundings }) => {
    const around = surroundings ?? (group === 'images' ? {} : prod);
    expect(refusalOf(parse(app, around))).toEqual(refusal('Object is not valid', violations));
  });
});

describe('normal form of containers', () => {
  it('drops what the engine does not know', () => {
    const linuxInfo = { seccomp: { unconfined: true } };
    const docker = parsed({ id: 'a', container: { docker: { ...image, privileged: true }, linuxInfo } });
    expect(docker.container).not.toHaveProperty('linuxInfo');
    expect(docker.container?.docker?.privileged).toBe(true);
    const mesos = parsed({
      id: 'a',
      container: { type: 'MESOS', docker: { ...image, privileged: true }, linuxInfo },
    });
    expect(mesos.container?.docker?.privileged).toBe(false);
    expect(mesos.container?.linuxInfo).toEqual(linuxInfo);
  });

  it('gives a volume with a disk profile the type mount, and stores UNLIKE (§16 no. 10)', () => {
    const profiled = parsed(persistent({ profileName: 'fast' }), prod).container?.volumes[0];
    expect(profiled).toMatchObject({ persistent: { type: 'mount', profileName: 'fast', constraints: [] } });
    const constraints = [['path', 'UNLIKE', '/dev/.*']];
    const mounted = parsed(persistent({ type: 'mount', constraints }), prod).container?.volumes[0];
    expect(mounted).toMatchObject({ persistent: { constraints } });
  });

  it('gives apps with external volumes the strategy of residents, but not their unreachable strategy', () => {
    expect(parsed(withVolumes(dvdi({})), prod)).toMatchObject({
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    });
  });

  it('tells the shapes of volumes apart', () => {
    const host = { containerPath: '/x', hostPath: '/y', mode: 'ro' };
    expect(parsed(withVolumes(host, csi('MULTI_NODE_MULTI_WRITER', 'RW')), prod).container?.volumes).toEqual([
      { containerPath: '/x', hostPath: '/y', mode: 'RO' },
      csi('MULTI_NODE_MULTI_WRITER', 'RW'),
    ]);
  });
});
