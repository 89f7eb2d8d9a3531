import type { RangesResource, Resource, ScalarResource, SetResource } from '../protocol/resource.js';
import { addRanges, containsRanges, subtractRanges } from './ranges.js';
import { fromThousandths, toThousandths } from './scalar.js';

/** What can be done with the value of one resource; both operands are of the same identity class. */
interface ValueRules<Kind extends Resource> {
  add: (left: Kind, right: Kind) => Kind;
  /** Never below nothing. */
  subtract: (from: Kind, taken: Kind) => Kind;
  contains: (whole: Kind, part: Kind) => boolean;
  isEmpty: (resource: Kind) => boolean;
}

function thousandthsOf(resource: ScalarResource): number {
  return toThousandths(resource.scalar.value);
}

function withThousandths(resource: ScalarResource, thousandths: number): ScalarResource {
  return { ...resource, scalar: { value: fromThousandths(thousandths) } };
}

const scalarRules: ValueRules<ScalarResource> = {
  add: (left, right) => withThousandths(left, thousandthsOf(left) + thousandthsOf(right)),
  subtract: (from, taken) => withThousandths(from, Math.max(0, thousandthsOf(from) - thousandthsOf(taken))),
  contains: (whole, part) => thousandthsOf(whole) >= thousandthsOf(part),
  isEmpty: (resource) => thousandthsOf(resource) <= 0,
};

function rangesOf(resource: RangesResource): NonNullable<RangesResource['ranges']['range']> {
  return resource.ranges.range ?? [];
}

const rangesRules: ValueRules<RangesResource> = {
  add: (left, right) => ({ ...left, ranges: { range: addRanges(rangesOf(left), rangesOf(right)) } }),
  subtract: (from, taken) => ({
    ...from,
    ranges: { range: subtractRanges(rangesOf(from), rangesOf(taken)) },
  }),
  contains: (whole, part) => containsRanges(rangesOf(whole), rangesOf(part)),
  isEmpty: (resource) => rangesOf(resource).every(({ begin, end }) => begin > end),
};

function itemsOf(resource: SetResource): readonly string[] {
  return resource.set.item ?? [];
}

const setRules: ValueRules<SetResource> = {
  add: (left, right) => ({ ...left, set: { item: [...new Set([...itemsOf(left), ...itemsOf(right)])] } }),
  subtract: (from, taken) => {
    const gone = new Set(itemsOf(taken));
    return { ...from, set: { item: itemsOf(from).filter((item) => !gone.has(item)) } };
  },
  contains: (whole, part) => {
    const items = new Set(itemsOf(whole));
    return itemsOf(part).every((item) => items.has(item));
  },
  isEmpty: (resource) => itemsOf(resource).length === 0,
};

/** The rules of the resource's type (`spec/mesos-client.md §19.2`). */
function rulesOf(resource: Resource): ValueRules<Resource> {
  switch (resource.type) {
    case 'SCALAR':
      return scalarRules as ValueRules<Resource>;
    case 'RANGES':
      return rangesRules as ValueRules<Resource>;
    case 'SET':
      return setRules as ValueRules<Resource>;
  }
}

export function addValues(left: Resource, right: Resource): Resource {
  return rulesOf(left).add(left, right);
}

export function subtractValues(from: Resource, taken: Resource): Resource {
  return rulesOf(from).subtract(from, taken);
}

export function containsValue(whole: Resource, part: Resource): boolean {
  return rulesOf(whole).contains(whole, part);
}

export function isEmptyResource(resource: Resource): boolean {
  return rulesOf(resource).isEmpty(resource);
}
