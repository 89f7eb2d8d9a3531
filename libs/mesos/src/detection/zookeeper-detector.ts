import { ZooKeeper, type ZooKeeperAddress } from '#zookeeper';

import type { Logger } from '../client/logger.js';
import type { MasterInfo } from '../protocol/master-info.js';
import type { MasterDetector } from './master-detector.js';
import { masterUrl, type MasterUrlOptions } from './master-nodes.js';
import { MasterWatch } from './master-watch.js';

/** Asked for by default (`spec/mesos-client.md` §5.2). */
const DEFAULT_SESSION_TIMEOUT_MS = 10_000;

export interface ZooKeeperDetectorSettings extends Partial<MasterUrlOptions> {
  /** Its path is the node below which masters announce themselves. */
  readonly address: ZooKeeperAddress;
  readonly sessionTimeoutMs?: number;
  readonly logger: Logger;
}

/** The session that is shared by all who ask at the moment. */
interface Watching {
  readonly zooKeeper: ZooKeeper;
  readonly watch: MasterWatch;
}

/**
 * Finds the leading master in ZooKeeper (`spec/mesos-client.md` §5.2). While nobody leads it waits; it never falls back
 * to a former leader. There is a session from the first question on, for as long as the signal of anybody who asked is
 * not aborted.
 */
export class ZooKeeperDetector implements MasterDetector {
  readonly #settings: ZooKeeperDetectorSettings;
  readonly #askers = new Set<AbortSignal>();
  readonly #listeners = new Set<(leader: URL) => void>();
  readonly #waiting = new Set<(leader: URL) => void>();
  #watching: Watching | undefined;
  #leader: URL | undefined;

  constructor(settings: ZooKeeperDetectorSettings) {
    this.#settings = settings;
  }

  async detect(signal: AbortSignal): Promise<URL> {
    signal.throwIfAborted();
    this.#serve(signal);
    if (this.#leader !== undefined) return this.#leader;
    const { address, logger } = this.#settings;
    logger.info(
      { zooKeeper: address.servers.join(), path: address.path },
      'waiting for a leading Mesos master',
    );
    return new Promise((resolve, reject) => {
      const settle = (leader: URL | undefined): void => {
        this.#waiting.delete(settle);
        signal.removeEventListener('abort', onAbort);
        if (leader === undefined) reject(signal.reason as Error);
        else resolve(leader);
      };
      const onAbort = (): void => settle(undefined);
      this.#waiting.add(settle);
      signal.addEventListener('abort', onAbort);
    });
  }

  /** What ZooKeeper says needs no confirmation. */
  confirm(): void {}

  /** There is no other candidate than the leader: it may not be ready yet. */
  reject(): boolean {
    return false;
  }

  onLeaderChange(listener: (leader: URL) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #serve(signal: AbortSignal): void {
    this.#watching ??= this.#open();
    if (this.#askers.has(signal)) return;
    this.#askers.add(signal);
    signal.addEventListener('abort', () => {
      this.#askers.delete(signal);
      if (this.#askers.size === 0) this.#close();
    });
  }

  #open(): Watching {
    const { address, logger, sessionTimeoutMs = DEFAULT_SESSION_TIMEOUT_MS } = this.#settings;
    const zooKeeper = new ZooKeeper({ address, sessionTimeoutMs, logger });
    const onChange = (leader: MasterInfo | undefined): void => this.#follow(leader);
    return { zooKeeper, watch: new MasterWatch({ zooKeeper, path: address.path, logger, onChange }) };
  }

  #close(): void {
    this.#watching?.watch.stop();
    void this.#watching?.zooKeeper.close();
    this.#watching = undefined;
    this.#leader = undefined;
  }

  #follow(info: MasterInfo | undefined): void {
    const { scheme = 'http', preferHostname = scheme === 'https', logger } = this.#settings;
    const leader = info && masterUrl(info, { scheme, preferHostname });
    this.#leader = leader;
    if (leader === undefined) {
      logger.warn(
        {},
        info === undefined ? 'no Mesos master leads' : 'the leading Mesos master has no address',
      );
      return;
    }
    logger.info(
      { master: leader.host, id: info?.id, version: info?.version },
      'detected the leading Mesos master',
    );
    for (const resolve of this.#waiting) resolve(leader);
    for (const listener of this.#listeners) listener(leader);
  }
}
