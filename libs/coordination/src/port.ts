/** Why a node does not stand for leadership any more, or cannot. */
export interface LeadershipLoss {
  /**
   * `connection`: ZooKeeper was out of sight for too long; `session`: the session ended elsewhere; `duplicate`: another
   * candidate announces the same address; `withdrawn`: another node was elected while this one was thought to lead.
   */
  readonly reason: 'connection' | 'session' | 'duplicate' | 'withdrawn';
  /** For people: what happened, and what to do where that is known. */
  readonly message: string;
}

/** What a candidate is told. Called in order, never from within a call of the port. */
export interface CandidateListener {
  /** This node was elected. It may act for as long as {@link Coordination.mayAct} says so. Called at most once. */
  onElected(): void;
  /** The store of the election is out of sight: nothing may be decided until `onResumed` or `onLost`. */
  onSuspended(): void;
  /** The session is good again and the lead was kept. */
  onResumed(): void;
  /** The lead is over for good, or was never possible: a process leads at most once (`spec/operations.md` §6.1). */
  onLost(loss: LeadershipLoss): void;
}

/**
 * Election of the one leader, and where it is found (`spec/operations.md` §6). What protects the data is the log's
 * fencing; the election sees to it that there is somebody who leads, and that it is one at a time as good as always.
 */
export interface Coordination {
  /**
   * Begins to watch the election, and stands for it when there is a `candidate`. Resolves when the first answer was
   * there; the listener may be called before that.
   *
   * @throws {CoordinationUnavailableError} no answer within the connection time-out.
   */
  start(candidate?: CandidateListener): Promise<void>;

  /** `host:port` of the leader as it was seen last; nothing while nobody is known to lead. */
  readonly leader: string | undefined;

  /** Calls `listener` whenever `leader` changes. Returns what ends the notifications. */
  onLeaderChange(listener: (leader: string | undefined) => void): () => void;

  /**
   * Whether this node leads and its lease is good at this moment: no other node can have been elected yet. Costs
   * nothing; to be asked before acting and before answering as the leader. False from `onSuspended` on, and right
   * after the process was stopped for a while, before any timer has run.
   */
  mayAct(): boolean;

  /**
   * Whether this node still leads, asked of the store of the election. False when that does not answer. Costs a round
   * trip through its majority, which all share who ask at the same time; for every request there is `mayAct`.
   */
  confirm(): Promise<boolean>;

  /** Whether other nodes stand for election, as was seen last: somebody who would lead if this one did not. */
  othersStand(): boolean;

  /** Steps out of the election so that another node leads at once; goes on watching. No listener is called any more. */
  withdraw(): Promise<void>;

  /** Withdraws and ends everything. May be called twice. */
  close(): Promise<void>;
}

/** The store of the election did not answer. */
export class CoordinationUnavailableError extends Error {
  override readonly name = 'CoordinationUnavailableError';
}
