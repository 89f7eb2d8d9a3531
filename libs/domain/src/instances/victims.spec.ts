import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppDefinition, Constraint } from '../definitions/app/app-definition.js';
import { anApp } from '../launching/app.fixture.js';
import type { Condition } from './condition.js';
import type { Instance } from './instance.js';
import { decideScale } from './victims.js';

interface Given {
  readonly id: string;
  readonly condition?: Condition;
  /** Without one it has no place. */
  readonly rack?: string;
  readonly host?: string;
  readonly startedAtMs?: number;
  readonly stagedAtMs?: number;
  readonly sinceMs?: number;
  readonly scheduledAtMs?: number;
  readonly goal?: Instance['goal'];
}

function app(instances: number, constraints: readonly Constraint[] = [], more: object = {}): AppDefinition {
  return anApp({ instances, constraints, ...more });
}

function instance(given: Given): Instance {
  const { id, condition = 'Running', rack, host = 'h', startedAtMs } = given;
  const { stagedAtMs = 0, sinceMs = 0, scheduledAtMs = 0, goal = 'Running' } = given;
  const attributes =
    rack === undefined ? [] : [{ name: 'rack', type: 'TEXT' as const, text: { value: rack } }];
  return {
    id,
    appId: '/web',
    app: app(1),
    role: '*',
    goal,
    condition,
    sinceMs,
    scheduledAtMs,
    ...(condition === 'Scheduled'
      ? {}
      : {
          agent: { host, agentId: `agent-${host}`, attributes },
          task: {
            id: `${id}._app.1`,
            incarnation: 1,
            stagedAtMs,
            ...(startedAtMs === undefined ? {} : { startedAtMs }),
            hostPorts: [],
            ipAddresses: [],
          },
        }),
  };
}

/** Running instances named `<rack><number>`; those with higher numbers are younger. */
const onRacks = (racks: Readonly<Record<string, number>>): Instance[] =>
  Object.entries(racks).flatMap(([rack, count]) =>
    Array.from({ length: count }, (_, index) =>
      instance({ id: `${rack}${index}`, rack, startedAtMs: 1_000 * (index + 1) }),
    ),
  );

const idsOf = (instances: Iterable<Instance>) => Array.from(instances, ({ id }) => id);

function victims(definition: AppDefinition, instances: readonly Instance[], toKill: readonly string[] = []) {
  return idsOf(decideScale(definition, instances, new Set(toKill)).victims);
}

const perRack: Constraint[] = [['rack', 'GROUP_BY']];

describe('the number of victims and starts', () => {
  it.each([
    { target: 3, present: 3, sentenced: 0, kills: 0, starts: 0 },
    { target: 5, present: 3, sentenced: 0, kills: 0, starts: 2 },
    { target: 1, present: 3, sentenced: 0, kills: 2, starts: 0 },
    { target: 3, present: 3, sentenced: 1, kills: 1, starts: 1 },
    { target: 1, present: 3, sentenced: 1, kills: 2, starts: 0 },
    { target: 2, present: 3, sentenced: 2, kills: 2, starts: 1 },
    { target: 0, present: 3, sentenced: 0, kills: 3, starts: 0 },
  ])('$present to $target, $sentenced sentenced: $kills kills', (given) => {
    const instances = onRacks({ a: given.present });
    const sentenced = idsOf(instances).slice(0, given.sentenced);
    const decision = decideScale(app(given.target), instances, new Set(sentenced));
    const killed = idsOf(decision.victims);
    expect([killed.length, decision.starts]).toEqual([given.kills, given.starts]);
    expect(killed.slice(0, given.sentenced)).toEqual(sentenced);
  });

  it('counts neither what is on its way out nor what was given up', () => {
    const instances = [
      ...onRacks({ a: 2 }),
      instance({ id: 'dying', goal: 'Decommissioned' }),
      instance({ id: 'lost', condition: 'UnreachableInactive' }),
    ];
    expect(decideScale(app(2), instances, new Set(['dying', 'lost']))).toEqual({ victims: [], starts: 0 });
  });
});

describe('the order of victims', () => {
  it('is by condition first [D17]', () => {
    const conditions: Condition[] = [
      'Killing',
      'Running',
      'Starting',
      'Staging',
      'Unreachable',
      'Provisioned',
      'Scheduled',
    ];
    const instances = conditions.map((condition) => instance({ id: condition, condition }));
    expect(victims(app(0), instances)).toEqual([
      'Scheduled',
      'Unreachable',
      'Provisioned',
      'Staging',
      'Starting',
      'Running',
      'Killing',
    ]);
  });

  it.each<[what: string, condition: Condition, older: Partial<Given>, younger: Partial<Given>]>([
    ['when it was staged', 'Staging', { stagedAtMs: 1, sinceMs: 9 }, { stagedAtMs: 2, sinceMs: 8 }],
    ['since when it starts', 'Starting', { sinceMs: 1, stagedAtMs: 9 }, { sinceMs: 2, stagedAtMs: 8 }],
    ['since when it runs', 'Running', { startedAtMs: 1, sinceMs: 9 }, { startedAtMs: 2, sinceMs: 8 }],
    ['since when it runs', 'Unreachable', { startedAtMs: 1, sinceMs: 9 }, { startedAtMs: 2, sinceMs: 8 }],
    ['when it was scheduled', 'Scheduled', { scheduledAtMs: 1 }, { scheduledAtMs: 2 }],
  ])('then by %s: %s', (_, condition, older, younger) => {
    const instances = [
      instance({ id: 'older', condition, ...older }),
      instance({ id: 'younger', condition, ...younger }),
    ];
    expect(victims(app(1), instances)).toEqual(['younger']);
    expect(victims(app(1, [], { killSelection: 'OLDEST_FIRST' }), instances)).toEqual(['older']);
  });

  it.each(['YOUNGEST_FIRST', 'OLDEST_FIRST'])('begins with what never became active: %s', (killSelection) => {
    const instances = [
      instance({ id: 'active', condition: 'Unreachable', startedAtMs: 5 }),
      instance({ id: 'never', condition: 'Unreachable' }),
      instance({ id: 'late', condition: 'Unreachable', startedAtMs: 9 }),
    ];
    expect(victims(app(2, [], { killSelection }), instances)).toEqual(['never']);
  });
});

describe('GROUP_BY', () => {
  it.each<[racks: Record<string, number>, target: number, expected: readonly string[]]>([
    // The largest group gives, youngest first, until all are even.
    [{ a: 3, b: 1 }, 3, ['a2']],
    [{ a: 3, b: 1 }, 2, ['a2', 'a1']],
    [{ a: 1, b: 4 }, 3, ['b3', 'b2']],
    // Even groups give in turns.
    [{ a: 2, b: 2, c: 2 }, 3, ['a1', 'b1', 'c1']],
    // A difference of one is even.
    [{ a: 3, b: 2 }, 3, ['a2', 'a1']],
    // Nobody can go without harm, for the two large groups stay as far from the small one: by age alone.
    [{ a: 3, b: 3, c: 1 }, 6, ['a2']],
    // Everything goes: no balance is left to keep.
    [{ a: 2, b: 1 }, 0, ['a1', 'a0', 'b0']],
  ])('%j to %i: %j', (racks, target, expected) => {
    expect(victims(app(target, perRack), onRacks(racks)).toSorted()).toEqual(expected.toSorted());
  });

  it('takes one of each group, although those of one are all younger', () => {
    const old = onRacks({ a: 2 });
    const young = onRacks({ b: 2 }).map((one) => ({ ...one, task: { ...one.task!, startedAtMs: 99_000 } }));
    expect(victims(app(2), [...old, ...young])).toEqual(['b0', 'b1']);
    expect(victims(app(2, perRack), [...old, ...young])).toEqual(['b0', 'a1']);
  });

  it('spares nobody that was sentenced, and balances the others', () => {
    const instances = onRacks({ a: 3, b: 2 });
    expect(victims(app(3, perRack), instances, ['b0'])).toEqual(['b0', 'a2']);
    expect(victims(app(2, perRack), instances, ['b0'])).toEqual(['b0', 'a2', 'a1']);
  });

  it('lets those go first that wait for a place', () => {
    const waiting = instance({ id: 'waiting', condition: 'Scheduled' });
    const instances = [...onRacks({ a: 2, b: 1 }), waiting];
    expect(victims(app(3, perRack), instances)).toEqual(['waiting']);
    expect(victims(app(2, perRack), instances)).toEqual(['waiting', 'a1']);
  });

  it('takes those without the field for one group', () => {
    const instances = [
      ...onRacks({ a: 1 }),
      ...['x', 'y', 'z'].map((id, index) => instance({ id, startedAtMs: index })),
    ];
    expect(victims(app(2, perRack), instances)).toEqual(['z', 'y']);
  });

  it('heeds every constraint of its kind', () => {
    const constraints: Constraint[] = [...perRack, ['hostname', 'GROUP_BY']];
    const instances = [
      instance({ id: 'a1', rack: 'a', host: 'h1', startedAtMs: 3 }),
      instance({ id: 'a2', rack: 'a', host: 'h2', startedAtMs: 2 }),
      instance({ id: 'a3', rack: 'a', host: 'h2', startedAtMs: 1 }),
      instance({ id: 'b1', rack: 'b', host: 'h2', startedAtMs: 4 }),
    ];
    expect(victims(app(3, constraints), instances)).toEqual(['a2']);
  });

  it('prefers those in a weaker condition within a group', () => {
    const instances = [
      ...onRacks({ a: 2, b: 1 }),
      instance({ id: 'lost', rack: 'a', condition: 'Unreachable' }),
    ];
    expect(victims(app(3, perRack), instances)).toEqual(['lost']);
  });
});

/** Sizes of the groups, emptied ones included. */
function sizes(
  before: readonly Instance[],
  after: readonly Instance[],
  of: (one: Instance) => string,
): number[] {
  return [...new Set(before.map(of))].map((group) => after.filter((one) => of(one) === group).length);
}

const spreadOf = (groups: readonly number[]): number => Math.max(...groups) - Math.min(...groups);

const rackOf = ({ agent }: Instance): string => agent?.attributes[0]?.text?.value ?? '';
const hostOf = ({ agent }: Instance): string => agent!.host;

const anyInstances = fc
  .array(
    fc.record({
      rack: fc.constantFrom('a', 'b', 'c', 'd'),
      host: fc.constantFrom('h1', 'h2', 'h3'),
      startedAtMs: fc.nat(5),
      condition: fc.constantFrom<Condition[]>('Running', 'Staging', 'Unreachable'),
    }),
    { minLength: 1, maxLength: 16 },
  )
  .map((all) => all.map((given, index) => instance({ id: `i${index}`, ...given })));

const anyScale = anyInstances.chain((instances) =>
  fc.record({ instances: fc.constant(instances), target: fc.nat(instances.length) }),
);

describe('scaling down', () => {
  it('takes exactly as many as it must, nobody twice', () => {
    fc.assert(
      fc.property(anyScale, ({ instances, target }) => {
        const chosen = victims(app(target, perRack), instances);
        expect(new Set(chosen).size).toBe(instances.length - target);
      }),
    );
  });

  it('keeps an even spread even, down to the last instance of a group', () => {
    fc.assert(
      fc.property(anyScale, ({ instances, target }) => {
        fc.pre(spreadOf(sizes(instances, instances, rackOf)) <= 1);
        const gone = new Set(victims(app(target, perRack), instances));
        const left = instances.filter(({ id }) => !gone.has(id));
        expect(spreadOf(sizes(instances, left, rackOf))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('makes no constraint less even while there is somebody whose end does not', () => {
    const constraints: Constraint[] = [...perRack, ['hostname', 'GROUP_BY']];
    fc.assert(
      fc.property(anyInstances, (instances) => {
        const fits = (victim: string): boolean =>
          [rackOf, hostOf].every((field) => {
            const left = instances.filter(({ id }) => id !== victim);
            const without = spreadOf(sizes(instances, left, field));
            return without <= 1 || without < spreadOf(sizes(instances, instances, field));
          });
        fc.pre(instances.length > 1);
        const [first] = victims(app(instances.length - 1, constraints), instances);
        expect(fits(first!)).toBe(idsOf(instances).some(fits));
      }),
    );
  });

  it('keeps UNIQUE and MAX_PER, which held before', () => {
    const constraints: Constraint[] = [...perRack, ['hostname', 'MAX_PER', '2'], ['id', 'UNIQUE']];
    fc.assert(
      fc.property(anyScale, ({ instances, target }) => {
        fc.pre(Math.max(...sizes(instances, instances, hostOf)) <= 2);
        const gone = new Set(victims(app(target, constraints), instances));
        const left = instances.filter(({ id }) => !gone.has(id));
        expect(Math.max(0, ...sizes(instances, left, hostOf))).toBeLessThanOrEqual(2);
        expect(left).toHaveLength(target);
      }),
    );
  });
});
