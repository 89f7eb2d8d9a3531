import type { Resource } from '../../cluster/mesos-shapes.js';
import { PortPool, type PortRequest, type TakenPorts } from './port-pool.js';
import { isFreelyUsable, roleOf } from './resource-selector.js';
import { fromThousandths, toThousandths, type Thousandths } from './thousandths.js';

/** The scalars that launches ask for. */
export const SCALARS = ['cpus', 'mem', 'disk', 'gpus'] as const;
export type ScalarName = (typeof SCALARS)[number];

/** Amounts of each scalar. */
export type Demand = Readonly<Record<ScalarName, Thousandths>>;

interface ScalarShare {
  readonly resource: Resource;
  readonly role: string;
  left: Thousandths;
}

/**
 * What is left of an offer while launches take from it (`spec/scheduling.md` §3.2, §3.3). A scalar may be put together from
 * several resources, in offer order; what is taken keeps role, reservation and provider.
 */
export class OfferResources {
  private readonly scalars: Readonly<Record<ScalarName, ScalarShare[]>> = {
    cpus: [],
    mem: [],
    disk: [],
    gpus: [],
  };
  private readonly ports: PortPool;
  /** Roles of usable resources that no launch asks for. */
  private readonly otherRoles = new Set<string>();
  /** GPUs that are kept for somebody. */
  private hasKeptGpus = false;

  constructor(private readonly offered: readonly Resource[]) {
    const ports: Resource[] = [];
    for (const resource of offered) {
      if (!isFreelyUsable(resource)) this.hasKeptGpus ||= resource.name === 'gpus';
      else if (isRootScalar(resource)) this.scalars[resource.name].push(shareOf(resource));
      else if (resource.name === 'ports' && resource.ranges !== undefined) ports.push(resource);
      else this.otherRoles.add(roleOf(resource));
    }
    this.ports = new PortPool(ports);
  }

  /** How much launches that accept these roles may still take. */
  available(name: ScalarName, roles: readonly string[]): Thousandths {
    let sum = 0;
    for (const share of this.scalars[name]) if (roles.includes(share.role)) sum += share.left;
    return sum;
  }

  /** Whether anything at all is left for these roles. */
  hasAnyFor(roles: readonly string[]): boolean {
    for (const name of SCALARS) if (this.available(name, roles) > 0) return true;
    if (this.ports.hasAny(roles)) return true;
    for (const role of roles) if (this.otherRoles.has(role)) return true;
    return false;
  }

  /** Whether GPUs of any role are left. */
  hasGpus(): boolean {
    return this.hasKeptGpus || this.scalars.gpus.some(({ left }) => left > 0);
  }

  /** Takes ports, all or none. */
  takePorts(
    requests: readonly PortRequest[],
    roles: readonly string[],
    random: () => number,
  ): TakenPorts | undefined {
    return this.ports.take(requests, roles, random);
  }

  /** Takes amounts that are known to be available. */
  takeScalars(demand: Demand, roles: readonly string[]): Resource[] {
    const taken: Resource[] = [];
    for (const name of SCALARS) {
      let missing = demand[name];
      for (const share of this.scalars[name]) {
        if (missing === 0) break;
        const amount = Math.min(missing, share.left);
        if (amount === 0 || !roles.includes(share.role)) continue;
        share.left -= amount;
        missing -= amount;
        taken.push(withScalar(share.resource, amount));
      }
      if (missing > 0) throw new RangeError(`${name}: ${missing} thousandths more than the offer has`);
    }
    return taken;
  }

  /** The offer's resources without what was taken. */
  remaining(): Resource[] {
    return this.offered.flatMap((resource) => this.remainderOf(resource) ?? []);
  }

  private remainderOf(resource: Resource): Resource | undefined {
    if (!isFreelyUsable(resource)) return resource;
    if (isRootScalar(resource)) {
      const left = this.scalars[resource.name].find((share) => share.resource === resource)?.left ?? 0;
      return left === 0 ? undefined : withScalar(resource, left);
    }
    if (resource.name === 'ports' && resource.ranges !== undefined) return this.ports.remainderOf(resource);
    return resource;
  }
}

/** A scalar that launches may take from; disks other than the root disk hold volumes only. */
function isRootScalar(resource: Resource): resource is Resource & { readonly name: ScalarName } {
  if (resource.scalar === undefined || resource.disk?.source !== undefined) return false;
  return (SCALARS as readonly string[]).includes(resource.name);
}

function shareOf(resource: Resource): ScalarShare {
  return { resource, role: roleOf(resource), left: toThousandths(resource.scalar?.value ?? 0) };
}

function withScalar(resource: Resource, amount: Thousandths): Resource {
  return { ...resource, scalar: { value: fromThousandths(amount) } };
}
