import { mkdirSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LogOpenError } from '../errors.js';
import type { Group, LogState, LogStore } from '../local/log-store.js';
import type { StoredEvent } from '../port.js';
import { EventReader } from './event-reader.js';
import { ExclusiveLock } from './exclusive-lock.js';
import { toLogFailure } from './failures.js';
import { SnapshotFiles } from './snapshot-files.js';
import { prepareTables } from './tables.js';
import { WritingConnection, type WriteStatement } from './writing-connection.js';

const INSERT = `
  INSERT INTO events
    (position, epoch, id, stream, type, schema, time, actor, correlation, causation, data, ends_batch)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
`;

/** Everything of an open store that has to be closed again, in the order of opening. */
interface Parts {
  readonly path: string;
  readonly lock: ExclusiveLock;
  readonly writer: WritingConnection;
  readonly begin: WriteStatement;
  readonly insert: WriteStatement;
  readonly reader: EventReader;
}

/** A log in one SQLite file. Beside `path` lie its journal, its lock and the folder of its snapshots. */
export class SqliteStore implements LogStore {
  readonly snapshots: SnapshotFiles;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.snapshots = new SnapshotFiles(`${parts.path}.snapshots`);
  }

  /**
   * Opens the file, creating it and its folder when missing.
   *
   * @throws {LogOpenError} `in-use`, `newer-format`, or `unusable` with the reason.
   */
  static async open(path: string): Promise<SqliteStore> {
    try {
      mkdirSync(dirname(path), { recursive: true });
      const lock = ExclusiveLock.acquire(path);
      try {
        return new SqliteStore(await openParts(path, lock));
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

  state(): LogState {
    return this.#guardSync(() => this.#parts.reader.state());
  }

  commit({ batches, first, epoch }: Group): Promise<void> {
    const { writer, begin, insert } = this.#parts;
    return this.#guard(async () => {
      begin.run([]);
      let position = first;
      for (const batch of batches) {
        const end = position + batch.length - 1;
        for (const event of batch) {
          const { id, stream, type, schema, time, actor, correlationId, causationId, data } = event;
          const endsBatch = position === end ? 1 : 0;
          insert.run([
            position,
            epoch,
            id,
            stream,
            type,
            schema,
            time,
            actor,
            correlationId,
            causationId,
            data,
            endsBatch,
          ]);
          position += 1;
        }
      }
      await writer.execute('COMMIT');
    });
  }

  claimEpoch(epoch: number): Promise<void> {
    return this.#guard(() =>
      this.#parts.writer.execute(`UPDATE meta SET value = ${epoch} WHERE key = 'epoch'`),
    );
  }

  recover(): Promise<number> {
    return this.#guard(async () => {
      await this.#parts.writer.rollback();
      return this.#parts.reader.state().head;
    });
  }

  probe(): Promise<void> {
    return this.#guard(() =>
      this.#parts.writer.execute(
        "INSERT INTO meta VALUES ('write_probes', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1",
      ),
    );
  }

  readRange(after: number, to: number): readonly StoredEvent[] {
    return this.#guardSync(() => this.#parts.reader.readRange(after, to));
  }

  endOfBatch(position: number): number {
    return this.#guardSync(() => this.#parts.reader.endOfBatch(position));
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
    await writer.foldJournal();
    writer.close();
    lock.release();
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toLogFailure(error, this.#parts.path);
    }
  }

  #guardSync<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toLogFailure(error, this.#parts.path);
    }
  }
}

async function openParts(path: string, lock: ExclusiveLock): Promise<Parts> {
  const writer = await WritingConnection.open(path);
  try {
    await prepareTables(writer, path);
    const begin = await writer.prepare('BEGIN IMMEDIATE');
    const insert = await writer.prepare(INSERT);
    return { path, lock, writer, begin, insert, reader: new EventReader(path) };
  } catch (error) {
    writer.close();
    throw error;
  }
}
