import type { Configuration } from '#configuration';
import type { Logger } from '#observability';
import type { Ekiden } from './ekiden.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A terminal may deliver one Ctrl-C twice, through npm and directly; later ones mean it. */
const SAME_SIGNAL_MS = 500;

/** Waits for a signal to stop, then stops in good order; a second signal ends the process at once. */
export async function runUntilSignal(
  ekiden: Ekiden,
  { keepTasks, gracefulShutdownTimeoutMs, master }: Configuration,
  logger: Logger,
): Promise<void> {
  const signal = await nextSignal();
  insistOnSecondSignal(logger);
  const local = master.kind === 'local';
  const tasks = !local ? '' : keepTasks ? '; tasks go on running' : ', its tasks are being ended';
  logger.info({ signal }, `Ekiden is stopping${tasks}`);
  const deadline = setTimeout(() => {
    logger.error({ gracefulShutdownTimeoutMs }, 'stopping took too long');
    process.exit();
  }, gracefulShutdownTimeoutMs);
  const { stoppedTasks } = await ekiden.stop({ keepTasks });
  clearTimeout(deadline);
  logger.info(local && !keepTasks ? { stoppedTasks } : {}, summary(local, keepTasks, stoppedTasks));
}

function summary(local: boolean, keepTasks: boolean, stoppedTasks: number): string {
  if (!local) return 'Ekiden has stopped; tasks on the cluster go on';
  if (keepTasks) return 'Ekiden has stopped; the next start finds the tasks again';
  return `Ekiden has stopped; ${stoppedTasks} ${stoppedTasks === 1 ? 'task was' : 'tasks were'} ended`;
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.once(signal, resolve);
  });
}

function insistOnSecondSignal(logger: Logger): void {
  const firstMs = performance.now();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (performance.now() - firstMs < SAME_SIGNAL_MS) return;
      logger.warn({ signal }, 'ended at once; tasks that still run are found again at the next start');
      process.exit(1);
    });
  }
}
