import type { Logger } from '#mesos';
import type { ClusterPlan } from './command-line.js';
import type { RunningCluster } from './run-plan.js';

interface Telling {
  readonly logger: Logger;
  readonly print: (text: string) => void;
  /** What is said once all is well. */
  readonly banner: string;
}

/**
 * Says that the cluster is ready when it is: at once, or, where others have to be found, when its master is announced and
 * its agents are registered. Says before what it waits for, and warns when that does not come.
 */
export async function tellWhenReady(
  { role, zooKeeper, masters, zkSessionTimeoutMs }: ClusterPlan,
  { ready }: Pick<RunningCluster, 'ready'>,
  { logger, print, banner }: Telling,
): Promise<void> {
  const awaited = [
    ...(zooKeeper === undefined ? [] : [`ZooKeeper (${zooKeeper.servers.join(',')})`]),
    ...(role === 'agent' ? [masterOf(masters)] : []),
  ].join(' and ');
  let late: NodeJS.Timeout | undefined;
  if (awaited !== '') {
    print(`The local cluster has started; waiting for ${awaited}.\n`);
    late = setTimeout(
      () => logger.warn({ waitedMs: zkSessionTimeoutMs }, `still waiting for ${awaited}`),
      zkSessionTimeoutMs,
    );
  }
  await ready;
  clearTimeout(late);
  print(banner);
}

function masterOf(masters: ClusterPlan['masters']): string {
  const place = masters?.map(({ host }) => host).join(',');
  return place === undefined ? 'a master that leads' : `a master that leads (${place})`;
}
