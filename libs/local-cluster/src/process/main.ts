/**
 * Program of a cluster process: `node main.js <directory>`, started with an IPC channel by `ClusterProcess`. It ends
 * with its owner: tasks go on under their supervisors, and the next start finds them (spec/local-cluster.md §20.3).
 */
import { systemHost, type Host } from '../agent/host.js';
import type { Logger } from '../runtime/logger.js';
import { readSimulationAddress } from '../simulation/simulation-address.js';
import { startSimulatedCluster } from '../simulation/start-simulated-cluster.js';
import { startLocalCluster, type LocalCluster } from '../start-local-cluster.js';
import { claimDirectory } from './directory-claim.js';
import type { ClusterMessage, ClusterRequest, ClusterSettings } from './messages.js';

type RunningCluster = Pick<LocalCluster, 'url' | 'stop'>;

const [directory = ''] = process.argv.slice(2);
let cluster: RunningCluster | undefined;
let starting: Promise<void> | undefined;

/** `then` also runs when the owner is gone: nobody is left to be told. */
function send(message: ClusterMessage, then = (): void => undefined): void {
  process.send?.(message, then);
}

const logAt =
  (level: keyof Logger): Logger['info'] =>
  (fields, message) =>
    send({ type: 'log', level, fields, message });

const logger: Logger = {
  debug: logAt('debug'),
  info: logAt('info'),
  warn: logAt('warn'),
  error: logAt('error'),
};

async function start(settings: ClusterSettings): Promise<void> {
  try {
    const host = systemHost();
    await claimDirectory(directory, host.bootId);
    cluster = await startFrom(settings, host);
    send({ type: 'ready', url: cluster.url });
  } catch (error) {
    const { message, code, address, port } = error as NodeJS.ErrnoException & {
      address?: string;
      port?: number;
    };
    send({ type: 'failed', failure: { message, code, address, port } }, () => process.exit(1));
  }
}

async function startFrom({ simulation, ...settings }: ClusterSettings, host: Host): Promise<RunningCluster> {
  if (simulation === undefined) return startLocalCluster({ ...settings, host, logger });
  const { dataDir, master = {} } = settings;
  return startSimulatedCluster({ dataDir, master, plan: readSimulationAddress(simulation), logger });
}

async function stop(keepTasks: boolean): Promise<void> {
  await starting;
  const outcome = await cluster?.stop({ keepTasks });
  send({ type: 'stopped', stoppedTasks: outcome?.stoppedTasks ?? 0 }, () => process.exit(0));
}

// A terminal and a service manager signal all processes at once; when to stop is the owner's decision.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit(0));
process.on('message', (request: ClusterRequest) => {
  if (request.type === 'start') starting = start(request.settings);
  else void stop(request.keepTasks);
});
