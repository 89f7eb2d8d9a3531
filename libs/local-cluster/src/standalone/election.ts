import type { MasterInfo } from '#mesos';

/** What a master that stands for election is told. */
export interface ElectionListener {
  /** The master is announced, and may be elected; told again whenever it had to be announced anew. */
  onAnnounced(): void;
  /** Who leads now, itself perhaps; nothing while nobody does. */
  onLeader(leader: MasterInfo | undefined): void;
  /** The store of the election was out of sight for so long that another master may lead. */
  onLost(): void;
}

/** Decides which of several masters leads. */
export interface Election {
  /** Announces a master, at once or as soon as that can be done, and again whenever the announcement is lost. */
  enter(info: MasterInfo, listener: ElectionListener): Promise<void>;
  /** Takes the announcement back; the listener is told nothing any more. */
  leave(): Promise<void>;
}
