import { isZooKeeperError, type ZooKeeper } from '#zookeeper';

import type { Logger } from '../client/logger.js';
import type { MasterInfo } from '../protocol/master-info.js';
import { leadingNode, readMasterNode } from './master-nodes.js';

/** Wait before ZooKeeper is asked again after an answer that time may change, such as a missing permission. */
const RETRY_MS = 2_000;

export interface MasterWatchSettings {
  /** Stays the caller's: it is not closed here. */
  readonly zooKeeper: ZooKeeper;
  /** Node below which masters announce themselves. */
  readonly path: string;
  readonly logger: Logger;
  /** Told whenever another master leads, or none is known to lead any more. */
  readonly onChange: (leader: MasterInfo | undefined) => void;
}

/**
 * Follows which master leads according to ZooKeeper (`spec/mesos-client.md` §5.2). A lost connection changes nothing;
 * with the session, what is known is given up and read anew.
 */
export class MasterWatch {
  readonly #settings: MasterWatchSettings;
  readonly #stopListening: () => void;
  #leader: { readonly name: string; readonly info: MasterInfo } | undefined;
  #isReading = false;
  #isOutdated = false;
  #isStopped = false;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(settings: MasterWatchSettings) {
    this.#settings = settings;
    this.#stopListening = settings.zooKeeper.onChange((change) => {
      if (change.kind === 'connected') this.#refresh();
      if (change.kind === 'expired') this.#follow(undefined);
    });
    if (settings.zooKeeper.isConnected) this.#refresh();
  }

  /** Who leads, as far as is known. */
  get leader(): MasterInfo | undefined {
    return this.#leader?.info;
  }

  /** Nothing is told any more. */
  stop(): void {
    this.#isStopped = true;
    this.#stopListening();
    clearTimeout(this.#retryTimer);
  }

  /** Reads what there is; again, if something changes on the way. */
  #refresh(): void {
    this.#isOutdated = true;
    if (this.#isReading || this.#isStopped) return;
    this.#isReading = true;
    this.#readUntilCurrent()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => (this.#isReading = false));
  }

  async #readUntilCurrent(): Promise<void> {
    while (this.#isOutdated && !this.#isStopped) {
      this.#isOutdated = false;
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    const { zooKeeper, path, logger } = this.#settings;
    const children = await this.#children();
    if (children === undefined) return;
    const first = leadingNode(children);
    if (first === undefined) return this.#follow(undefined);
    if (first.name === this.#leader?.name) return;
    try {
      const info = readMasterNode(first.name, await zooKeeper.data(`${path}/${first.name}`));
      if (info === undefined) logger.error({ node: first.name }, 'a master announces what cannot be read');
      this.#follow(info && { name: first.name, info });
    } catch (error) {
      if (!isZooKeeperError(error, 'NO_NODE')) throw error;
      // It went away between the two questions.
      this.#isOutdated = true;
    }
  }

  /** The children, watched; nothing while their parent is missing, which is watched then. */
  async #children(): Promise<string[] | undefined> {
    const { zooKeeper, path } = this.#settings;
    const watch = (): void => this.#refresh();
    try {
      return await zooKeeper.children(path, watch);
    } catch (error) {
      if (!isZooKeeperError(error, 'NO_NODE')) throw error;
      this.#follow(undefined);
      if ((await zooKeeper.exists(path, watch)) !== undefined) this.#isOutdated = true;
      return undefined;
    }
  }

  #follow(leader: { readonly name: string; readonly info: MasterInfo } | undefined): void {
    if (this.#isStopped || (leader === undefined && this.#leader === undefined)) return;
    this.#leader = leader;
    this.#settings.onChange(leader?.info);
  }

  #failed(error: unknown): void {
    // The next connection brings the next attempt.
    if (isZooKeeperError(error, 'CONNECTION_LOSS', 'SESSION_EXPIRED', 'CLOSED') || this.#isStopped) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#settings.logger.error({ error: message }, 'ZooKeeper does not say which Mesos master leads');
    this.#retryTimer = setTimeout(() => this.#refresh(), RETRY_MS);
  }
}
