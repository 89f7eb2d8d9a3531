import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Offer, Resource } from '../../cluster/mesos-shapes.js';
import type { AppDefinition, Constraint } from '../../definitions/app/app-definition.js';
import { isLost } from '../../instances/condition.js';
import type { Instance } from '../../instances/instance.js';
import { anApp, anOffer, aRunning, aWaiting, ports, randomFrom, scalar, text } from '../app.fixture.js';
import { aContext, matchOffers, type LaunchView, type MatchOutcome } from './match-context.fixture.js';
import { roleOf } from './resource-selector.js';

const ROLES = ['*', 'dev'];
const RACKS = ['a', 'b', 'c', 'd'];

const arbitraryResource = fc.oneof(
  fc
    .record({
      name: fc.constantFrom('cpus', 'mem', 'disk', 'gpus'),
      thousandths: fc.integer({ min: 0, max: 6000 }),
      reserved: fc.boolean(),
    })
    .map(({ name, thousandths, reserved }) =>
      scalar(name, name === 'mem' ? thousandths : thousandths / 1000, reservedTo(reserved)),
    ),
  fc
    .record({ begin: fc.integer({ min: 1, max: 3 }), size: fc.nat(6), reserved: fc.boolean() })
    .map(({ begin, size, reserved }) => ports([[begin, begin + size]], reservedTo(reserved))),
);

function reservedTo(reserved: boolean): Partial<Resource> {
  return reserved ? { reservations: [{ type: 'STATIC', role: 'dev' }] } : {};
}

const arbitraryOffer = fc.record({
  resources: fc.array(arbitraryResource, { maxLength: 8 }),
  rack: fc.option(fc.constantFrom(...RACKS)),
  host: fc.nat(5),
});

const arbitraryConstraint: fc.Arbitrary<Constraint> = fc.constantFrom<Constraint>(
  ['hostname', 'UNIQUE'],
  ['rack', 'UNIQUE'],
  ['rack', 'MAX_PER', '2'],
  ['rack', 'GROUP_BY', '2'],
  ['rack', 'GROUP_BY', '3'],
  ['rack', 'GROUP_BY'],
  ['rack', 'CLUSTER'],
  ['rack', 'LIKE', '[ab]'],
);

const arbitraryApp = fc.record({
  cpus: fc.integer({ min: 0, max: 2000 }).map((thousandths) => thousandths / 1000),
  mem: fc.integer({ min: 0, max: 2000 }),
  ports: fc.array(fc.integer({ min: 0, max: 45 }), { maxLength: 3 }),
  requirePorts: fc.boolean(),
  accepted: fc.option(fc.subarray(ROLES, { minLength: 1 })),
  constraints: fc.array(arbitraryConstraint, { maxLength: 2 }),
  waiting: fc.nat(6),
  placed: fc.array(fc.option(fc.constantFrom(...RACKS)), { maxLength: 4 }),
});

const arbitraryPass = fc.record({
  offers: fc.array(arbitraryOffer, { maxLength: 6 }),
  apps: fc.array(arbitraryApp, { maxLength: 4 }),
  tokens: fc.nat(12),
  maxInstancesPerOffer: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
});

type Shape<T> = T extends fc.Arbitrary<infer V> ? V : never;

interface Scene {
  readonly offers: readonly Offer[];
  readonly placed: ReadonlyMap<string, readonly Instance[]>;
  readonly outcome: MatchOutcome;
}

/** No port is in two resources of one offer. */
function apart(resource: Resource, place: number): Resource {
  const range = resource.ranges?.range?.map(({ begin, end }) => ({
    begin: place * 10 + begin,
    end: place * 10 + end,
  }));
  return range === undefined ? resource : { ...resource, ranges: { range } };
}

function attributesOf(rack: string | null): Offer['attributes'] {
  return rack === null ? [] : [text('rack', rack)];
}

function play(pass: Shape<typeof arbitraryPass>): Scene {
  const offers = pass.offers.map(({ resources, rack, host }, n) =>
    anOffer(n, {
      hostname: `host-${host}`,
      resources: resources.map(apart),
      attributes: attributesOf(rack) ?? [],
      allocation_info: { role: 'dev' },
    }),
  );
  const apps = pass.apps.map((shape, n) => appOf(shape, n));
  const placed = new Map<string, readonly Instance[]>(
    apps.map((app, n) => [
      app.id,
      pass.apps[n]!.placed.map((rack, i) =>
        aRunning(app, `placed-${i}`, { host: `old-${i}`, attributes: attributesOf(rack) ?? [] }),
      ),
    ]),
  );
  const waiting = apps.map((app, n) => ({
    appId: app.id,
    targetInstances: app.instances,
    candidates: Array.from({ length: pass.apps[n]!.waiting }, (_, i) => aWaiting(app, i)),
  }));
  const context = {
    waiting,
    tokens: pass.tokens,
    random: randomFrom(pass.seed),
    placedInstances: (appId: string) => placed.get(appId) ?? [],
  };
  const outcome = matchOffers(offers, aContext(context, { maxInstancesPerOffer: pass.maxInstancesPerOffer }));
  return { offers, placed, outcome };
}

function appOf(shape: Shape<typeof arbitraryApp>, n: number): AppDefinition {
  return anApp({
    id: `/app-${n}`,
    role: 'dev',
    cpus: shape.cpus,
    mem: shape.mem,
    requirePorts: shape.requirePorts,
    portDefinitions: shape.ports.map((port) => ({ port: port === 0 ? 1 : port, protocol: 'tcp' })),
    constraints: shape.constraints,
    instances: shape.waiting + shape.placed.length,
    labels: { GPU_SCHEDULING_BEHAVIOR: 'unrestricted' },
    ...(shape.accepted === null ? {} : { acceptedResourceRoles: shape.accepted }),
  });
}

function launchesOf({ outcome }: Scene): LaunchView[] {
  return outcome.accepts.flatMap(({ launches }) => launches);
}

/** Thousandths by name and role. */
function totals(resources: readonly Resource[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const resource of resources) {
    if (resource.scalar === undefined) continue;
    const key = `${resource.name} ${roleOf(resource)}`;
    sums.set(key, (sums.get(key) ?? 0) + Math.round(resource.scalar.value * 1000));
  }
  return sums;
}

function portsIn(resources: readonly Resource[]): string[] {
  return resources.flatMap((resource) =>
    (resource.ranges?.range ?? []).flatMap(({ begin, end }) =>
      Array.from({ length: end - begin + 1 }, (_, i) => `${begin + i} ${roleOf(resource)}`),
    ),
  );
}

const property = (check: (scene: Scene, pass: Shape<typeof arbitraryPass>) => void) =>
  fc.assert(
    fc.property(arbitraryPass, (pass) => check(play(pass), pass)),
    { numRuns: 400 },
  );

describe('whatever is offered and waits', () => {
  it('every offer is answered once', () => {
    property(({ offers, outcome }) => {
      const answered = [
        ...outcome.accepts.map(({ offer }) => offer.id.value),
        ...outcome.declines.map(({ offerId }) => offerId),
      ];
      expect(answered.toSorted()).toEqual(offers.map(({ id }) => id.value).toSorted());
    });
  });

  it('no offer is over-committed and every launch gets what it asked for', () => {
    property(({ outcome }) => {
      for (const { offer, launches } of outcome.accepts) {
        const offered = totals(offer.resources ?? []);
        for (const [key, amount] of totals(launches.flatMap(({ resources }) => resources))) {
          expect(amount).toBeLessThanOrEqual(offered.get(key) ?? 0);
        }
        for (const { instance, resources } of launches) {
          const accepted = instance.app.acceptedResourceRoles ?? ['dev', '*'];
          expect(resources.every((resource) => accepted.includes(roleOf(resource)))).toBe(true);
          const taken = totals(resources);
          const sum = (name: string) =>
            ROLES.reduce((all, role) => all + (taken.get(`${name} ${role}`) ?? 0), 0);
          expect([sum('cpus'), sum('mem')]).toEqual(
            [instance.app.cpus * 1000, instance.app.mem * 1000].map(Math.round),
          );
        }
      }
    });
  });

  it('no port is given twice', () => {
    property(({ outcome }) => {
      for (const { offer, launches } of outcome.accepts) {
        const offered = new Set(portsIn(offer.resources ?? []));
        const given = launches.flatMap(({ resources }) => portsIn(resources));
        expect(new Set(given).size).toBe(given.length);
        expect(given.every((port) => offered.has(port))).toBe(true);
      }
    });
  });

  it('launches stay within tokens, the limit per offer and one per instance', () => {
    property((scene, { tokens, maxInstancesPerOffer }) => {
      const launches = launchesOf(scene);
      expect(scene.outcome.tokensLeft).toBe(tokens - launches.length);
      expect(scene.outcome.tokensLeft).toBeGreaterThanOrEqual(0);
      for (const accept of scene.outcome.accepts) {
        expect(accept.launches.length).toBeGreaterThan(0);
        expect(accept.launches.length).toBeLessThanOrEqual(maxInstancesPerOffer);
      }
      expect(new Set(launches.map(({ task }) => task.taskId)).size).toBe(launches.length);
    });
  });

  it('every constraint holds at the moment of each launch', () => {
    property((scene) => {
      const placed = new Map([...scene.placed].map(([appId, instances]) => [appId, [...instances]]));
      for (const launch of launchesOf(scene)) {
        const { app } = launch.instance;
        const others = placed.get(app.id)!.filter(({ condition }) => !isLost(condition));
        for (const constraint of app.constraints) {
          expect(naivelyHolds(constraint, launch, others)).toBe(true);
        }
        placed.get(app.id)!.push({ ...launch.instance, agent: launch.agent, condition: 'Provisioned' });
      }
    });
  });
});

/** The rules of `spec/scheduling.md` §3.5, counted afresh each time. */
function naivelyHolds(
  [field, operator, wanted = '']: Constraint,
  launch: LaunchView,
  others: readonly Instance[],
): boolean {
  const valueAt = (agent: Instance['agent']) =>
    field === 'hostname' ? agent?.host : agent?.attributes.find(({ name }) => name === field)?.text?.value;
  const value = valueAt(launch.agent);
  if (value === undefined) return false;
  const values = others.map(({ agent }) => valueAt(agent));
  const count = values.filter((other) => other === value).length;
  switch (operator) {
    case 'UNIQUE':
      return count === 0;
    case 'MAX_PER':
      return count < Number(wanted);
    case 'CLUSTER':
      return values.length === 0 || values[0] === value;
    case 'LIKE':
      return new RegExp(`^${wanted}$`).test(value);
    case 'GROUP_BY': {
      const counts = [...new Set(values)].map((one) => values.filter((other) => other === one).length);
      if (wanted === '') return count === 0 || count === Math.min(...counts);
      if (count === 0) return counts.length < Number(wanted);
      const base = Math.floor(launch.instance.app.instances / Number(wanted));
      const remainder = launch.instance.app.instances % Number(wanted);
      const used = counts.reduce((sum, one) => sum + Math.max(0, one - base), 0);
      return count < base || (count === base && remainder > used);
    }
    default:
      throw new Error(`${operator} is not among the constraints of this test`);
  }
}
