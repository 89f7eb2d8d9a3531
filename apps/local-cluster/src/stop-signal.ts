import type { Logging } from '#observability';

/** A terminal may deliver one Ctrl-C twice, through npm and directly; later ones mean it. */
const SAME_SIGNAL_MS = 500;

/**
 * The first signal to stop; a second one ends the process at once, tasks go on then. To be called before anything is
 * started, so that no signal finds the process without a plan.
 */
export function stopSignal(logging: Logging): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (firstMs === undefined) {
          firstMs = performance.now();
          return resolve(signal);
        }
        if (performance.now() - firstMs < SAME_SIGNAL_MS) return;
        logging.logger('cluster').warn({ signal }, 'ended at once; tasks that still run are found again');
        void logging.flush().finally(() => process.exit(1));
      });
    }
  });
}
