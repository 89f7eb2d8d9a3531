import Database from 'libsql';
import { createTables } from '../tables.js';
import type { Durability } from './messages.js';
import { forEachRow, ROW_COLUMNS, type PackedGroup } from './packed-group.js';

const INSERT = `INSERT INTO events (${ROW_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** How long a write waits for somebody who writes to the file by hand. */
const BUSY_TIMEOUT_MS = 1000;

/**
 * The one connection that writes. Each call takes as long as the disk does, so it lives on the writing thread. What
 * fails is thrown as the driver gives it, with its `code`.
 */
export class WritingConnection {
  readonly #database: Database.Database;
  readonly #insert: Database.Statement;

  private constructor(database: Database.Database) {
    this.#database = database;
    this.#insert = database.prepare(INSERT);
  }

  /** Opens the file and creates what is missing of it. */
  static open(path: string, durability: Durability): WritingConnection {
    const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      configure(database, durability);
      createTables(database);
      return new WritingConnection(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Makes a group durable. When this fails, its transaction may still be open: {@link rollback} is next. */
  commit(group: PackedGroup): void {
    this.#database.exec('BEGIN IMMEDIATE');
    forEachRow(group, (row) => this.#insert.run(row));
    if (group.mark !== undefined)
      this.#database.exec(setMeta('mark', group.mark) + setMeta('epoch', group.epoch));
    this.#database.exec('COMMIT');
  }

  claimEpoch(epoch: number, mark: number | undefined): void {
    const marking = mark === undefined ? '' : setMeta('mark', mark);
    this.#database.exec(`BEGIN IMMEDIATE; ${setMeta('epoch', epoch)}${marking} COMMIT`);
  }

  /** A small durable write, to see whether that is possible. */
  probe(): void {
    this.#database.exec(
      "INSERT INTO meta VALUES ('write_probes', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1",
    );
  }

  /** Undoes an open transaction; SQLite has already closed it itself after some errors. */
  rollback(): void {
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
  }

  /**
   * Folds the journal into the file, so that a stopped log is one file, and lets go of it. That the folding fails, on
   * a full disk for instance, loses nothing: the journal is as durable as the file and is folded in after the next
   * opening.
   */
  close(): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      this.#database.close();
    }
  }
}

/**
 * FULL: a commit is on the disk before it returns; with NORMAL it is when the journal is folded. The write-ahead log is folded into the file every 1,000 pages
 * (4 MiB), which keeps each of these pauses short, and shrinks back after an exceptionally large transaction.
 */
function configure(database: Database.Database, durability: Durability): void {
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
  database.exec('PRAGMA wal_autocheckpoint = 1000');
  database.exec('PRAGMA journal_size_limit = 16777216');
}

/** Neither ever goes back: events that are copied from another log may be of earlier terms than this file has seen. */
const setMeta = (key: 'epoch' | 'mark', value: number): string =>
  `INSERT INTO meta VALUES ('${key}', ${value}) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value);`;
