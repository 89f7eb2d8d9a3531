import { toThousandths, type Resource } from '#mesos';

/** What one client of the cluster (a role, a subtree of roles, a framework within a role) holds. */
class Holding {
  /** Thousandths per scalar resource. */
  readonly scalars = new Map<string, number>();
  /** How often it has been given something. */
  allocations = 0;

  change(resources: readonly Resource[], sign: 1 | -1): void {
    for (const resource of resources) {
      if (resource.type !== 'SCALAR') continue;
      const change = sign * toThousandths(resource.scalar.value);
      this.scalars.set(resource.name, (this.scalars.get(resource.name) ?? 0) + change);
    }
  }

  dominantShare(totals: ReadonlyMap<string, number>): number {
    let share = 0;
    for (const [name, held] of this.scalars) {
      const total = totals.get(name) ?? 0;
      if (total > 0) share = Math.max(share, held / total);
    }
    return share;
  }
}

/** Whoever holds resources: a framework in one of its roles. */
export interface Holder {
  readonly frameworkId: string;
  readonly role: string;
}

/** The role itself as one leaf among the roles below it, so that `a` competes fairly with `a/b`. */
const LEAF = '/.';

/**
 * Dominant resource fairness (spec/local-cluster.md §5.3): who holds how much of the cluster, offers included. Roles
 * share along their tree: at each level the subtree with the smaller dominant share goes first.
 */
export class FairShare {
  private readonly totals = new Holding();
  private readonly roles = new Map<string, Holding>();
  private readonly frameworks = new Map<string, Holding>();
  /** Framework id → role → everything that changes with what it holds. */
  private readonly byHolder = new Map<string, Map<string, Holding[]>>();

  addTotal(resources: readonly Resource[]): void {
    this.totals.change(resources, 1);
  }

  removeTotal(resources: readonly Resource[]): void {
    this.totals.change(resources, -1);
  }

  /** `resources` are handed to the holder. */
  charge(holder: Holder, resources: readonly Resource[]): void {
    for (const holding of this.holdingsOf(holder)) {
      holding.change(resources, 1);
      holding.allocations += 1;
    }
  }

  /** `resources` come back from the holder. */
  release(holder: Holder, resources: readonly Resource[]): void {
    for (const holding of this.holdingsOf(holder)) holding.change(resources, -1);
  }

  /** Forgets a removed framework; what it held must have been released. */
  forgetFramework(frameworkId: string, roles: Iterable<string>): void {
    for (const role of roles) this.frameworks.delete(frameworkKey({ frameworkId, role }));
    this.byHolder.delete(frameworkId);
  }

  /** The role that has least comes first. */
  compareRoles(left: string, right: string): number {
    const [leftPath, rightPath] = [pathOf(left), pathOf(right)];
    const fork = leftPath.findIndex((node, depth) => node !== rightPath[depth]);
    if (fork < 0) return 0;
    return this.compare(this.roles, leftPath[fork]!, rightPath[fork]!);
  }

  /** Within a role, the framework that has least comes first. */
  compareFrameworks(role: string, left: string, right: string): number {
    return this.compare(
      this.frameworks,
      frameworkKey({ frameworkId: left, role }),
      frameworkKey({ frameworkId: right, role }),
    );
  }

  private compare(holdings: ReadonlyMap<string, Holding>, left: string, right: string): number {
    const [a, b] = [holdings.get(left), holdings.get(right)];
    const totals = this.totals.scalars;
    return (
      (a?.dominantShare(totals) ?? 0) - (b?.dominantShare(totals) ?? 0) ||
      (a?.allocations ?? 0) - (b?.allocations ?? 0) ||
      (left < right ? -1 : 1)
    );
  }

  private holdingsOf(holder: Holder): readonly Holding[] {
    const known = this.byHolder.get(holder.frameworkId)?.get(holder.role);
    if (known !== undefined) return known;
    const holdings = [
      ...pathOf(holder.role).map((node) => holdingIn(this.roles, node)),
      holdingIn(this.frameworks, frameworkKey(holder)),
    ];
    const byRole = this.byHolder.get(holder.frameworkId) ?? new Map<string, Holding[]>();
    byRole.set(holder.role, holdings);
    this.byHolder.set(holder.frameworkId, byRole);
    return holdings;
  }
}

function holdingIn(holdings: Map<string, Holding>, key: string): Holding {
  const known = holdings.get(key);
  if (known !== undefined) return known;
  const fresh = new Holding();
  holdings.set(key, fresh);
  return fresh;
}

/** `a/b` → `a`, `a/b`, `a/b/.` */
function pathOf(role: string): string[] {
  const components = role.split('/');
  return [...components.map((_, depth) => components.slice(0, depth + 1).join('/')), role + LEAF];
}

function frameworkKey(holder: Holder): string {
  return `${holder.role} ${holder.frameworkId}`;
}
