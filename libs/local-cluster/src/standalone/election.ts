import type { MasterInfo } from '#mesos';

/** What a master that stands for election is told. */
export interface ElectionListener {
  /** Who leads now, itself perhaps; nothing while nobody does. */
  onLeader(leader: MasterInfo | undefined): void;
  /** The announcement is gone, because the store of the election was out of sight for too long. */
  onLost(): void;
}

/** Decides which of several masters leads. */
export interface Election {
  /** Announces a master. Resolves when that is done; rejects when the store of the election cannot be reached. */
  enter(info: MasterInfo, listener: ElectionListener): Promise<void>;
  /** Takes the announcement back; the listener is told nothing any more. */
  leave(): Promise<void>;
}
