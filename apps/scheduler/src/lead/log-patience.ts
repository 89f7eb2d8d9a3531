import type { ClusterIdentity } from '#domain';
import { LogLostError, type Lead } from './lead.js';

/**
 * So long a leader waits for a log that is out of its reach before it lets another node try. Long enough for brokers that
 * are started again, and no loss: reads go on through all nodes meanwhile.
 */
export const LOG_LOST_LIMIT_MS = 60_000;

/**
 * How long a leader keeps the lead without the log. It may be this node alone that has lost it, so in a cluster the lead
 * goes to another one after a while, and the process ends (`spec/operations.md` §8, code 101). When no node reaches the
 * log the lead goes round: a node that ended cannot start before the log is back, so it does not stand for election. The
 * last one that stands keeps the lead, however long it takes, and answers reads. With a log of its own a node waits for
 * ever.
 */
export class LogPatience {
  private readonly sinceMs = performance.now();

  constructor(
    private readonly ports: { readonly lead: Lead; readonly cluster: ClusterIdentity },
    private readonly limitMs = LOG_LOST_LIMIT_MS,
  ) {}

  /**
   * To be called whenever the log was found to be out of reach.
   *
   * @throws {LogLostError} it was for too long, and other nodes stand for election.
   */
  check(reason: string): void {
    const { lead, cluster } = this.ports;
    const waitedMs = performance.now() - this.sinceMs;
    if (cluster.electionPath === undefined || waitedMs < this.limitMs || !lead.othersStand()) return;
    const seconds = Math.round(waitedMs / 1000);
    throw new LogLostError(
      `the event log was out of reach for ${seconds} s (${reason}): another node may reach it`,
    );
  }
}
