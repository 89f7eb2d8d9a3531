import type { RangeValue } from '../protocol/primitives.js';
import type { Resource } from '../protocol/resource.js';
import { identityOf, isIndivisible } from './identity.js';
import { coalesceRanges } from './ranges.js';
import { fromThousandths, toThousandths } from './scalar.js';
import { addValues, containsValue, isEmptyResource, subtractValues } from './value.js';

/**
 * Sums and differences of lists of resources (`spec/mesos-client.md §19.2`, §19.3). Lists are never changed; results
 * are merged per identity class, in the order in which classes first appear, without empty resources.
 */
class ResourceSum {
  /** Per identity class: one resource if divisible, else one entry for each held. */
  readonly #classes = new Map<string, Resource[]>();

  add(resource: Resource): void {
    if (isEmptyResource(resource)) {
      return;
    }
    const identity = identityOf(resource);
    const held = this.#classes.get(identity);
    const [first] = held ?? [];
    if (held === undefined || first === undefined) {
      this.#classes.set(identity, [resource]);
    } else if (isIndivisible(resource)) {
      held.push(resource);
    } else {
      held[0] = addValues(first, resource);
    }
  }

  /** Takes away what is there; returns whether all of it was. */
  subtract(resource: Resource): boolean {
    if (isEmptyResource(resource)) {
      return true;
    }
    const held = this.#classes.get(identityOf(resource));
    if (isIndivisible(resource)) {
      const at = held?.findIndex((candidate) => sameValue(candidate, resource)) ?? -1;
      held?.splice(at, at < 0 ? 0 : 1);
      return at >= 0;
    }
    const [first] = held ?? [];
    if (held === undefined || first === undefined) {
      return false;
    }
    const whole = containsValue(first, resource);
    const rest = subtractValues(first, resource);
    held.splice(0, 1, ...(isEmptyResource(rest) ? [] : [rest]));
    return whole;
  }

  toList(): Resource[] {
    return [...this.#classes.values()].flat();
  }
}

function sameValue(left: Resource, right: Resource): boolean {
  return containsValue(left, right) && containsValue(right, left);
}

function sumOf(lists: readonly (readonly Resource[])[]): ResourceSum {
  const sum = new ResourceSum();
  for (const list of lists) {
    for (const resource of list) {
      sum.add(resource);
    }
  }
  return sum;
}

/** The sum of all lists, merged per identity class. With one list: the same resources in merged form. */
export function addResources(...lists: readonly (readonly Resource[])[]): Resource[] {
  return sumOf(lists).toList();
}

/**
 * What is left of `from` without `taken`. What `from` does not hold is ignored, so check with
 * `containsResources` first where that matters.
 */
export function subtractResources(from: readonly Resource[], taken: readonly Resource[]): Resource[] {
  const sum = sumOf([from]);
  for (const resource of taken) {
    sum.subtract(resource);
  }
  return sum.toList();
}

/** Whether `part` can be taken out of `whole`, resource by resource and class by class (`§19.3`). */
export function containsResources(whole: readonly Resource[], part: readonly Resource[]): boolean {
  const sum = sumOf([whole]);
  return part.every((resource) => sum.subtract(resource));
}

/**
 * How much of a scalar resource there is over all identity classes, in the unit of the resource (cpus, MiB). A
 * shared volume counts once, however often it is held.
 */
export function sumScalar(resources: readonly Resource[], name: string): number {
  const sharedSeen = new Set<string>();
  let thousandths = 0;
  for (const resource of resources) {
    if (resource.type !== 'SCALAR' || resource.name !== name) {
      continue;
    }
    if (resource.shared !== undefined) {
      const identity = identityOf(resource);
      if (sharedSeen.has(identity)) {
        continue;
      }
      sharedSeen.add(identity);
    }
    thousandths += toThousandths(resource.scalar.value);
  }
  return fromThousandths(thousandths);
}

/** All numbers of a ranges resource over all identity classes, coalesced: `sumRanges(offer.resources, 'ports')`. */
export function sumRanges(resources: readonly Resource[], name: string): RangeValue[] {
  return coalesceRanges(
    resources.flatMap((resource) =>
      resource.type === 'RANGES' && resource.name === name ? (resource.ranges.range ?? []) : [],
    ),
  );
}

/** The same resources allocated to a role, as in an offer. */
export function allocateTo(resources: readonly Resource[], role: string): Resource[] {
  return resources.map((resource) => ({ ...resource, allocation_info: { role } }));
}

/** The same resources without their allocation, as an agent counts them. */
export function withoutAllocation(resources: readonly Resource[]): Resource[] {
  return resources.map(({ allocation_info: _allocation, ...rest }) => rest as Resource);
}
