import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#observability';
import type { Projection } from '../projection/projection.js';
import type { ClusterFacts } from './cluster-facts.js';
import { isTimeout } from './failure-answer.js';
import type { LeaderFinder } from './leader-finder.js';
import { reachedWithin } from './reached-within.js';
import { SharedQuestion } from './shared-question.js';

/** How long a read waits for what the leader has and this node does not, in ms. */
const CATCH_UP_MS = 5000;

/**
 * How long a read waits, in ms, for the leader to learn that what this node has read already is on the log; and how often the
 * leader is asked meanwhile.
 */
const AHEAD_MS = 1000;
const AHEAD_PAUSE_MS = 2;

/** How often a leader that is silent is asked again, in ms; nobody waits for that. */
const PROBE_MS = 250;

/** Whether what this node shows is as new as the cluster's state; if not, for how long it may be old, and why. */
export type Confirmation =
  | { readonly current: true; readonly leaderPosition: number }
  | { readonly current: false; readonly staleSeconds: number; readonly reason: string };

/** What the leader said to a question that was sent at `askedAtMs`, or why it said nothing of use. */
type LeaderAnswer =
  { readonly askedAtMs: number; readonly leaderPosition: number } | { readonly reason: string };

/** Something that is wrong with one leader, for people. */
interface Trouble {
  readonly hostPort: string;
  readonly reason: string;
}

export interface ConfirmedReadsPorts {
  readonly projection: Projection;
  readonly finder: LeaderFinder;
  readonly ask: (hostPort: string) => Promise<ClusterFacts>;
  /** What this node says of itself; its position does not matter. */
  readonly own: ClusterFacts;
  /** Told once, in words, when the leader turns out to be that of another cluster. */
  readonly onDifference?: ((text: string) => void) | undefined;
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
  /**
   * The leader that did not answer the last question in time. While there is one a timer asks, and no read waits. A
   * leader that refuses costs no time, so that the next read simply asks it again.
   */
  private silent: Trouble | undefined;
  private probe: NodeJS.Timeout | undefined;
  /** The leader that, when it was last heard, was not of this node's cluster. */
  private foreign: Trouble | undefined;
  private differenceTold = false;
  /** A position that was waited for in vain: until it is there no other read waits. */
  private missing = 0;
  /** A position that the leader did not come to know of in time: until it does no other read waits for that. */
  private unknownToLeader = 0;
  /** The trouble that the log speaks of. */
  private warned: string | undefined;

  constructor(private readonly ports: ConfirmedReadsPorts) {}

  /**
   * Waits until this node shows everything that any node had acknowledged at the time of the call, and nothing that a later
   * read at the leader might not show: a log that is shared may tell this node sooner than the leader what the leader has
   * written. Never rejects.
   */
  async confirm(): Promise<Confirmation> {
    for (const deadlineMs = performance.now() + AHEAD_MS; ; await delay(AHEAD_PAUSE_MS)) {
      const confirmation = await this.caughtUp();
      if (!confirmation.current) return confirmation;
      const { leaderPosition } = confirmation;
      const { position } = this.ports.projection;
      if (position <= leaderPosition) return confirmation;
      if (leaderPosition < this.unknownToLeader || performance.now() >= deadlineMs) {
        this.unknownToLeader = position;
        return this.stale('The leader does not know yet that what this node shows is on the log');
      }
    }
  }

  /** Waits until this node shows at least what the leader does. */
  private async caughtUp(): Promise<Confirmation> {
    const { finder } = this.ports;
    const lead = finder.look();
    if (lead.at !== 'elsewhere') return this.stale(finder.whyNotElsewhere);
    if (this.silent?.hostPort === lead.hostPort) return this.stale(this.silent.reason);
    const answer = await this.question.answer();
    if ('reason' in answer) return this.stale(answer.reason);
    const { askedAtMs, leaderPosition } = answer;
    if (!(await this.shows(leaderPosition)))
      return this.stale('This node is behind the leader and does not catch up');
    this.confirmedAtMs = Math.max(this.confirmedAtMs, askedAtMs);
    return { current: true, leaderPosition };
  }

  /**
   * In what the cluster of a leader differs from this node's, in words, if that is known; it is asked once more, in
   * case it has changed. Never rejects.
   */
  async differenceFrom(hostPort: string): Promise<string | undefined> {
    const known = (): string | undefined =>
      this.foreign?.hostPort === hostPort ? this.foreign.reason : undefined;
    if (known() !== undefined && this.silent?.hostPort !== hostPort) await this.question.answer();
    return known();
  }

  private stale(reason: string): Confirmation {
    const staleSeconds = Math.ceil((performance.now() - this.confirmedAtMs) / 1000);
    return { current: false, staleSeconds, reason };
  }

  private async shows(position: number): Promise<boolean> {
    const { projection } = this.ports;
    if (projection.position >= position) return true;
    if (projection.position < this.missing) return false;
    if (await reachedWithin(projection, position, CATCH_UP_MS)) return true;
    this.missing = Math.max(this.missing, position);
    return false;
  }

  private async ask(): Promise<LeaderAnswer> {
    const { finder, own } = this.ports;
    const askedAtMs = performance.now();
    const lead = finder.look();
    if (lead.at !== 'elsewhere') {
      this.silent = undefined;
      return { reason: finder.whyNotElsewhere };
    }
    const { hostPort } = lead;
    try {
      const facts = await this.ports.ask(hostPort);
      const differences = own.differencesFrom(facts);
      if (differences !== undefined) return this.differs(hostPort, differences);
      return this.answered(askedAtMs, facts.position);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const reason = `The leader ${hostPort} cannot be asked for its position: ${why}`;
      const answer = this.failed(reason);
      if (isTimeout(error)) this.probeLater({ hostPort, reason });
      return answer;
    }
  }

  private answered(askedAtMs: number, leaderPosition: number): LeaderAnswer {
    if (this.warned !== undefined) this.ports.logger.info({}, 'reads are confirmed by the leader again');
    this.warned = undefined;
    this.silent = undefined;
    this.foreign = undefined;
    return { askedAtMs, leaderPosition };
  }

  private differs(hostPort: string, differences: string): LeaderAnswer {
    const reason = `This node is not part of the cluster of ${hostPort}: ${differences}`;
    this.foreign = { hostPort, reason };
    if (!this.differenceTold) {
      this.differenceTold = true;
      this.ports.onDifference?.(reason);
    }
    return this.failed(reason);
  }

  private failed(reason: string): LeaderAnswer {
    if (reason !== this.warned) this.ports.logger.warn({}, `${reason}; reads are answered as they are`);
    this.warned = reason;
    this.silent = undefined;
    return { reason };
  }

  /** Asks again in the place of the reads, which are answered meanwhile. */
  private probeLater(silent: Trouble): void {
    this.silent = silent;
    clearTimeout(this.probe);
    this.probe = setTimeout(() => void this.question.answer(), PROBE_MS);
    this.probe.unref();
  }
}
