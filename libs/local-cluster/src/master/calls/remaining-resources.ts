import {
  addResources,
  containsResources,
  fromThousandths,
  identityOf,
  isEmptyResource,
  isIndivisible,
  subtractResources,
  toThousandths,
  type RangesResource,
  type RangeValue,
  type Resource,
  type ScalarResource,
} from '#mesos';

/** One divisible identity class (C§19.3) of what remains, in a form that is quick to take from. */
type PlainHolding =
  | { readonly kind: 'scalar'; readonly like: ScalarResource; thousandths: number }
  | { readonly kind: 'ranges'; readonly like: RangesResource; readonly ranges: RangeValue[] };

type Holding = PlainHolding | { readonly kind: 'other'; resources: readonly Resource[] };

/**
 * What is left of the offers of one ACCEPT while its tasks take their shares. Taking does not depend on how much has
 * been taken before: an ACCEPT may launch thousands of tasks, each with ports of its own.
 */
export class RemainingResources {
  private readonly holdings = new Map<string, Holding>();
  /** Those of plain amounts by name: what nearly all tasks ask for. Names with several of them are left out. */
  private readonly plain = new Map<string, PlainHolding | undefined>();

  constructor(resources: readonly Resource[]) {
    for (const resource of addResources(resources)) {
      const identity = identityOf(resource);
      const held = this.holdings.get(identity);
      if (held?.kind === 'other') held.resources = [...held.resources, resource];
      else this.add(identity, resource);
    }
  }

  /** Whether all of it is there, together. */
  contains(required: readonly Resource[]): boolean {
    for (const resource of this.isMerged(required) ? required : addResources(required)) {
      if (isEmptyResource(resource)) continue;
      const held = this.find(resource);
      if (held === undefined || !holds(held, resource)) return false;
    }
    return true;
  }

  /** Takes what `contains` has said to be there. */
  take(required: readonly Resource[]): void {
    for (const resource of this.isMerged(required) ? required : addResources(required)) {
      const held = this.find(resource);
      if (held !== undefined) takeFrom(held, resource);
    }
  }

  private add(identity: string, resource: Resource): void {
    const holding = holdingOf(resource);
    this.holdings.set(identity, holding);
    if (holding.kind === 'other' || !isPlain(resource)) return;
    this.plain.set(resource.name, this.plain.has(resource.name) ? undefined : holding);
  }

  private find(resource: Resource): Holding | undefined {
    return this.findPlain(resource) ?? this.holdings.get(identityOf(resource));
  }

  private findPlain(resource: Resource): PlainHolding | undefined {
    const held = this.plain.get(resource.name);
    if (held === undefined || held.like.type !== resource.type) return undefined;
    const isSameRole = held.like.allocation_info?.role === resource.allocation_info?.role;
    return isSameRole && isPlain(resource) ? held : undefined;
  }

  /** Whether each comes from another plain holding, so that none have to be added up. */
  private isMerged(required: readonly Resource[]): boolean {
    return required.every((resource, place) => {
      for (let other = 0; other < place; other += 1)
        if (required[other]!.name === resource.name) return false;
      return this.findPlain(resource) !== undefined;
    });
  }

  toList(): Resource[] {
    return addResources(
      [...this.holdings.values()].flatMap((held): readonly Resource[] => {
        switch (held.kind) {
          case 'scalar':
            return [{ ...held.like, scalar: { value: fromThousandths(held.thousandths) } }];
          case 'ranges':
            return [{ ...held.like, ranges: { range: held.ranges.map((range) => ({ ...range })) } }];
          case 'other':
            return held.resources;
        }
      }),
    );
  }
}

/** An amount that nobody reserved. */
function isPlain(resource: Resource): boolean {
  for (const member in resource) if (!PLAIN_MEMBERS.has(member)) return false;
  return true;
}

const PLAIN_MEMBERS: ReadonlySet<string> = new Set(['name', 'type', 'scalar', 'ranges', 'allocation_info']);

function holdingOf(resource: Resource): Holding {
  if (isIndivisible(resource) || resource.type === 'SET') return { kind: 'other', resources: [resource] };
  return resource.type === 'SCALAR'
    ? { kind: 'scalar', like: resource, thousandths: toThousandths(resource.scalar.value) }
    : { kind: 'ranges', like: resource, ranges: rangesOf(resource).map((range) => ({ ...range })) };
}

function holds(held: Holding, resource: Resource): boolean {
  switch (held.kind) {
    case 'scalar':
      return resource.type === 'SCALAR' && held.thousandths >= toThousandths(resource.scalar.value);
    case 'ranges':
      return rangesOf(resource).every(({ begin, end }) => {
        const range = held.ranges[lastStartingBy(held.ranges, begin)];
        return range !== undefined && end <= range.end;
      });
    case 'other':
      return containsResources(held.resources, [resource]);
  }
}

function takeFrom(held: Holding, resource: Resource): void {
  switch (held.kind) {
    case 'scalar':
      held.thousandths -= resource.type === 'SCALAR' ? toThousandths(resource.scalar.value) : 0;
      return;
    case 'ranges':
      for (const range of rangesOf(resource)) cut(held.ranges, range);
      return;
    case 'other':
      held.resources = subtractResources(held.resources, [resource]);
  }
}

function rangesOf(resource: Resource): readonly RangeValue[] {
  return resource.type === 'RANGES' ? (resource.ranges.range ?? []) : [];
}

/** Index of the last range that begins at or before a number; −1 when none does. The ranges are sorted. */
function lastStartingBy(ranges: readonly RangeValue[], begin: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.begin <= begin) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Removes a range that lies within one of the sorted, disjoint ranges. */
function cut(ranges: RangeValue[], { begin, end }: RangeValue): void {
  const index = lastStartingBy(ranges, begin);
  const whole = ranges[index];
  if (whole === undefined) return;
  const rest = [
    { begin: whole.begin, end: begin - 1 },
    { begin: end + 1, end: whole.end },
  ].filter((range) => range.begin <= range.end);
  ranges.splice(index, 1, ...rest);
}
