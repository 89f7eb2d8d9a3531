import type { Random } from '../kernel/random.js';
import type { Trace } from '../kernel/trace.js';

/** What becomes of one append. */
export interface AppendFate {
  readonly outcome: 'done' | 'fails' | 'unknown';
  readonly delayMs: number;
  readonly crash?: 'before' | 'after';
}

const UNDISTURBED: AppendFate = { outcome: 'done', delayMs: 0 };

/** The script of the log's failures. */
export class LogFaults {
  /** No write succeeds. */
  isDown = false;
  /** How likely it is that an append fails, that its confirmation is lost, and that it is slow. */
  failing = 0;
  losing = 0;
  slow = 0;
  /** So long a node waits for brokers that do not answer, ms. */
  patienceMs = 2000;
  private heldBack: ((node: string) => void) | undefined;
  private crashAt: 'before' | 'after' | undefined;

  constructor(
    private readonly random: Random,
    private readonly trace: Trace,
    private readonly crashNode: (node: string, where: string) => void,
  ) {}

  /** The next append of anybody is his last deed. */
  crashAtNextAppend(where: 'before' | 'after'): void {
    this.crashAt = where;
  }

  /** The next append of anybody is held up on its way, so long that much may happen before it arrives; `then` is told. */
  holdNextAppend(then: (node: string) => void): void {
    this.heldBack = then;
  }

  crash(node: string, where: string): void {
    this.crashNode(node, where);
  }

  /** Everything works from here on. */
  calm(): void {
    this.isDown = false;
    this.failing = this.losing = this.slow = 0;
    this.crashAt = this.heldBack = undefined;
  }

  nextAppend(node: string): AppendFate {
    const held = this.heldBack;
    if (held !== undefined) return this.hold(node, held);
    const crash = this.crashAt;
    this.crashAt = undefined;
    if (crash === undefined && !this.isDown && this.failing + this.losing + this.slow === 0)
      return UNDISTURBED;
    const outcome = this.outcome();
    if (outcome !== 'done')
      this.trace.fault(outcome === 'fails' ? 'append fails' : 'append of unknown outcome', node);
    const delayMs = this.random.chance(this.slow) ? this.random.around(1500) : 0;
    if (delayMs > 0) this.trace.fault('slow append', `${node} ${delayMs} ms`);
    return { outcome, delayMs, ...(crash === undefined ? {} : { crash }) };
  }

  private hold(node: string, then: (node: string) => void): AppendFate {
    this.heldBack = undefined;
    const delayMs = 500 + this.random.around(6000);
    this.trace.fault('append held up', `${node} ${delayMs} ms`);
    then(node);
    return { outcome: 'done', delayMs };
  }

  private outcome(): AppendFate['outcome'] {
    if (this.isDown || this.random.chance(this.failing)) return 'fails';
    return this.random.chance(this.losing) ? 'unknown' : 'done';
  }
}
