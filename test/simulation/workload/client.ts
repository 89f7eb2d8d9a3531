import { SubmitCommand } from '#domain';
import type { CommandBook, IssuedCommand } from '../checking/command-book.js';
import type { ReadChecks } from '../checking/read-checks.js';
import type { Random } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { WriteOutcome } from '../node/api-side.js';
import type { SimulatedNode } from '../node/simulated-node.js';
import type { Wish } from './workload.js';

/** So long a client waits for an answer, ms. */
const PATIENCE_MS = 15_000;
const ATTEMPTS = 6;

/** People and programs that change things: every command has a key, so that it can be sent again without harm. */
export class Client {
  private readonly random: Random;
  /** Commands that wait for their answer, or to be sent again. */
  underWay = 0;
  refused = 0;

  constructor(
    private readonly parts: {
      readonly world: World;
      readonly nodes: readonly SimulatedNode[];
      readonly book: CommandBook;
      readonly reads: ReadChecks;
      readonly onViolation: (error: unknown) => void;
    },
  ) {
    this.random = parts.world.random.fork('client');
  }

  send({ command, mark }: Wish): void {
    const issued = this.parts.book.issue(command, mark);
    this.underWay += 1;
    this.parts.world.trace.note('CLIENT', `${issued.key} ${JSON.stringify(command)}`);
    void this.seeThrough(issued)
      .catch(this.parts.onViolation)
      .finally(() => (this.underWay -= 1));
  }

  private async seeThrough(issued: IssuedCommand): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const outcome = await this.ask(issued);
      const isOver = this.judge(issued, outcome);
      // Whoever does not trust the network asks twice.
      const again = isOver ? this.random.chance(0.08) : !this.random.chance(0.1);
      if (!again) return;
      await this.pause(this.random.around(isOver ? 3000 : 1500));
    }
  }

  /** Whether the client has its answer. */
  private judge(issued: IssuedCommand, outcome: WriteOutcome): boolean {
    if (outcome.kind !== 'answered') {
      this.parts.world.trace.note('CLIENT', `${issued.key}: ${outcome.kind}`);
      return false;
    }
    const { reply } = outcome.submission;
    const text = reply.kind === 'refused' ? `refused ${reply.code}` : reply.kind;
    this.parts.world.trace.note(
      'CLIENT',
      `${issued.key}: ${outcome.status} ${text} at ${outcome.submission.position}`,
    );
    if (reply.kind === 'refused') {
      this.parts.book.refuse(issued, reply, outcome.status);
      this.refused += 1;
      return reply.code !== 'LogUnavailable' && reply.code !== 'QueueFull';
    }
    this.parts.book.acknowledge(issued, reply);
    this.parts.reads.told(outcome.submission.position);
    return true;
  }

  private ask({ command, key }: IssuedCommand): Promise<WriteOutcome> {
    const node = this.random.pick(this.parts.nodes)!;
    const submit = new SubmitCommand(command, { kind: 'user', name: 'client' }, key);
    const late = this.pause(PATIENCE_MS).then(() => ({ kind: 'unknown' }) as const);
    const answer = this.pause(this.parts.world.network.latencyMs()).then(() => node.write(submit));
    return Promise.race([answer, late]);
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.parts.world.time.after(delayMs, resolve));
  }
}
