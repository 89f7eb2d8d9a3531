import AsyncDatabase from 'libsql/promise';

/** The part of a prepared statement that writing needs. */
interface WriteStatement {
  run(parameters: readonly unknown[]): unknown;
}

/** What is used of the driver's promise API; its own declarations are untyped. */
interface Driver {
  readonly inTransaction: boolean;
  exec(sql: string): Promise<void>;
  prepare(sql: string): Promise<WriteStatement>;
  close(): void;
}

/** How long a write waits for somebody who writes to the file by hand. */
const BUSY_TIMEOUT_MS = 1000;

/**
 * The one connection that writes. `execute` runs on a thread of the driver, so the flush of a COMMIT (0.3 to 4 ms, or
 * what a slow disk takes) and the checkpoints that ride on it do not hold up the event loop.
 */
export class WritingConnection {
  readonly #driver: Driver;

  private constructor(driver: Driver) {
    this.#driver = driver;
  }

  static async open(path: string): Promise<WritingConnection> {
    const connection = new WritingConnection(
      new AsyncDatabase(path, { timeout: BUSY_TIMEOUT_MS }) as unknown as Driver,
    );
    try {
      await connection.#configure();
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /**
   * FULL: a commit is on the disk before it returns. The write-ahead log is folded into the file every 1,000 pages
   * (4 MiB), which keeps each of these pauses short, and shrinks back after an exceptionally large transaction.
   */
  async #configure(): Promise<void> {
    await this.execute('PRAGMA journal_mode = WAL');
    await this.execute('PRAGMA synchronous = FULL');
    await this.execute('PRAGMA wal_autocheckpoint = 1000');
    await this.execute('PRAGMA journal_size_limit = 16777216');
  }

  execute(sql: string): Promise<void> {
    return this.#driver.exec(sql);
  }

  prepare(sql: string): Promise<WriteStatement> {
    return this.#driver.prepare(sql);
  }

  /** Undoes an open transaction; SQLite has already closed it itself after some errors. */
  async rollback(): Promise<void> {
    if (this.#driver.inTransaction) await this.execute('ROLLBACK');
  }

  /**
   * Folds the journal into the file, so that a stopped log is one file. That this fails, on a full disk for instance,
   * loses nothing: the journal is as durable as the file and is folded in after the next opening.
   */
  async foldJournal(): Promise<void> {
    await this.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
  }

  close(): void {
    this.#driver.close();
  }
}

export type { WriteStatement };
