import type { Configuration } from '#configuration';
import { createSingleNodeCoordination, createZooKeeperCoordination, type Coordination } from '#coordination';
import type { Logger } from '#observability';
import { electionOf } from './election.js';

/** How a node learns who leads: by the election in ZooKeeper, or it is alone and leads at once. */
export function coordinate(configuration: Configuration, hostPort: string, logger: Logger): Coordination {
  const election = electionOf(configuration);
  if (election === undefined) return createSingleNodeCoordination({ hostPort, logger });
  const { zkSessionTimeoutMs, zkConnectionTimeoutMs, zkStrictSuspend } = configuration;
  return createZooKeeperCoordination({
    address: election.zooKeeper,
    electionPath: election.path,
    hostPort,
    sessionTimeoutMs: zkSessionTimeoutMs,
    connectionTimeoutMs: zkConnectionTimeoutMs,
    strictSuspend: zkStrictSuspend,
    logger,
  });
}
