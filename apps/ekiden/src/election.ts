import type { Configuration } from '#configuration';
import type { ClusterIdentity } from '#domain';
import { parseZooKeeperUrl, type ZooKeeperAddress } from '#zookeeper';
import { isShared } from './open-log.js';
import { SettingError } from './setting-error.js';

/** Where the leader of a cluster is elected. */
export interface Election {
  readonly zooKeeper: ZooKeeperAddress;
  readonly path: string;
}

/**
 * The election that a node takes part in: there is one where several nodes share a log, unless it is switched off.
 *
 * @throws {SettingError} `--zk` is no address of ZooKeeper.
 */
export function electionOf(configuration: Configuration): Election | undefined {
  if (!isShared(configuration) || !configuration.ha) return undefined;
  const parsed = parseZooKeeperUrl(configuration.zk);
  if (!parsed.ok) throw new SettingError(`\`--zk\` is no address of ZooKeeper: ${parsed.error}`);
  const { address } = parsed;
  return { zooKeeper: address, path: configuration.electionPath ?? `${address.path}/ekiden/leader` };
}

/** What the nodes of a cluster have in common; each term says it on the log. */
export function identityOf(configuration: Configuration): ClusterIdentity {
  const election = electionOf(configuration);
  const { frameworkName } = configuration;
  return election === undefined ? { frameworkName } : { frameworkName, electionPath: election.path };
}

/** Whether a node may lead. */
export const mayLead = ({ roles }: Configuration): boolean => roles.includes('scheduler');
