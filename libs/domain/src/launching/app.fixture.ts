import type { AppDefinition } from '../definitions/app/app-definition.js';
import type { Agent, Instance } from '../instances/instance.js';
import type { Attribute, Offer, Resource } from '../cluster/mesos-shapes.js';

export const VERSION = '2026-01-01T00:00:00.000Z';

/** A small host-network app in canonical form. */
export function anApp(changes: Partial<AppDefinition> = {}): AppDefinition {
  const version = changes.version ?? VERSION;
  return {
    id: '/shop/db',
    cmd: 'sleep 1000',
    args: [],
    env: {},
    instances: 1,
    cpus: 1,
    mem: 128,
    disk: 0,
    gpus: 0,
    executor: '',
    constraints: [],
    role: '*',
    networks: [{ mode: 'host' }],
    portDefinitions: [],
    requirePorts: false,
    fetch: [],
    healthChecks: [],
    readinessChecks: [],
    backoffSeconds: 1,
    backoffFactor: 1.15,
    maxLaunchDelaySeconds: 300,
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    killSelection: 'YOUNGEST_FIRST',
    dependencies: [],
    labels: {},
    secrets: {},
    version,
    versionInfo: { lastScalingAt: version, lastConfigChangeAt: version },
    ...changes,
  };
}

/** A waiting instance; `name` becomes part of its id. */
export function aWaiting(
  app: AppDefinition,
  name: string | number,
  changes: Partial<Instance> = {},
): Instance {
  return {
    id: `${app.id.slice(1).replaceAll('/', '_')}.instance-${name}`,
    appId: app.id,
    app,
    role: app.role,
    goal: 'Running',
    condition: 'Scheduled',
    sinceMs: 0,
    scheduledAtMs: 0,
    ...changes,
  };
}

/** A running instance on the given agent. */
export function aRunning(app: AppDefinition, name: string | number, agent: Partial<Agent> = {}): Instance {
  return aWaiting(app, name, {
    condition: 'Running',
    agent: { host: 'host-0', agentId: 'S0', attributes: [], ...agent },
  });
}

export function scalar(name: string, value: number, changes: Partial<Resource> = {}): Resource {
  return { name, type: 'SCALAR', scalar: { value }, role: '*', allocation_info: { role: '*' }, ...changes };
}

export function ports(
  ranges: readonly (readonly [number, number])[],
  changes: Partial<Resource> = {},
): Resource {
  return {
    name: 'ports',
    type: 'RANGES',
    ranges: { range: ranges.map(([begin, end]) => ({ begin, end })) },
    role: '*',
    allocation_info: { role: '*' },
    ...changes,
  };
}

export function text(name: string, value: string): Attribute {
  return { name, type: 'TEXT', text: { value } };
}

/** Four CPUs, 4 GiB, 10 GB, ports 31000–32000 on `host-<n>`. */
export function anOffer(n: string | number = 0, changes: Partial<Offer> = {}): Offer {
  return {
    id: { value: `O${n}` },
    agent_id: { value: `S${n}` },
    hostname: `host-${n}`,
    allocation_info: { role: '*' },
    resources: [ports([[31000, 32000]]), scalar('cpus', 4), scalar('mem', 4096), scalar('disk', 10_000)],
    ...changes,
  };
}

/** A small reproducible source of randomness in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
