import {
  CREATOR_ALL_WORLD_READ,
  isZooKeeperError,
  OPEN_ACCESS,
  SYSTEM_CLOCK,
  ZooKeeper,
  type AccessList,
  type Clock,
  type ZooKeeperAddress,
  type ZooKeeperChange,
} from '#zookeeper';

import { LeaderView } from '../leader-view.js';
import { SILENT_LOGGER, type ZooKeeperLogger as Logger } from '#zookeeper';
import { Notifier } from '../notifier.js';
import { CoordinationUnavailableError, type CandidateListener, type Coordination } from '../port.js';
import { Candidacy } from './candidacy.js';
import type { CandidateNode } from './candidates.js';
import { ElectionBoard } from './election-board.js';
import { ForeignLatch } from './foreign-latch.js';
import { NO_METRICS, type CoordinationMetrics } from './metrics.js';

/** Wait after a request that ZooKeeper refused. */
const RETRY_DELAY_MS = 1_000;

/** The election is read at least this often, whatever watches say. */
const LOOK_INTERVAL_MS = 10_000;

export interface ZooKeeperCoordinationOptions {
  /** `--zk`. Nodes are made readable for everybody and writable for these credentials only, where there are any. */
  readonly address: ZooKeeperAddress;
  /** Absolute; `ekiden/leader` under the path of the address unless given. */
  readonly electionPath?: string;
  /** Absolute; `leader-curator` under the path of the address unless given. While it has children nobody leads here. */
  readonly foreignLatchPath?: string;
  /** What this node announces. */
  readonly hostPort: string;
  /** `--zk_session_timeout`; the servers may grant another. */
  readonly sessionTimeoutMs: number;
  /** `--zk_connection_timeout`, for the first answer. */
  readonly connectionTimeoutMs: number;
  /** A lost connection ends every candidacy at once, as with Marathon. */
  readonly strictSuspend?: boolean;
  readonly logger?: Logger;
  readonly metrics?: CoordinationMetrics;
  readonly clock?: Clock;
}

/** The election by ZooKeeper (`spec/operations.md` §6). */
export function createZooKeeperCoordination(options: ZooKeeperCoordinationOptions): Coordination {
  return new ZooKeeperCoordination(options);
}

class ZooKeeperCoordination implements Coordination {
  readonly #options: ZooKeeperCoordinationOptions;
  readonly #logger: Logger;
  readonly #metrics: CoordinationMetrics;
  readonly #electionPath: string;
  readonly #notifier: Notifier;
  readonly #view: LeaderView;
  #zookeeper: ZooKeeper | undefined;
  #board: ElectionBoard | undefined;
  #candidacy: Candidacy | undefined;
  /** Ends `start`: without an error when the election was read. */
  #onFirstAnswer: ((error?: Error) => void) | undefined;
  #isClosed = false;
  #othersStand = false;
  #isLooking = false;
  #mustLookAgain = false;
  #lookTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #blindTimer: NodeJS.Timeout | undefined;

  constructor(options: ZooKeeperCoordinationOptions) {
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#metrics = options.metrics ?? NO_METRICS;
    this.#electionPath = options.electionPath ?? `${options.address.path}/ekiden/leader`;
    this.#notifier = new Notifier(this.#logger);
    this.#view = new LeaderView(this.#notifier);
  }

  async start(candidate?: CandidateListener): Promise<void> {
    if (this.#zookeeper !== undefined) throw new Error('the election was begun before');
    const { address, sessionTimeoutMs, clock } = this.#options;
    const zookeeper = new ZooKeeper({ address, sessionTimeoutMs, clock, logger: this.#logger });
    this.#zookeeper = zookeeper;
    this.#board = new ElectionBoard(zookeeper, this.#electionPath);
    if (candidate !== undefined) this.#candidacy = this.#newCandidacy(zookeeper, candidate);
    zookeeper.onChange((change) => this.#onChange(change));
    this.#lookTimer = setInterval(this.#look, LOOK_INTERVAL_MS);
    try {
      await this.#firstAnswer();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  get leader(): string | undefined {
    return this.#view.leader;
  }

  onLeaderChange(listener: (leader: string | undefined) => void): () => void {
    return this.#view.onChange(listener);
  }

  mayAct(): boolean {
    return this.#candidacy?.mayAct() === true;
  }

  async confirm(): Promise<boolean> {
    return (await this.#candidacy?.confirm()) === true;
  }

  othersStand(): boolean {
    return this.#othersStand;
  }

  async withdraw(): Promise<void> {
    await this.#candidacy?.withdraw();
    this.#onOver();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#candidacy?.stop();
    this.#notifier.stop();
    this.#view.set(undefined);
    clearInterval(this.#lookTimer);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#blindTimer);
    this.#onFirstAnswer?.(new CoordinationUnavailableError('the election was closed before it began'));
    await this.#zookeeper?.close();
  }

  #newCandidacy(zookeeper: ZooKeeper, listener: CandidateListener): Candidacy {
    const {
      address,
      foreignLatchPath,
      hostPort,
      strictSuspend = false,
      clock = SYSTEM_CLOCK,
    } = this.#options;
    const foreignPath = foreignLatchPath ?? `${address.path}/leader-curator`;
    const isForeign = foreignPath !== this.#electionPath;
    const options = {
      zookeeper,
      electionPath: this.#electionPath,
      hostPort,
      access: this.#access,
      strictSuspend,
      foreignLatch: new ForeignLatch(zookeeper, isForeign ? foreignPath : undefined, this.#logger),
      clock,
      logger: this.#logger,
      metrics: this.#metrics,
      lookAgain: this.#look,
      onOver: () => this.#onOver(),
    };
    return new Candidacy(options, listener);
  }

  get #access(): AccessList {
    return this.#options.address.credentials === undefined ? OPEN_ACCESS : CREATOR_ALL_WORLD_READ;
  }

  #firstAnswer(): Promise<void> {
    const { address, connectionTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const late = `ZooKeeper (${address.servers.join(',')}) did not answer within ${connectionTimeoutMs} ms`;
      const timer = setTimeout(
        () => this.#onFirstAnswer?.(new CoordinationUnavailableError(late)),
        connectionTimeoutMs,
      );
      this.#onFirstAnswer = (error) => {
        this.#onFirstAnswer = undefined;
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  }

  #onChange({ kind }: ZooKeeperChange): void {
    switch (kind) {
      case 'connected':
        clearTimeout(this.#blindTimer);
        this.#look();
        return;
      case 'suspended':
        this.#metrics.suspended();
        this.#candidacy?.connectionLost();
        // By then whoever led has given up, or its session is over.
        this.#blindTimer = setTimeout(() => this.#view.set(undefined), this.#zookeeper?.session?.timeoutMs);
        return;
      case 'expired':
        this.#metrics.expired();
        this.#candidacy?.sessionExpired();
        clearTimeout(this.#blindTimer);
        this.#view.set(undefined);
        return;
      case 'closed':
    }
  }

  #onOver(): void {
    if (this.#view.leader === this.#options.hostPort) this.#view.set(undefined);
    this.#look();
  }

  /** Reads the election and does what it asks for; one at a time. Always the same function, so that it watches once. */
  readonly #look = (): void => {
    this.#mustLookAgain = true;
    if (this.#isLooking) return;
    void this.#lookWhileNeeded();
  };

  async #lookWhileNeeded(): Promise<void> {
    this.#isLooking = true;
    while (this.#mustLookAgain && !this.#isClosed && this.#zookeeper?.isConnected === true) {
      this.#mustLookAgain = false;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#onLookFailed(error);
      }
    }
    this.#isLooking = false;
  }

  async #lookOnce(): Promise<void> {
    const candidacy = this.#candidacy;
    let candidates: readonly CandidateNode[];
    do {
      candidates = (await this.#board?.read(this.#look)) ?? [];
      this.#othersStand = candidates.some((node) => candidacy?.isOwn(node) !== true);
      this.#view.set(
        candidates.find((node) => !(candidacy?.isOver === true && candidacy.isOwn(node)))?.address,
      );
    } while (!this.#isClosed && (await candidacy?.follow(candidates)) === true);
    this.#onFirstAnswer?.();
  }

  #onLookFailed(error: unknown): void {
    // With the next connection it is tried again.
    if (isZooKeeperError(error, 'CONNECTION_LOSS', 'SESSION_EXPIRED', 'CLOSED')) return;
    this.#logger.error({ err: error, path: this.#electionPath }, 'the election cannot be read');
    const reason = error instanceof Error ? error.message : String(error);
    const hint = isZooKeeperError(error, 'NO_AUTH')
      ? ': are the credentials in --zk those of the other nodes?'
      : '';
    this.#onFirstAnswer?.(new CoordinationUnavailableError(`ZooKeeper refused: ${reason}${hint}`));
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(this.#look, RETRY_DELAY_MS);
  }
}
