import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LogOpenError } from '../errors.js';
import type { Group, LogState, LogStore } from '../local/log-store.js';
import type { StoredEvent } from '../port.js';
import { EventReader, type SqliteLogState } from './event-reader.js';
import { ExclusiveLock } from './exclusive-lock.js';
import { toLogFailure } from './failures.js';
import { makeFolder, makePrivate, makePrivateDatabase, PRIVATE_FOLDER_MODE } from './private-files.js';
import { SnapshotFiles } from './snapshot-files.js';
import { refuseNewerFormat } from './tables.js';
import type { Durability, WriteRequest, WritingOptions } from './writing/messages.js';
import { packGroup } from './writing/packed-group.js';
import { Writer } from './writing/writer.js';

/** How a file is opened. */
export interface SqliteStoreOptions {
  /** Of a folder that is created; what is in it belongs to its owner alone. */
  readonly folderMode?: number;
  /** `full` unless given. */
  readonly durability?: Durability;
}

/** Everything of an open store that has to be closed again, in the order of opening. */
interface Parts {
  readonly path: string;
  readonly lock: ExclusiveLock;
  readonly writer: Writer;
  readonly reader: EventReader;
}

/**
 * A log in one SQLite file. Beside `path` lie its journal, its lock and the folder of its snapshots. Writing is left to
 * a thread of its own; reading happens here.
 */
export class SqliteStore implements LogStore {
  readonly snapshots: SnapshotFiles;
  readonly #parts: Parts;
  #epoch: number;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.snapshots = new SnapshotFiles(`${parts.path}.snapshots`);
    this.#epoch = parts.reader.state().epoch;
  }

  get file(): string {
    return this.#parts.path;
  }

  /** Of a log that was removed nothing may be taken for the state of a new one. */
  async #forgetForeignSnapshots(): Promise<void> {
    const { head, epoch } = this.state();
    if (head === 0 && epoch === 0) await this.snapshots.clear();
  }

  /**
   * Opens the file, creating it and its folder when missing.
   *
   * @throws {LogOpenError} `in-use`, `newer-format`, or `unusable` with the reason.
   */
  static async open(path: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
    const { folderMode = PRIVATE_FOLDER_MODE, durability = 'full' } = options;
    try {
      makeFolder(dirname(path), folderMode);
      const lock = ExclusiveLock.acquire(path);
      try {
        const store = new SqliteStore(await openParts({ path, durability }, lock));
        await store.#forgetForeignSnapshots();
        return store;
      } catch (error) {
        lock.release();
        throw error;
      }
    } catch (error) {
      if (error instanceof LogOpenError) throw error;
      throw new LogOpenError('unusable', `cannot open: ${toLogFailure(error, path).message}`, {
        cause: error,
      });
    }
  }

  state(): SqliteLogState {
    return this.#guard(() => this.#parts.reader.state());
  }

  async commit(group: Group): Promise<void> {
    // Only what comes from another log is of a term that did not begin here.
    if (group.epoch > this.#epoch) await this.noteEpoch(group.epoch, undefined);
    await this.#write({ kind: 'commit', group: packGroup(group) });
  }

  async claimEpoch(): Promise<LogState> {
    const { head, epoch } = this.state();
    await this.noteEpoch(epoch + 1, undefined);
    return { head, epoch: epoch + 1 };
  }

  /** Notes a term that began elsewhere, and up to where that is known. */
  async noteEpoch(epoch: number, mark: number | undefined): Promise<void> {
    await this.#write({ kind: 'claim-epoch', epoch, mark });
    this.#epoch = epoch;
  }

  async recover(): Promise<number> {
    await this.#write({ kind: 'rollback' });
    return this.state().head;
  }

  probe(): Promise<void> {
    return this.#write({ kind: 'probe' });
  }

  readRange(after: number, to: number): readonly StoredEvent[] {
    return this.#guard(() => this.#parts.reader.readRange(after, to));
  }

  endOfBatch(position: number): number {
    return this.#guard(() => this.#parts.reader.endOfBatch(position));
  }

  /** Of the file, its journals and its snapshots. */
  async sizeBytes(): Promise<number> {
    const { path } = this.#parts;
    const folder = dirname(path);
    const names = (await readdir(folder)).filter((name) => name.startsWith(basename(path)));
    const stats = await Promise.all(names.map((name) => stat(join(folder, name))));
    const files = stats.filter((entry) => entry.isFile());
    return files.reduce((sum, { size }) => sum + size, await this.snapshots.sizeBytes());
  }

  async close(): Promise<void> {
    const { lock, reader, writer } = this.#parts;
    reader.close();
    await writer.close();
    lock.release();
  }

  async #write(request: WriteRequest): Promise<void> {
    try {
      await this.#parts.writer.request(request);
    } catch (error) {
      throw toLogFailure(error, this.#parts.path);
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toLogFailure(error, this.#parts.path);
    }
  }
}

async function openParts(options: WritingOptions, lock: ExclusiveLock): Promise<Parts> {
  const { path } = options;
  makePrivateDatabase(path);
  makePrivate(`${path}.snapshots`, PRIVATE_FOLDER_MODE);
  refuseNewerFormat(path);
  const writer = await Writer.start(options);
  try {
    return { path, lock, writer, reader: new EventReader(path) };
  } catch (error) {
    await writer.close();
    throw error;
  }
}
