import type { Logger } from '#observability';
import type { Projection } from '../projection/projection.js';
import type { ClusterFacts } from './cluster-facts.js';
import type { LeaderFinder } from './leader-finder.js';
import { reachedWithin } from './reached-within.js';
import { SharedQuestion } from './shared-question.js';

/** How long a read waits for what the leader has and this node does not, in ms. */
const CATCH_UP_MS = 5000;

/** How often a leader that cannot be reached is asked again, in ms; nobody waits for that. */
const PROBE_MS = 250;

/** Whether what this node shows is as new as the cluster's state; if not, for how long it may be old. */
export type Confirmation =
  | { readonly current: true; readonly leaderPosition: number }
  | { readonly current: false; readonly staleSeconds: number };

/** What the leader said to a question that was sent at `askedAtMs`, if it did. */
interface LeaderAnswer {
  readonly askedAtMs: number;
  readonly leaderPosition: number | undefined;
}

export interface ConfirmedReadsPorts {
  readonly projection: Projection;
  readonly finder: LeaderFinder;
  readonly ask: (hostPort: string) => Promise<ClusterFacts>;
  /** What this node says of itself; its position does not matter. */
  readonly own: ClusterFacts;
  readonly logger: Logger;
}

/**
 * Keeps the reads of a node that does not lead linearisable (`design.md` §6): before one is answered the leader is
 * asked for its position, and the projection waits until it is there. Reads never fail: what cannot be confirmed is
 * answered all the same and says how old it may be.
 */
export class ConfirmedReads {
  private readonly question = new SharedQuestion(() => this.ask());
  /** When what this node shows was last known to be current. Monotonic clock, ms. */
  private confirmedAtMs = performance.now();
  private askedAtMs = -Infinity;
  /** The leader that did not answer the last question. */
  private unreachable: string | undefined;
  /** A position that was waited for in vain: until it is there no other read waits. */
  private missing = 0;
  private trouble: string | undefined;

  constructor(private readonly ports: ConfirmedReadsPorts) {}

  /** Why reads cannot be confirmed, for people. */
  get problem(): string | undefined {
    return this.trouble;
  }

  /** Waits until this node shows everything that any node had acknowledged at the time of the call. Never rejects. */
  async confirm(): Promise<Confirmation> {
    const lead = this.ports.finder.look();
    if (lead.at !== 'elsewhere') {
      this.trouble = 'No leader is known';
      return this.stale();
    }
    if (this.unreachable === lead.hostPort) {
      if (performance.now() - this.askedAtMs >= PROBE_MS) void this.question.answer();
      return this.stale();
    }
    const { askedAtMs, leaderPosition } = await this.question.answer();
    if (leaderPosition === undefined || !(await this.shows(leaderPosition))) return this.stale();
    this.confirmedAtMs = Math.max(this.confirmedAtMs, askedAtMs);
    return { current: true, leaderPosition };
  }

  private stale(): Confirmation {
    return { current: false, staleSeconds: Math.ceil((performance.now() - this.confirmedAtMs) / 1000) };
  }

  private async shows(position: number): Promise<boolean> {
    const { projection } = this.ports;
    if (projection.position >= position) return true;
    if (projection.position < this.missing) return false;
    if (await reachedWithin(projection, position, CATCH_UP_MS)) return true;
    this.missing = Math.max(this.missing, position);
    this.trouble = `This node is behind the leader and does not catch up`;
    return false;
  }

  private async ask(): Promise<LeaderAnswer> {
    const askedAtMs = performance.now();
    this.askedAtMs = askedAtMs;
    const lead = this.ports.finder.look();
    if (lead.at !== 'elsewhere') return { askedAtMs, leaderPosition: undefined };
    const { hostPort } = lead;
    try {
      const facts = await this.ports.ask(hostPort);
      const differences = this.ports.own.differencesFrom(facts);
      if (differences === undefined) return this.answered(askedAtMs, facts.position);
      this.failed(hostPort, `This node is not part of the cluster of ${hostPort}: ${differences}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.failed(hostPort, `The leader ${hostPort} cannot be asked for its position: ${reason}`);
    }
    return { askedAtMs, leaderPosition: undefined };
  }

  private answered(askedAtMs: number, leaderPosition: number): LeaderAnswer {
    if (this.unreachable !== undefined) this.ports.logger.info({}, 'reads are confirmed by the leader again');
    this.unreachable = undefined;
    this.trouble = undefined;
    return { askedAtMs, leaderPosition };
  }

  private failed(hostPort: string, trouble: string): void {
    if (trouble !== this.trouble) this.ports.logger.warn({}, `${trouble}; reads are answered as they are`);
    this.unreachable = hostPort;
    this.trouble = trouble;
  }
}
