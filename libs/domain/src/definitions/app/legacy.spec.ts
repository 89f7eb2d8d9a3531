import { describe, expect, it } from 'vitest';
import { errorOf, refusal, refusalOf, parse, parsed, type RuleCase } from './definitions.fixture.js';

const base = { id: '/a', cmd: 'sleep 1' };
const image = { image: 'nginx' };

/** Phase L: `spec/definitions.md` §4.5, §5.2, §7.2, §7.3. */
const rules: RuleCase[] = [
  {
    rule: 'docker.network beside networks',
    app: { ...base, networks: [{ mode: 'host' }], container: { docker: { ...image, network: 'HOST' } } },
    violations: ['/: must not specify both container.docker.network and networks'],
  },
  {
    rule: 'ipAddress beside networks',
    app: { ...base, networks: [{ mode: 'host' }], ipAddress: {} },
    violations: ['/: must not specify both networks and ipAddress'],
  },
  {
    rule: 'ipAddress beside ports',
    app: { ...base, ipAddress: {}, ports: [0] },
    violations: ['/: cannot specify both an IP address and port'],
  },
  {
    rule: 'ipAddress beside portDefinitions',
    app: { ...base, ipAddress: {}, portDefinitions: [{}] },
    violations: ['/: cannot specify both an IP address and port'],
  },
  {
    rule: 'ports unlike portDefinitions',
    app: { ...base, ports: [1], portDefinitions: [{ port: 2 }] },
    violations: ['/: cannot specify both ports and port definitions'],
  },
  { rule: 'duplicate ports', app: { ...base, ports: [1, 0, 0, 1] }, violations: ['/: ports must be unique'] },
  {
    rule: 'ports above 65535 (§16 no. 25)',
    app: { ...base, ports: [65535, 65536] },
    violations: ['/ports(1): got 65536, expected 65535 or less'],
  },
  {
    rule: 'discovery with Docker',
    app: { id: 'a', ipAddress: { discovery: {} }, container: { docker: image } },
    violations: ['/ipAddress: ipAddress/discovery is not allowed for Docker containers'],
  },
  {
    rule: 'uris beside fetch',
    app: { ...base, uris: ['http://x/y'], fetch: [{ uri: 'http://x/z' }] },
    violations: ['/uris: may not be set in conjunction with fetch'],
  },
  {
    rule: 'bad uri',
    app: { ...base, uris: ['http://x', 'a b'] },
    violations: ['/uris(1): URI has invalid syntax.'],
  },
  {
    rule: 'credentials with Docker',
    app: { id: 'a', container: { docker: { ...image, credential: { principal: 'p' } } } },
    violations: ['/container/docker/credential: must be empty'],
  },
  {
    rule: 'docker options with the Mesos engine',
    app: {
      id: 'a',
      container: {
        type: 'MESOS',
        docker: {
          ...image,
          credential: { principal: 'p' },
          network: 'HOST',
          parameters: [{ key: 'k', value: 'v' }],
          portMappings: [],
        },
      },
    },
    violations: [
      '/container/docker/credential: must be empty',
      '/container/docker/network: must be empty',
      '/container/docker/parameters: must be empty',
      '/container/docker/portMappings: must be empty',
    ],
  },
  {
    rule: 'names of docker.portMappings',
    app: {
      id: 'a',
      container: { docker: { ...image, network: 'BRIDGE', portMappings: [{ name: 'x' }, { name: 'x' }] } },
    },
    violations: ['/container/docker/portMappings: Port names must be unique.'],
  },
];

describe('phase L', () => {
  it.each(rules)('$rule', ({ app, violations }) => {
    expect(refusalOf(parse(app))).toEqual(refusal('Object is not valid', violations));
  });

  it.each([
    [
      'unsupported docker network type NONE',
      { id: 'a', container: { docker: { ...image, network: 'NONE' } } },
    ],
    [
      'cannot specify both portMappings and docker.portMappings',
      {
        id: 'a',
        container: { docker: { ...image, network: 'BRIDGE', portMappings: [{}] }, portMappings: [] },
      },
    ],
    [
      'container.portMappings and ipAddress.discovery.ports must not both be set',
      {
        ...base,
        ipAddress: { networkName: 'n', discovery: { ports: [{ name: 'x' }] } },
        container: { type: 'MESOS', portMappings: [] },
      },
    ],
  ])('contradiction: %s', (message, app) => {
    expect(errorOf(parse(app))).toEqual({ status: 422, message });
  });
});

const defaultMapping = { containerPort: 0, servicePort: 0, name: 'default', protocol: 'tcp', labels: {} };
const namelessMapping = { containerPort: 0, servicePort: 0, protocol: 'tcp', labels: {} };

const docker = (network: string): object => ({ docker: { ...image, network } });

describe('translation of networks', () => {
  it.each([
    ['nothing', {}, [{ mode: 'host' }]],
    ['an empty list', { networks: [] }, [{ mode: 'host' }]],
    ['docker HOST', { container: docker('host') }, [{ mode: 'host' }]],
    ['docker BRIDGE', { container: docker('BRIDGE') }, [{ mode: 'container/bridge' }]],
    ['docker USER', { container: docker('USER') }, [{ mode: 'container', name: 'net' }]],
    [
      'ipAddress',
      { ipAddress: { networkName: 'n', labels: { a: 'b' }, groups: ['x'] } },
      [{ mode: 'container', name: 'n', labels: { a: 'b' } }],
    ],
    [
      'ipAddress of the bridge',
      { ipAddress: { networkName: 'mesos-bridge', labels: { a: 'b' } } },
      [{ mode: 'container/bridge', labels: { a: 'b' } }],
    ],
    [
      'ipAddress and HOST',
      { ipAddress: { networkName: 'n' }, container: docker('HOST') },
      [{ mode: 'host' }],
    ],
    [
      'ipAddress and BRIDGE',
      { ipAddress: { networkName: 'n', labels: { a: 'b' } }, container: docker('BRIDGE') },
      [{ mode: 'container/bridge', labels: { a: 'b' } }],
    ],
    [
      'ipAddress and USER',
      { ipAddress: { networkName: 'n' }, container: docker('USER') },
      [{ mode: 'container', name: 'n' }],
    ],
    ['a mode by default', { networks: [{ name: 'x' }] }, [{ mode: 'container', name: 'x' }]],
  ])('%s', (_, keys, networks) => {
    expect(parsed({ ...base, ...keys }, { defaultNetworkName: 'net' }).networks).toEqual(networks);
  });
});

describe('translation of ports', () => {
  it('turns ports into nameless definitions', () => {
    expect(parsed({ ...base, ports: [0, 80] }).portDefinitions).toEqual([
      { port: 0, protocol: 'tcp' },
      { port: 80, protocol: 'tcp' },
    ]);
  });

  it('keeps an explicit absence of ports', () => {
    expect(parsed({ ...base, portDefinitions: [] }).portDefinitions).toEqual([]);
    expect(parsed({ ...base, ports: [] }).portDefinitions).toEqual([]);
  });

  it('prefers definitions that say the same as ports', () => {
    const app = parsed({ ...base, ports: [80], portDefinitions: [{ port: 80, name: 'http' }] });
    expect(app.portDefinitions).toEqual([{ port: 80, name: 'http', protocol: 'tcp' }]);
  });

  it('drops mappings with host networking without notice', () => {
    const app = parsed({ ...base, container: { type: 'MESOS', portMappings: [{ containerPort: 80 }] } });
    expect(app.container).toEqual({ type: 'MESOS', volumes: [] });
  });

  it('makes a container with a default mapping where networking needs one', () => {
    const app = parsed({ ...base, requirePorts: true, networks: [{ mode: 'container/bridge' }] });
    expect(app).toMatchObject({
      requirePorts: false,
      container: { type: 'MESOS', volumes: [], portMappings: [{ ...defaultMapping, hostPort: 0 }] },
    });
    expect(app.portDefinitions).toBeUndefined();
  });

  it('appends mappings for surplus ports', () => {
    const networks = [{ mode: 'container', name: 'n' }];
    const container = { type: 'MESOS', portMappings: [{ containerPort: 80, hostPort: 8080 }] };
    const app = parsed({ ...base, networks, container, ports: [1, 2, 3] });
    expect(app.container?.portMappings).toEqual([
      { ...namelessMapping, containerPort: 80, hostPort: 8080 },
      namelessMapping,
      namelessMapping,
    ]);
    const unmapped = parsed({ ...base, networks, container: { type: 'MESOS' }, ports: [1, 2] });
    expect(unmapped.container?.portMappings).toEqual([defaultMapping, namelessMapping]);
  });

  it('keeps an explicit absence of mappings', () => {
    const app = parsed({
      ...base,
      networks: [{ name: 'n' }],
      container: { type: 'MESOS', portMappings: [] },
    });
    expect(app.container?.portMappings).toEqual([]);
  });

  it('turns discovery into mappings of a Mesos container', () => {
    const ports = [{ number: 80, name: 'http', protocol: 'udp', labels: { a: 'b' } }];
    const app = parsed({ ...base, ipAddress: { networkName: 'n', discovery: { ports } } });
    expect(app.container).toEqual({
      type: 'MESOS',
      volumes: [],
      portMappings: [
        { ...namelessMapping, containerPort: 80, name: 'http', protocol: 'udp', labels: { a: 'b' } },
      ],
    });
  });
});

describe('translation of uris', () => {
  it.each([
    ['http://x/a.tar', true],
    ['http://x/a.tar.gz?rev=4', true],
    ['http://x/a.tbz2', true],
    ['http://x/a.txz#f', true],
    ['http://x/a.zip', true],
    ['http://x/a.sh', false],
    ['http://x/a?f=.zip', false],
  ])('%s is an archive: %s', (uri, extract) => {
    expect(parsed({ ...base, uris: [uri] }).fetch).toEqual([
      { uri, extract, executable: false, cache: false },
    ]);
  });

  it('takes an empty list for nothing', () => {
    const fetch = [{ uri: 'http://x/y' }];
    expect(parsed({ ...base, uris: [], fetch }).fetch).toEqual([
      { uri: 'http://x/y', extract: true, executable: false, cache: false },
    ]);
    expect(parsed({ ...base, uris: ['http://x/y'], fetch: [] }).fetch).toHaveLength(1);
  });
});
