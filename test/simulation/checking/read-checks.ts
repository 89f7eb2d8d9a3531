import type { Random } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { SimulatedNode } from '../node/simulated-node.js';
import { must } from './violation.js';

const LINEARISABLE = 'a read shows everything that was acknowledged before it began';

/** Reads through any node, now and then, and knows what they must show at least. */
export class ReadChecks {
  /** Highest position that any client was told of. */
  private acknowledged = 0;
  private readonly random: Random;
  reads = 0;

  constructor(
    private readonly world: World,
    private readonly nodes: readonly SimulatedNode[],
    private readonly onViolation: (error: unknown) => void,
  ) {
    this.random = world.random.fork('reads');
  }

  told(position: number): void {
    this.acknowledged = Math.max(this.acknowledged, position);
  }

  read(): void {
    const node = this.random.pick(this.nodes)!;
    const { life } = node;
    if (life === undefined) return;
    const least = this.acknowledged;
    life.process
      .awaiting(life.api.read())
      .then(({ position, isCurrent }) => {
        this.reads += 1;
        this.world.trace.note('READ', `${node.name} shows ${position}${isCurrent ? '' : ', perhaps old'}`);
        must(
          !isCurrent || position >= least,
          LINEARISABLE,
          () => `${node.name} shows ${position}, not ${least}`,
        );
        if (isCurrent) this.told(position);
      })
      .catch(this.onViolation);
  }
}
