import type { AppDefinition } from '../definitions/app/app-definition.js';
import { fieldValue } from '../launching/matching/field-value.js';
import { GroupSpread } from './group-spread.js';
import type { Instance } from './instance.js';

/**
 * Up to `count` of the instances, chosen so that what is left is spread evenly over the groups of every GROUP_BY
 * constraint of the app (`spec/scheduling.md` §7.6). `instances` are those that are placed, in the order in which they are
 * given up otherwise; fewer than `count` when no further one can go without harm to some constraint. Chosen one by one.
 */
export function* balancingVictims(
  app: AppDefinition,
  instances: readonly Instance[],
  count: number,
): Generator<Instance> {
  const fields = groupByFields(app);
  if (fields.length === 0 || count >= instances.length) return;
  const selection = new Selection(
    instances.length,
    fields.map((field) => new GroupSpread(instances.map((instance) => valueOf(instance, field)))),
  );
  for (let picked = 0; picked < count; picked++) {
    const rank = selection.next();
    if (rank === undefined) return;
    yield instances[rank]!;
  }
}

/** Fields whose values an app is to be spread over. */
export function groupByFields(app: AppDefinition): string[] {
  return app.constraints.filter(([, operator]) => operator === 'GROUP_BY').map(([field]) => field);
}

function valueOf({ agent }: Instance, field: string): string | undefined {
  return agent === undefined ? undefined : fieldValue(agent, field);
}

/** Picks instances one by one; they go by their rank in the order they came in. */
class Selection {
  private readonly isGone: boolean[];
  /** Everybody before is gone. */
  private firstLeft = 0;

  constructor(
    count: number,
    private readonly spreads: readonly GroupSpread[],
  ) {
    this.isGone = Array.from({ length: count }, () => false);
  }

  /**
   * Members of the largest groups come first, those of the least even constraint before all; then anybody. Nothing when
   * nobody may go.
   */
  next(): number | undefined {
    const rank = this.firstOfLargest() ?? this.first(() => true);
    if (rank === undefined) return undefined;
    this.isGone[rank] = true;
    while (this.isGone[this.firstLeft] === true) this.firstLeft += 1;
    for (const spread of this.spreads) spread.remove(rank);
    return rank;
  }

  private firstOfLargest(): number | undefined {
    for (const spread of this.spreads.toSorted((a, b) => b.size - a.size)) {
      if (spread.size === 0) return undefined;
      const head = spread.firstOfLargest();
      if (this.mayGo(head)) return head;
      // To the only constraint all members of the largest groups are alike.
      if (this.spreads.length === 1) return undefined;
      const other = this.first((rank) => spread.isInLargest(rank));
      if (other !== undefined) return other;
    }
    return undefined;
  }

  private first(isMeant: (rank: number) => boolean): number | undefined {
    for (let rank = this.firstLeft; rank < this.isGone.length; rank += 1) {
      if (!this.isGone[rank]! && isMeant(rank) && this.mayGo(rank)) return rank;
    }
    return undefined;
  }

  private mayGo(rank: number): boolean {
    for (const spread of this.spreads) if (!spread.allowsRemovalOf(rank)) return false;
    return true;
  }
}
