/** The lead of this node, as those see it who act in its name. */
export interface Lead {
  /** Whether no other node can have been elected yet. Costs nothing; asked before every act of the leader. */
  mayAct(): boolean;
  /** Whether this node still leads, asked of the store of the election; false when that does not answer. */
  confirm(): Promise<boolean>;
  /** Whether other nodes stand for election. */
  othersStand(): boolean;
}

/** The node found that it does not lead any more. */
export class LeadLostError extends Error {
  override readonly name = 'LeadLostError';
}

/** The leader has been without the log for so long that another node should try. */
export class LogLostError extends Error {
  override readonly name = 'LogLostError';
}
