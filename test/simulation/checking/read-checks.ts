import { PlanChange } from '#domain';
import type { Process } from '../kernel/process.js';
import type { Random } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { ApiSide } from '../node/api-side.js';
import type { SimulatedNode } from '../node/simulated-node.js';
import type { Workload } from '../workload/workload.js';
import { must } from './violation.js';

const LINEARISABLE = 'a read shows everything that was acknowledged before it began';

/** Reads through any node, now and then, and knows what they must show at least. */
export class ReadChecks {
  /** Highest position that any client was told of. */
  private acknowledged = 0;
  private readonly random: Random;
  reads = 0;

  constructor(
    private readonly parts: {
      readonly world: World;
      readonly nodes: readonly SimulatedNode[];
      /** Changes that are only planned. */
      readonly plans: Workload;
      readonly onViolation: (error: unknown) => void;
    },
  ) {
    this.random = parts.world.random.fork('reads');
  }

  told(position: number): void {
    this.acknowledged = Math.max(this.acknowledged, position);
  }

  read(): void {
    const node = this.random.pick(this.parts.nodes)!;
    const { life } = node;
    if (life === undefined) return;
    void this.readAt(node, life.process, life.api).catch(this.parts.onViolation);
    // What the leader only thinks of must leave no trace.
    life.scheduler.queue();
    if (this.random.chance(0.2)) void life.scheduler.plan(this.nextPlan()).catch(this.parts.onViolation);
  }

  private nextPlan(): PlanChange {
    return new PlanChange(this.parts.plans.next().command, this.random.chance(0.5));
  }

  private async readAt({ name }: SimulatedNode, process: Process, api: ApiSide): Promise<void> {
    const least = this.acknowledged;
    const { position, isCurrent } = await process.awaiting(api.read());
    this.reads += 1;
    this.parts.world.trace.note('READ', `${name} shows ${position}${isCurrent ? '' : ', perhaps old'}`);
    must(!isCurrent || position >= least, LINEARISABLE, () => `${name} shows ${position}, not ${least}`);
    if (isCurrent) this.told(position);
  }
}
