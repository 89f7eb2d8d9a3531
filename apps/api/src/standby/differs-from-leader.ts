import type { ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { ClusterFacts } from './cluster-facts.js';

/**
 * Asks a leader once, for a second at most, whether this node belongs to its cluster. To be called when the listeners are
 * open.
 *
 * @returns what differs, with both values; nothing when nothing does, or when it does not answer.
 */
export async function differenceFromLeader(
  options: ApiOptions,
  hostPort: string,
): Promise<string | undefined> {
  const { connection } = ApiParts.of(options);
  const facts = await connection.askPosition(hostPort).catch(() => undefined);
  const differences = facts && ClusterFacts.of(options, 0).differencesFrom(facts);
  return differences && `this node is not part of the cluster of ${hostPort}: ${differences}`;
}
