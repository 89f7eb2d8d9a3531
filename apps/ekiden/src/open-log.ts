import { join } from 'node:path';
import type { Configuration } from '#configuration';
import { createMemoryEventLog, openSqliteEventLog, type EventLog } from '#event-log';
import type { Logger } from '#observability';

/** The path of the SQLite log, or `undefined` when the log lives in memory only. */
export function eventLogPath({ eventLog, dataDir }: Configuration): string | undefined {
  if (eventLog.kind === 'memory') return undefined;
  return eventLog.path ?? join(dataDir, 'events.db');
}

/** Opens the event log that the configuration names. Rejects with `LogOpenError`. */
export async function openEventLog(configuration: Configuration, logger: Logger): Promise<EventLog> {
  const path = eventLogPath(configuration);
  if (path === undefined) {
    logger.warn({}, 'the event log lives in memory: everything is forgotten when Ekiden stops');
    return createMemoryEventLog().log;
  }
  const onWarning = (message: string): void => logger.warn({ path }, message);
  return openSqliteEventLog({ path, folderMode: folderMode(configuration), onWarning });
}

/**
 * The sandboxes of the local cluster lie beside the log. Root runs tasks as users of their own, and these have to get
 * there, though without seeing what else there is.
 */
function folderMode({ master }: Configuration): number {
  const switchesUser = master.kind === 'local' && process.getuid?.() === 0;
  return switchesUser ? 0o711 : 0o700;
}
