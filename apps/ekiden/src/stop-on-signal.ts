import type { Configuration } from '#configuration';
import type { Logging } from '#observability';
import type { Ekiden } from './ekiden.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A terminal may deliver one Ctrl-C twice, through npm and directly; later ones mean it. */
const SAME_SIGNAL_MS = 500;

/**
 * The first signal to stop; a second one ends the process at once. To be called before anything is started, so that
 * no signal finds the process without a plan: one that comes early takes effect when the start is through.
 */
export function stopSignal(logging: Logging): Promise<NodeJS.Signals> {
  const logger = logging.logger('ekiden');
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (firstMs === undefined) {
          firstMs = performance.now();
          return resolve(signal);
        }
        if (performance.now() - firstMs < SAME_SIGNAL_MS) return;
        logger.warn({ signal }, 'ended at once; tasks that still run are found again at the next start');
        void logging.flush().finally(() => process.exit(1));
      });
    }
  });
}

/** Stops in good order, within the time that a stop may take. */
export async function stopOn(
  signal: NodeJS.Signals,
  ekiden: Ekiden,
  { keepTasks, gracefulShutdownTimeoutMs, master }: Configuration,
  logging: Logging,
): Promise<void> {
  const logger = logging.logger('ekiden');
  const local = master.kind === 'local';
  const tasks = !local ? '' : keepTasks ? '; tasks go on running' : ', its tasks are being ended';
  logger.info({ signal }, `Ekiden is stopping${tasks}`);
  const deadline = setTimeout(() => {
    logger.error({ gracefulShutdownTimeoutMs }, 'stopping took too long');
    void logging.flush().finally(() => process.exit());
  }, gracefulShutdownTimeoutMs);
  const { stoppedTasks } = await ekiden.stop({ keepTasks });
  clearTimeout(deadline);
  const isSimulated = master.kind === 'simulated';
  const text = isSimulated
    ? 'Ekiden has stopped, and the simulated cluster with it'
    : summary(local, keepTasks, stoppedTasks);
  logger.info(local && !keepTasks ? { stoppedTasks } : {}, text);
}

function summary(local: boolean, keepTasks: boolean, stoppedTasks: number): string {
  if (!local) return 'Ekiden has stopped; tasks on the cluster go on';
  if (keepTasks) return 'Ekiden has stopped; the next start finds the tasks again';
  return `Ekiden has stopped; ${stoppedTasks} ${stoppedTasks === 1 ? 'task was' : 'tasks were'} ended`;
}
