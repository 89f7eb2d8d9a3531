import { formatValue, fromThousandths, toThousandths, type Resource } from '#mesos';

/** Amounts of resources as operators read them: scalars as numbers, the usual four always; ranges and sets as text. */
export class ResourceTotals {
  /** Thousandths. */
  private readonly scalars = new Map<string, number>([
    ['cpus', 0],
    ['gpus', 0],
    ['mem', 0],
    ['disk', 0],
  ]);
  /** What is in the brackets, of several holders or reservations of the same resource. */
  private readonly lists = new Map<string, { readonly brackets: string; readonly items: string[] }>();

  add(resources: Iterable<Resource>): this {
    for (const resource of resources) {
      const { name } = resource;
      if (resource.type === 'SCALAR') {
        this.scalars.set(name, (this.scalars.get(name) ?? 0) + toThousandths(resource.scalar.value));
      } else this.addList(name, formatValue(resource));
    }
    return this;
  }

  /** The sum of both; neither is changed. */
  plus(other: ResourceTotals): ResourceTotals {
    const sum = new ResourceTotals();
    for (const { scalars, lists } of [this, other]) {
      for (const [name, amount] of scalars) sum.scalars.set(name, (sum.scalars.get(name) ?? 0) + amount);
      for (const [name, { brackets, items }] of lists) {
        const before = sum.lists.get(name);
        sum.lists.set(name, before ? { ...before, items: before.items.concat(items) } : { brackets, items });
      }
    }
    return sum;
  }

  /** `[1-2]` and `[5-6]` → `[1-2, 5-6]`. */
  view(): Readonly<Record<string, unknown>> {
    const scalars = [...this.scalars].map(([name, amount]) => [name, fromThousandths(amount)] as const);
    const lists = [...this.lists].map(
      ([name, { brackets, items }]) => [name, brackets[0] + items.join(', ') + brackets[1]] as const,
    );
    return Object.fromEntries([...scalars, ...lists]);
  }

  private addList(name: string, text: string): void {
    const known = this.lists.get(name);
    const items = text.slice(1, -1);
    if (known !== undefined) known.items.push(items);
    else this.lists.set(name, { brackets: text.slice(0, 1) + text.slice(-1), items: [items] });
  }
}
