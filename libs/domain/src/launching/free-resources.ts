import type { Range, Resource } from '../cluster/mesos-shapes.js';
import type { Candidate } from './matching/candidate.js';
import { SCALARS } from './matching/offer-resources.js';
import { isFreelyUsable, roleOf, UNRESERVED } from './matching/resource-selector.js';
import { fromThousandths, toThousandths, type Thousandths } from './matching/thousandths.js';

interface ScalarPart {
  readonly resource: Resource;
  amount: Thousandths;
}

interface PortsPart {
  readonly resource: Resource;
  ranges: readonly Range[];
}

/** What an agent has free, while tasks begin and end there: the resources of its offers with other amounts. */
export class FreeResources {
  private readonly scalars = new Map<string, ScalarPart>();
  private readonly ports = new Map<string, PortsPart>();
  /** What launches do not take from: sets, volumes, what is kept for somebody. */
  private readonly others: Resource[] = [];

  /** Adds resources. */
  give(resources: readonly Resource[]): void {
    for (const resource of resources) {
      if (!isFreelyUsable(resource)) this.others.push(resource);
      else if (resource.scalar !== undefined) this.scalarOf(resource).amount += amountOf(resource);
      else if (resource.ranges === undefined) this.others.push(resource);
      else {
        const part = this.portsOf(resource);
        part.ranges = [...part.ranges, ...(resource.ranges.range ?? [])];
      }
    }
  }

  /** Takes what an offer of these resources gave. */
  take(resources: readonly Resource[]): void {
    for (const resource of resources) {
      if (resource.scalar !== undefined) this.scalarOf(resource).amount -= amountOf(resource);
      const part = resource.ranges === undefined ? undefined : this.portsOf(resource);
      for (const range of resource.ranges?.range ?? []) part!.ranges = without(part!.ranges, range);
    }
  }

  /** Takes what a task of a definition takes, as far as it is there; from what is reserved for its role first. */
  takeFor({ totalDemand, roles }: Candidate, hostPorts: readonly number[]): void {
    for (const name of SCALARS) {
      let missing = totalDemand[name];
      for (const part of this.scalars.values()) {
        if (part.resource.name !== name || !roles.includes(roleOf(part.resource))) continue;
        const amount = Math.min(missing, part.amount);
        part.amount -= amount;
        missing -= amount;
      }
    }
    for (const part of this.ports.values())
      for (const port of hostPorts) part.ranges = without(part.ranges, { begin: port, end: port });
  }

  /** What is to be had in a role: what is not reserved, or for that role or one above it. */
  visibleTo(role: string): Resource[] {
    const visible: Resource[] = [];
    for (const { resource, amount } of this.scalars.values()) {
      if (amount > 0 && isFor(role, resource))
        visible.push({ ...resource, scalar: { value: fromThousandths(amount) } });
    }
    for (const { resource, ranges } of this.ports.values()) {
      if (ranges.length > 0 && isFor(role, resource))
        visible.push({ ...resource, ranges: { range: ranges } });
    }
    for (const resource of this.others) if (isFor(role, resource)) visible.push(resource);
    return visible;
  }

  private scalarOf(resource: Resource): ScalarPart {
    const key = keyOf(resource);
    let part = this.scalars.get(key);
    if (part === undefined) this.scalars.set(key, (part = { resource, amount: 0 }));
    return part;
  }

  private portsOf(resource: Resource): PortsPart {
    const key = keyOf(resource);
    let part = this.ports.get(key);
    if (part === undefined) this.ports.set(key, (part = { resource, ranges: [] }));
    return part;
  }
}

/** What a task gives back when it ends, by its definition: which reservation it came from is not recorded. */
export function usedBy({ totalDemand, roles }: Candidate, hostPorts: readonly number[]): Resource[] {
  const role = roles.includes(UNRESERVED) ? UNRESERVED : (roles[0] ?? UNRESERVED);
  const reservation = role === UNRESERVED ? {} : { reservations: [{ type: 'STATIC', role }] };
  const used: Resource[] = [];
  for (const name of SCALARS) {
    const value = fromThousandths(totalDemand[name]);
    if (value > 0) used.push({ name, type: 'SCALAR', scalar: { value }, ...reservation });
  }
  const range = hostPorts.map((port) => ({ begin: port, end: port }));
  if (range.length > 0) used.push({ name: 'ports', type: 'RANGES', ranges: { range }, ...reservation });
  return used;
}

/** Resources that are one in all but their amount. */
function keyOf({ name, revocable, disk, provider_id: provider, ...rest }: Resource): string {
  const special = revocable === undefined && disk === undefined && provider === undefined;
  const part = `${name} ${roleOf({ name, ...rest })}`;
  return special ? part : `${part} ${JSON.stringify([revocable, disk, provider])}`;
}

const amountOf = ({ scalar }: Resource): Thousandths => toThousandths(scalar?.value ?? 0);

function isFor(role: string, resource: Resource): boolean {
  const reservedFor = roleOf(resource);
  return reservedFor === UNRESERVED || reservedFor === role || role.startsWith(`${reservedFor}/`);
}

/** Ranges with a hole. */
function without(ranges: readonly Range[], { begin, end }: Range): Range[] {
  return ranges.flatMap((range) => {
    if (range.end < begin || range.begin > end) return [range];
    const left = range.begin < begin ? [{ begin: range.begin, end: begin - 1 }] : [];
    return range.end > end ? [...left, { begin: end + 1, end: range.end }] : left;
  });
}
