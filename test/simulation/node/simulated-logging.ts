import type { Logger, Logging } from '#observability';
import type { Trace } from '../kernel/trace.js';

/** What no node may ever say of itself. */
const BUG = /this is a bug|recovery failed/;

/** The log of one process: read in a trace, and listened to for what should never be heard. */
export function simulatedLogging(node: string, trace: Trace, onBug: (text: string) => void): Logging {
  const line =
    (level: string) =>
    (fields: object, message: string): void => {
      if (level !== 'debug') trace.remark(node, `${level} ${message} ${JSON.stringify(fields)}`);
      if (level === 'error' && BUG.test(message)) onBug(`${node}: ${message} ${JSON.stringify(fields)}`);
    };
  const logger: Logger = {
    trace: () => undefined,
    debug: () => undefined,
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
  };
  return {
    logger: () => logger,
    levels: () => ({}),
    setLevel: () => ({ ok: true, levels: {} }),
    flush: () => Promise.resolve(),
  };
}
