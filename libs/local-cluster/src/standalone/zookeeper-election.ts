import { MasterWatch, type MasterInfo } from '#mesos';
import {
  CREATOR_ALL_WORLD_READ,
  isZooKeeperError,
  OPEN_ACCESS,
  ZooKeeper,
  type ZooKeeperAddress,
} from '#zookeeper';
import type { Logger } from '../runtime/logger.js';
import type { Election, ElectionListener } from './election.js';

export interface ZooKeeperElectionSettings {
  /** Its path is the node below which masters announce themselves. */
  readonly address: ZooKeeperAddress;
  readonly sessionTimeoutMs: number;
  readonly logger: Logger;
}

/** Wait before an announcement that failed is tried again. */
const RETRY_MS = 2_000;

/**
 * Contention of masters as the reference does it (C§5.2): an ephemeral node `json.info_<number>` with the MasterInfo;
 * the smallest number leads. A master whose session ended is announced again with the next one. A leader that does not
 * see ZooKeeper for as long as a session lasts has lost, whether or not the servers have noticed.
 */
export class ZooKeeperElection implements Election {
  private zooKeeper: ZooKeeper | undefined;
  private watch: MasterWatch | undefined;
  private isAnnounced = false;
  private isAnnouncing = false;
  private retryTimer: NodeJS.Timeout | undefined;
  private lossTimer: NodeJS.Timeout | undefined;

  constructor(private readonly settings: ZooKeeperElectionSettings) {}

  /** Does not wait for ZooKeeper: whoever cannot be announced yet is announced when it is there. */
  enter(info: MasterInfo, listener: ElectionListener): Promise<void> {
    const { address, sessionTimeoutMs, logger } = this.settings;
    const zooKeeper = new ZooKeeper({ address, sessionTimeoutMs, logger });
    this.zooKeeper = zooKeeper;
    const onChange = (leader: MasterInfo | undefined): void => listener.onLeader(leader);
    this.watch = new MasterWatch({ zooKeeper, path: address.path, logger, onChange });
    zooKeeper.onChange(({ kind }) => {
      clearTimeout(this.lossTimer);
      if (kind === 'connected') void this.announce(zooKeeper, info, listener);
      if (kind === 'suspended') {
        this.lossTimer = setTimeout(() => listener.onLost(), this.remainingMs(zooKeeper));
      }
      if (kind === 'expired') {
        this.isAnnounced = false;
        listener.onLost();
      }
    });
    return Promise.resolve();
  }

  async leave(): Promise<void> {
    clearTimeout(this.lossTimer);
    clearTimeout(this.retryTimer);
    this.watch?.stop();
    await this.zooKeeper?.close();
  }

  /** The servers count from the last thing they heard. */
  private remainingMs({ session, lastContactMs }: ZooKeeper): number {
    const nowMs = performance.now();
    const timeoutMs = session?.timeoutMs ?? this.settings.sessionTimeoutMs;
    return Math.max(0, (lastContactMs ?? nowMs) + timeoutMs - nowMs);
  }

  private async announce(zooKeeper: ZooKeeper, info: MasterInfo, listener: ElectionListener): Promise<void> {
    clearTimeout(this.retryTimer);
    if (this.isAnnounced || this.isAnnouncing) return;
    const { address, logger } = this.settings;
    const access = address.credentials === undefined ? OPEN_ACCESS : CREATOR_ALL_WORLD_READ;
    this.isAnnouncing = true;
    try {
      await zooKeeper.mkdirp(address.path, access);
      const data = Buffer.from(JSON.stringify(info));
      const node = await zooKeeper.createEphemeralSequential(`${address.path}/json.info_`, { data, access });
      this.isAnnounced = true;
      logger.info({ node }, 'standing for election');
      listener.onAnnounced();
    } catch (error) {
      if (isZooKeeperError(error, 'CLOSED')) return;
      if (!isZooKeeperError(error, 'SESSION_EXPIRED', 'CONNECTION_LOSS'))
        logger.error({ error: (error as Error).message }, 'ZooKeeper refuses to announce this master');
      this.retryTimer = setTimeout(() => void this.announce(zooKeeper, info, listener), RETRY_MS);
    } finally {
      this.isAnnouncing = false;
    }
  }
}
