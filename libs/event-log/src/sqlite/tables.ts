import Database from 'libsql';
import { LogOpenError } from '../errors.js';

/** Version of the tables below; a file with a higher one was written by a newer release. */
const FORMAT = 1;

/**
 * Made to be read by people with the `sqlite3` shell: one row per event, `actor` and `data` as JSON text, `time` in
 * epoch milliseconds. Nothing has an index besides the position: each one is paid for by every append, and the more the
 * longer the log is, for its entries come in no order (docs/adr/0002). The history has an index in a file of its own, made
 * behind the head; `id` is unique by construction and not checked.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (
    key   TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS events (
    position    INTEGER PRIMARY KEY,
    epoch       INTEGER NOT NULL,
    id          TEXT    NOT NULL,
    stream      TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    schema      INTEGER NOT NULL,
    time        INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    correlation TEXT    NOT NULL,
    causation   TEXT,
    data        TEXT    NOT NULL,
    ends_batch  INTEGER NOT NULL  -- 1 on the last event of each append
  ) STRICT;

  -- Former releases had one.
  DROP INDEX IF EXISTS events_by_stream;

  INSERT OR IGNORE INTO meta (key, value) VALUES ('format', ${FORMAT}), ('epoch', 0);
`;

/** Creates what is missing. Takes the write lock at once: only then does SQLite wait for somebody else who holds it. */
export function createTables(database: Database.Database): void {
  database.exec(`BEGIN IMMEDIATE; ${TABLES} COMMIT`);
}

/**
 * Looks at an existing file, before anything of it is touched.
 *
 * @throws {LogOpenError} `newer-format`.
 */
export function refuseNewerFormat(path: string): void {
  const format = readFormat(path);
  if (format <= FORMAT) return;
  throw new LogOpenError(
    'newer-format',
    `the event log ${path} has format ${format}, but this release knows formats up to ${FORMAT}: ` +
      'it was written by a newer Ekiden; upgrade this node',
  );
}

/** The format of an existing log; a new file counts as one of ours. */
function readFormat(path: string): number {
  const database = new Database(path);
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE name = 'meta'").all();
    if (tables.length === 0) return FORMAT;
    const [row] = database.prepare("SELECT value FROM meta WHERE key = 'format'").all() as {
      value: number;
    }[];
    return row?.value ?? FORMAT;
  } finally {
    database.close();
  }
}
