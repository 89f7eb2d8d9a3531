/** What the election tells of its dealings with ZooKeeper. */
export interface CoordinationMetrics {
  /** The connection was lost. */
  suspended(): void;
  /** The session was ended by the servers. */
  expired(): void;
  /** The leader asked the ensemble whether it still leads, and had the answer after `durationMs`. */
  roundTrip(durationMs: number): void;
}

export const NO_METRICS: CoordinationMetrics = { suspended() {}, expired() {}, roundTrip() {} };
