import { randomUUID } from 'node:crypto';

import { isZooKeeperError, type AccessList, type Clock, type Instant, type ZooKeeper } from '#zookeeper';

import type { ZooKeeperLogger as Logger } from '#zookeeper';
import { Notifier } from '../notifier.js';
import type { CandidateListener, LeadershipLoss } from '../port.js';
import { latchPrefix, type CandidateNode } from './candidates.js';
import type { ForeignLatch } from './foreign-latch.js';
import { Lease } from './lease.js';
import type { CoordinationMetrics } from './metrics.js';

/** A node with the same address may be left over from this node's last run for so many session time-outs. */
const LEFT_OVER_SHARE = 1.5;

/** Longest wait for the own node to be removed. */
const WITHDRAWAL_LIMIT_MS = 2_000;

export interface CandidacyOptions {
  readonly zookeeper: ZooKeeper;
  readonly electionPath: string;
  readonly hostPort: string;
  readonly access: AccessList;
  readonly strictSuspend: boolean;
  readonly foreignLatch: ForeignLatch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: CoordinationMetrics;
  /** Has the election read again and {@link Candidacy.follow} called. */
  readonly lookAgain: () => void;
  /** The lead, or the chance of it, was lost. */
  readonly onOver: () => void;
}

/**
 * `standing`: wants to lead; `leading`; `suspended`: leads, but ZooKeeper is out of sight; `over`: lost or withdrawn,
 * for good.
 */
type Phase = 'standing' | 'leading' | 'suspended' | 'over';

/** This node's part in the election: its node, its lead, and the end of it. */
export class Candidacy {
  readonly #options: CandidacyOptions;
  readonly #listener: CandidateListener;
  readonly #notifier: Notifier;
  #phase: Phase = 'standing';
  /** Of the present session. */
  #id = randomUUID();
  #ownName: string | undefined;
  #lease: Lease | undefined;
  #lossTimer: NodeJS.Timeout | undefined;
  #renewalTimer: NodeJS.Timeout | undefined;
  #rivalTimer: NodeJS.Timeout | undefined;
  #rivalSinceMs: number | undefined;
  #asking: Promise<boolean> | undefined;
  #askingNext: Promise<boolean> | undefined;

  constructor(options: CandidacyOptions, listener: CandidateListener) {
    this.#options = options;
    this.#listener = listener;
    this.#notifier = new Notifier(options.logger);
  }

  mayAct(): boolean {
    return this.#phase === 'leading' && this.#lease?.isGood === true;
  }

  /** Whether a node of the election is this candidate's. */
  isOwn({ name }: CandidateNode): boolean {
    return name.startsWith(latchPrefix(this.#id));
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /**
   * Does what the state of the election asks for.
   *
   * @returns whether that changed the election.
   * @throws {ZooKeeperError}
   */
  async follow(candidates: readonly CandidateNode[]): Promise<boolean> {
    const own = candidates.filter((candidate) => this.isOwn(candidate));
    switch (this.#phase) {
      case 'over':
        return this.#remove(own);
      case 'leading':
        if (own.length === 0) this.#lose('withdrawn', 'the own node of the election was removed by somebody');
        return false;
      case 'suspended':
        if (own.length === 0) this.#lose('session', 'the own node of the election is gone');
        else await this.#resume();
        return false;
      case 'standing':
        return this.#stand(own, candidates);
    }
  }

  /** The connection to ZooKeeper is lost. */
  connectionLost(): void {
    if (this.#phase === 'over') return;
    if (this.#options.strictSuspend) {
      this.#lose('connection', 'the connection to ZooKeeper was lost (--zk_strict_suspend)');
    } else if (this.#phase === 'leading') {
      this.#phase = 'suspended';
      this.#notifier.tell(() => this.#listener.onSuspended());
    }
  }

  /** The session is over, and with it the own node. */
  sessionExpired(): void {
    if (this.#phase === 'leading' || this.#phase === 'suspended')
      this.#lose('session', 'the ZooKeeper session expired');
    this.#id = randomUUID();
    this.#ownName = undefined;
    this.#noRival();
  }

  /**
   * Whether the own node still stands first, asked of the ensemble. Whoever asks while a question is on its way shares
   * the next one: the answer is never older than the call.
   */
  confirm(): Promise<boolean> {
    if (this.#asking === undefined) {
      this.#asking = this.#ask().finally(() => (this.#asking = undefined));
      return this.#asking;
    }
    this.#askingNext ??= this.#asking.then(() => {
      this.#askingNext = undefined;
      return this.confirm();
    });
    return this.#askingNext;
  }

  /** Removes the own node, as far as ZooKeeper answers within two seconds. Nothing is told any more. */
  async withdraw(): Promise<void> {
    this.stop();
    if (this.#ownName === undefined) return;
    const limit = new AbortController();
    const removal = this.#options.zookeeper.remove(this.#pathOf(this.#ownName)).catch(() => {
      // With the next connection the node is looked for again; without one it ends with the session.
    });
    await Promise.race([removal, delayed(WITHDRAWAL_LIMIT_MS, limit.signal)]);
    limit.abort();
  }

  /** Ends the candidacy without a word to ZooKeeper. Nothing is told any more. */
  stop(): void {
    this.#notifier.stop();
    this.#end();
  }

  async #stand(own: readonly CandidateNode[], candidates: readonly CandidateNode[]): Promise<boolean> {
    const { foreignLatch, lookAgain } = this.#options;
    if (await foreignLatch.isOccupied(lookAgain)) return this.#remove(own);
    const [node, ...surplus] = own;
    if (node === undefined) {
      await this.#enter();
      return true;
    }
    this.#ownName = node.name;
    if (await this.#remove(surplus)) return true;
    if (candidates[0] === node) return this.#lead(node);
    this.#lookForRival(node, candidates);
    return false;
  }

  async #enter(): Promise<void> {
    const { zookeeper, electionPath, hostPort, access } = this.#options;
    await zookeeper.mkdirp(electionPath, access);
    const prefix = `${electionPath}/${latchPrefix(this.#id)}`;
    const path = await zookeeper.createEphemeralSequential(prefix, {
      data: Buffer.from(hostPort, 'utf8'),
      access,
    });
    this.#ownName = path.slice(path.lastIndexOf('/') + 1);
    this.#options.logger.info({ node: path, address: hostPort }, 'stands for election');
  }

  /** Whoever stands first can only be overtaken when its node goes: numbers are counted up. */
  async #lead(node: CandidateNode): Promise<boolean> {
    const { zookeeper, clock, logger } = this.#options;
    const sentAt = clock();
    if (!(await this.#roundTrip(node.name))) return true;
    if (this.#phase !== 'standing' || zookeeper.session === undefined) return true;
    this.#noRival();
    this.#lease = new Lease(zookeeper.session.timeoutMs, clock);
    this.#phase = 'leading';
    this.#renewed(sentAt);
    this.#renewalTimer = setInterval(() => void this.confirm(), this.#lease.renewalIntervalMs);
    logger.info({ node: node.name, sessionTimeoutMs: zookeeper.session.timeoutMs }, 'was elected');
    this.#notifier.tell(() => this.#listener.onElected());
    return false;
  }

  async #resume(): Promise<void> {
    if (!(await this.confirm())) return;
    this.#options.logger.info({ node: this.#ownName }, 'ZooKeeper is back, the lead was kept');
  }

  async #ask(): Promise<boolean> {
    const sentAt = this.#options.clock();
    const name = this.#ownName;
    if (name === undefined || (this.#phase !== 'leading' && this.#phase !== 'suspended')) return false;
    try {
      if (!(await this.#roundTrip(name))) {
        this.#lose('withdrawn', 'the own node of the election is gone');
        return false;
      }
    } catch (error) {
      if (!isZooKeeperError(error, 'CONNECTION_LOSS', 'SESSION_EXPIRED', 'CLOSED'))
        this.#options.logger.error({ err: error }, 'the lead cannot be confirmed');
      return false;
    }
    this.#confirmed(sentAt);
    return this.mayAct();
  }

  #confirmed(sentAt: Instant): void {
    // An answer can come when the connection is lost again, or when it is too late.
    if (!this.#options.zookeeper.isConnected || this.#lease === undefined) return;
    if (this.#phase !== 'leading' && this.#phase !== 'suspended') return;
    if (this.#lease.leftMs === 0) {
      this.#loseForSilence();
      return;
    }
    this.#renewed(sentAt);
    if (this.#phase === 'leading') return;
    this.#phase = 'leading';
    this.#notifier.tell(() => this.#listener.onResumed());
  }

  async #roundTrip(name: string): Promise<boolean> {
    const startedMs = performance.now();
    const isThere = await this.#options.zookeeper.check(this.#pathOf(name));
    this.#options.metrics.roundTrip(performance.now() - startedMs);
    return isThere;
  }

  #renewed(sentAt: Instant): void {
    const contact = this.#options.zookeeper.certainContact(sentAt);
    if (contact !== undefined) this.#lease?.renew(contact);
    clearTimeout(this.#lossTimer);
    this.#lossTimer = setTimeout(() => this.#onLeaseEnd(), this.#lease?.leftMs);
  }

  #onLeaseEnd(): void {
    const leftMs = this.#lease?.leftMs ?? 0;
    if (leftMs === 0) this.#loseForSilence();
    else this.#lossTimer = setTimeout(() => this.#onLeaseEnd(), leftMs);
  }

  #loseForSilence(): void {
    this.#lose('connection', 'ZooKeeper did not confirm the lead in time: another node may be elected now');
  }

  /** Two processes with one address are a mistake of whoever set them up; the one that came later gives up. */
  #lookForRival(node: CandidateNode, candidates: readonly CandidateNode[]): void {
    const { hostPort, zookeeper, clock, logger, lookAgain } = this.#options;
    const before = candidates.slice(0, candidates.indexOf(node));
    const rival = before.find(({ address }) => address === hostPort);
    if (rival === undefined) return this.#noRival();
    const nowMs = clock().monotonicMs;
    if (this.#rivalSinceMs === undefined)
      logger.warn(
        { node: rival.name, address: hostPort },
        'a node of the election has the same address, perhaps from a run before',
      );
    this.#rivalSinceMs ??= nowMs;
    const leftOverMs = (zookeeper.session?.timeoutMs ?? 0) * LEFT_OVER_SHARE;
    const leftMs = this.#rivalSinceMs + leftOverMs - nowMs;
    clearTimeout(this.#rivalTimer);
    if (leftMs > 0) {
      this.#rivalTimer = setTimeout(lookAgain, leftMs + 1);
      return;
    }
    const advice = 'give every node a --hostname or --http_port of its own';
    this.#lose('duplicate', `another process stands for election as ${hostPort} (${rival.name}): ${advice}`);
  }

  #noRival(): void {
    clearTimeout(this.#rivalTimer);
    this.#rivalSinceMs = undefined;
  }

  async #remove(nodes: readonly CandidateNode[]): Promise<boolean> {
    for (const { name } of nodes) await this.#options.zookeeper.remove(this.#pathOf(name));
    return nodes.length > 0;
  }

  #lose(reason: LeadershipLoss['reason'], message: string): void {
    if (this.#phase === 'over') return;
    this.#end();
    this.#options.logger.error({ reason }, message);
    this.#notifier.tell(() => this.#listener.onLost({ reason, message }));
    this.#options.onOver();
  }

  #end(): void {
    this.#phase = 'over';
    clearTimeout(this.#lossTimer);
    clearInterval(this.#renewalTimer);
    this.#noRival();
  }

  #pathOf(name: string): string {
    return `${this.#options.electionPath}/${name}`;
  }
}

/** Resolves after a while, or never when `signal` comes first. */
function delayed(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
