import type { ClusterIdentity } from '#domain';

/** The node is configured for another cluster than the one whose log it reads. */
export class WrongClusterError extends Error {
  override readonly name = 'WrongClusterError';
}

/**
 * Whether a node may take part in the cluster whose latest term said who it is (`known`; nothing on a new log or one of
 * a former release). With an election everything must agree: a node that is elected elsewhere would lead beside the
 * leader, one with another framework name would rename the framework whenever it is elected. Without one the node is
 * alone, and may change what it likes.
 *
 * @returns what the operator should be told, if anything.
 * @throws {WrongClusterError} the node must not stand for election.
 */
export function checkIdentity(own: ClusterIdentity, known: ClusterIdentity | undefined): string | undefined {
  if (known === undefined) return undefined;
  const otherName = own.frameworkName !== known.frameworkName;
  if (own.electionPath === undefined) {
    return otherName
      ? `the framework was called '${known.frameworkName}' and is called '${own.frameworkName}' from now on`
      : undefined;
  }
  const differences = [
    ...(otherName ? [difference('framework name', 'framework_name', [own, known], 'frameworkName')] : []),
    ...(known.electionPath !== undefined && own.electionPath !== known.electionPath
      ? [difference('path of the election in ZooKeeper', 'zk', [own, known], 'electionPath')]
      : []),
  ];
  if (differences.length === 0) return undefined;
  throw new WrongClusterError(
    `this node does not belong to the cluster of this log: ${differences.join('; ')}. If the cluster is meant to ` +
      'change, stop all its nodes and start one of them once with --disable_ha: its term changes the name, and allows ' +
      'any path',
  );
}

function difference(
  what: string,
  flag: string,
  [own, known]: readonly [ClusterIdentity, ClusterIdentity],
  property: keyof ClusterIdentity,
): string {
  return `its ${what} is '${own[property]}', that of the cluster is '${known[property]}' (see --${flag})`;
}
