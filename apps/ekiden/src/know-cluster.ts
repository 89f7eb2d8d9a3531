import { differenceFromLeader, type ApiOptions } from '#api';
import type { Coordination } from '#coordination';
import { checkIdentity, recoverState, WrongClusterError, type Scheduler } from '#scheduler';
import { electionOf, identityOf } from './election.js';

/**
 * What a node must know of its cluster before it takes part in an election; it does not when its log is that of another.
 *
 * @throws {WrongClusterError} the log belongs to another cluster.
 */
export async function knowLog(
  { configuration, log, logging }: Pick<ApiOptions, 'configuration' | 'log' | 'logging'>,
  scheduler: Scheduler | undefined,
): Promise<void> {
  if (electionOf(configuration) === undefined) return;
  if (scheduler !== undefined) return scheduler.warmUp();
  const { state } = await recoverState(log, logging.logger('log'));
  checkIdentity(identityOf(configuration), state.cluster);
}

/**
 * A log that is empty knows no cluster, so the leader is asked, too, if there is one that answers: two logs under one
 * election would be led in turn by nodes that know nothing of each other.
 *
 * @param observer watches the election without standing for it; it is closed.
 * @throws {WrongClusterError} the leader has another log or framework name.
 * @throws {CoordinationUnavailableError}
 */
export async function knowLeader(options: ApiOptions, observer: Coordination, own: string): Promise<void> {
  let leader: string | undefined;
  try {
    await observer.start();
    leader = observer.leader;
  } finally {
    await observer.close();
  }
  if (leader === undefined || leader === own) return;
  const difference = await differenceFromLeader(options, leader);
  if (difference !== undefined) throw new WrongClusterError(difference);
}
