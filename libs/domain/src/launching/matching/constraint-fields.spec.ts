import { describe, expect, it } from 'vitest';
import type { Attribute, Offer } from '../../cluster/mesos-shapes.js';
import type { Constraint } from '../../definitions/app/app-definition.js';
import type { Agent } from '../../instances/instance.js';
import { anApp, anOffer, aRunning, aWaiting, text } from '../app.fixture.js';
import { aContext, matchOffers } from './match-context.fixture.js';

type Operator = Constraint[1];

/** How a field gets its value in an offer, and on the agent of a placed instance. */
interface Field {
  readonly name: string;
  offer(value: string): Partial<Offer>;
  agent(value: string): Partial<Agent>;
}

const fault_domain = (region: string, zone: string) => ({
  domain: { fault_domain: { region: { name: region }, zone: { name: zone } } },
});

const FIELDS: readonly Field[] = [
  ...['hostname', '@hostname'].map((name) => ({
    name,
    offer: (value: string) => ({ hostname: value }),
    agent: (value: string) => ({ host: value }),
  })),
  {
    name: '@region',
    offer: (value) => fault_domain(value, 'z'),
    agent: (value) => ({ region: value, zone: 'z' }),
  },
  {
    name: '@zone',
    offer: (value) => fault_domain('r', value),
    agent: (value) => ({ region: 'r', zone: value }),
  },
  {
    name: 'rack',
    offer: (value) => ({ attributes: [text('rack', value)] }),
    agent: (value) => ({ attributes: [text('rack', value)] }),
  },
];

interface Case {
  readonly operator: Operator;
  readonly value?: string;
  readonly placed?: readonly string[];
  readonly offered: string;
  readonly holds: boolean;
}

const CASES: readonly Case[] = [
  { operator: 'UNIQUE', placed: ['b'], offered: 'a', holds: true },
  { operator: 'UNIQUE', placed: ['a'], offered: 'a', holds: false },
  { operator: 'CLUSTER', placed: ['a'], offered: 'a', holds: true },
  { operator: 'CLUSTER', placed: ['a'], offered: 'b', holds: false },
  { operator: 'CLUSTER', value: 'a', offered: 'a', holds: true },
  { operator: 'CLUSTER', value: 'a', offered: 'b', holds: false },
  { operator: 'GROUP_BY', placed: ['a', 'b'], offered: 'a', holds: true },
  { operator: 'GROUP_BY', placed: ['a', 'a', 'b'], offered: 'a', holds: false },
  { operator: 'GROUP_BY', value: '2', placed: ['a', 'b'], offered: 'a', holds: true },
  { operator: 'GROUP_BY', value: '2', placed: ['a', 'b'], offered: 'c', holds: false },
  { operator: 'LIKE', value: '[ab]', offered: 'a', holds: true },
  { operator: 'LIKE', value: '[ab]', offered: 'ab', holds: false },
  { operator: 'UNLIKE', value: '[ab]', offered: 'ab', holds: true },
  { operator: 'UNLIKE', value: '[ab]', offered: 'b', holds: false },
  { operator: 'IS', value: 'a', offered: 'a', holds: true },
  { operator: 'IS', value: 'a', offered: 'b', holds: false },
  { operator: 'MAX_PER', value: '2', placed: ['a', 'b'], offered: 'a', holds: true },
  { operator: 'MAX_PER', value: '2', placed: ['a', 'a'], offered: 'a', holds: false },
];

function matches(field: Field, { operator, value, placed = [], offered }: Case): boolean {
  const constraint: Constraint = value === undefined ? [field.name, operator] : [field.name, operator, value];
  const app = anApp({ constraints: [constraint], instances: placed.length + 1 });
  const scene = aContext({
    waiting: [{ appId: app.id, targetInstances: app.instances, candidates: [aWaiting(app, 'waiting')] }],
    placedInstances: () => placed.map((one, n) => aRunning(app, n, field.agent(one))),
    localRegion: 'r',
  });
  return matchOffers([anOffer(0, field.offer(offered))], scene).accepts.length > 0;
}

describe.each(FIELDS)('a constraint on $name', (field) => {
  it.each(CASES)('$operator $value: placed $placed, offered $offered → $holds', (example) => {
    expect(matches(field, example)).toBe(example.holds);
  });
});

const scalar = (value: number): Attribute => ({ name: 'gen', type: 'SCALAR', scalar: { value } });

describe('attributes that are no text', () => {
  const set: Attribute = { name: 'gen', type: 'SET', set: { item: ['b', 'a'] } };
  const ranges: Attribute = { name: 'gen', type: 'RANGES', ranges: { range: [{ begin: 1, end: 3 }] } };

  it.each<[Attribute, Operator, string, boolean]>([
    [scalar(0.8), 'IS', '0.80', true],
    [scalar(1.0005), 'IS', '1', true],
    [text('gen', '0.80'), 'IS', '0.80', false],
    [scalar(3), 'CLUSTER', '3', true],
    [scalar(3), 'CLUSTER', '3.0', false],
    [scalar(3), 'LIKE', '[1-3]', true],
    [set, 'LIKE', '\\{a,b\\}', true],
    [ranges, 'LIKE', '\\[1-3\\]', true],
    [ranges, 'UNLIKE', '\\[1-3\\]', false],
  ])('%j %s %s → %s', (attribute, operator, value, holds) => {
    const app = anApp({ constraints: [['gen', operator, value]] });
    const waiting = [{ appId: app.id, targetInstances: 1, candidates: [aWaiting(app, 1)] }];
    const offer = anOffer(0, { attributes: [attribute] });
    expect(matchOffers([offer], aContext({ waiting })).accepts.length > 0).toBe(holds);
  });
});

describe('several constraints', () => {
  it('hold together or not at all', () => {
    const constraints: Constraint[] = [
      ['rack', 'LIKE', 'a'],
      ['hostname', 'UNLIKE', 'host-1'],
    ];
    const app = anApp({ constraints, instances: 9 });
    const candidates = Array.from({ length: 9 }, (_, n) => aWaiting(app, n));
    const racks = ['a', 'a', 'b'];
    const offers = racks.map((rack, n) => anOffer(n, { attributes: [text('rack', rack)] }));
    const waiting = [{ appId: app.id, targetInstances: 9, candidates }];
    const { accepts } = matchOffers(offers, aContext({ waiting }));
    expect(accepts.map(({ offer }) => offer.hostname)).toEqual(['host-0']);
  });
});
