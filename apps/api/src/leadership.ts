/** Who leads, as the API needs to know it; whoever hosts the API tells. */
export interface Leadership {
  /**
   * `host:port` of the leader as this node knows it, in the form that the leader announced; this node itself, too,
   * while it still loads. A node that always leads need not know its address.
   */
  readonly leader: string | undefined;

  /**
   * Whether this node leads, has its state loaded, and no other node can have been elected yet. Costs nothing; asked
   * for every request.
   */
  leadsNow(): boolean;

  /** Whether this node ends its term or its process: from then on writes are refused with 503, reads are drained. */
  readonly stopping: boolean;

  /**
   * Gives up the lead a moment later, when the answer is sent (`DELETE /v2/leader`, `spec/operations.md` §6.4).
   *
   * @returns false when this node does not lead.
   */
  abdicate(): boolean;
}
