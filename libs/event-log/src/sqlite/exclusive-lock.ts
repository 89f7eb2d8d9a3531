import Database from 'libsql';
import { LogOpenError } from '../errors.js';
import { isBusy } from './failures.js';
import { makePrivateDatabase } from './private-files.js';

/**
 * Keeps a second process from opening the same log. The lock lives on a file of its own beside the log, so that an
 * operator can read the log itself with the `sqlite3` shell while Ekiden runs. The operating system drops the lock
 * with the process, however it ends.
 */
export class ExclusiveLock {
  readonly #database: Database.Database;

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /** @throws {LogOpenError} `in-use` when somebody else holds it. */
  static acquire(logPath: string): ExclusiveLock {
    const path = `${logPath}.lock`;
    makePrivateDatabase(path);
    const database = new Database(path);
    try {
      database.exec('BEGIN EXCLUSIVE');
      return new ExclusiveLock(database);
    } catch (error) {
      database.close();
      if (!isBusy(error)) throw error;
      throw new LogOpenError('in-use', `the event log ${logPath} is already open by another Ekiden process`, {
        cause: error,
      });
    }
  }

  release(): void {
    this.#database.exec('ROLLBACK');
    this.#database.close();
  }
}
