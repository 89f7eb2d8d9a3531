import type { Configuration } from '#configuration';
import type { Coordination } from '#coordination';
import type { Logger } from '#observability';
import { electionOf } from './election.js';
import { LoneCoordination } from './lone-coordination.js';

/** How a node learns who leads: by the election, or it is alone and leads at once. */
export function coordinate(configuration: Configuration, node: string, _logger: Logger): Coordination {
  const election = electionOf(configuration);
  if (election === undefined) return new LoneCoordination(node);
  throw new Error(`no election at ${election.path}: this build has no ZooKeeper adapter`);
}
