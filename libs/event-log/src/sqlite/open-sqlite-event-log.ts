import { LocalEventLog } from '../local/local-event-log.js';
import type { WarningListener } from '../local/log-store.js';
import type { EventLog } from '../port.js';
import { createUpcaster, type Upcaster } from '../upcasting/upcaster.js';
import { SqliteStore } from './sqlite-store.js';

export interface SqliteEventLogOptions {
  /** The SQLite file; journal, lock and snapshots lie beside it under names that begin with its name. */
  readonly path: string;
  /** Mode of the file's folder if that has to be created, 0700 by default. The files are their owner's in any case. */
  readonly folderMode?: number;
  /** Applied to everything that is read; by default every type is at schema 1. */
  readonly upcaster?: Upcaster;
  /** Told about things that are wrong but can be passed over, such as a damaged snapshot. */
  readonly onWarning: WarningListener;
}

/**
 * Opens the embedded event log, creating it when missing (docs/adr/0002).
 *
 * @throws {LogOpenError} `in-use`, `newer-format` or `unusable`.
 */
export async function openSqliteEventLog(options: SqliteEventLogOptions): Promise<EventLog> {
  const { path, folderMode, upcaster = createUpcaster({}), onWarning } = options;
  return new LocalEventLog({ store: await SqliteStore.open(path, { folderMode }), upcaster, onWarning });
}
