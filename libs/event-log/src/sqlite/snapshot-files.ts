import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SnapshotStore, WarningListener } from '../local/log-store.js';
import type { Snapshot, StoredSnapshot } from '../port.js';
import { toLogFailure } from './failures.js';
import { PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE } from './private-files.js';
import { wholeLines } from './whole-lines.js';

/** The first line of a snapshot file, as long for one state as for any other at its position; the state follows. */
interface Header {
  readonly position: number;
  readonly format: number;
  /** Of the state's bytes, in hexadecimal. */
  readonly sha256: string;
}

const KEPT = 2;
/** Stands for the hash until all of the state has been seen. */
const NO_HASH = '0'.repeat(64);
/** Bytes that are hashed and decoded at a time when a snapshot is read: about 1 ms. */
const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;
const SUFFIX = '.snapshot';

/**
 * Snapshots as files rather than rows: a state of many megabytes would go through the write-ahead log and hold up the
 * appends behind it. A file appears under its name only when it is complete and on the disk.
 */
export class SnapshotFiles implements SnapshotStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async save(snapshot: Snapshot): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: PRIVATE_FOLDER_MODE });
      await this.#write(snapshot);
      await this.#removeOld();
    } catch (error) {
      throw toLogFailure(error, this.#folder);
    }
  }

  async latest(head: number, warn: WarningListener): Promise<StoredSnapshot | undefined> {
    for (const name of await this.#newestFirst()) {
      const path = join(this.#folder, name);
      try {
        const snapshot = await readSnapshot(path);
        if (nameOf(snapshot.position) !== name) throw new Error('it is not what its name says');
        if (snapshot.position <= head) return snapshot;
        warn(`snapshot ${path} is passed over: it is ahead of the log, which ends at ${head}`);
      } catch (error) {
        warn(`snapshot ${path} is passed over: it is damaged`, error);
      }
    }
    return undefined;
  }

  /** Removes all of them. */
  async clear(): Promise<void> {
    const names = await this.#newestFirst();
    await Promise.all(names.map((name) => rm(join(this.#folder, name), { force: true })));
  }

  async sizeBytes(): Promise<number> {
    const names = await this.#newestFirst();
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(this.#folder, name))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  async #write({ position, format, state }: Snapshot): Promise<void> {
    const path = join(this.#folder, nameOf(position));
    // Always the same name, so that what a crash leaves behind is overwritten by the next snapshot.
    const unfinished = join(this.#folder, 'unfinished');
    const file = await open(unfinished, 'w', PRIVATE_FILE_MODE);
    try {
      await file.chmod(PRIVATE_FILE_MODE);
      await file.writeFile(headerLine({ position, format, sha256: NO_HASH }));
      const sha256 = await writeSlices(file, state);
      await file.write(headerLine({ position, format, sha256 }), 0);
      await file.sync();
    } catch (error) {
      await file.truncate();
      throw error;
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  }

  async #removeOld(): Promise<void> {
    const old = (await this.#newestFirst()).slice(KEPT);
    await Promise.all(old.map((name) => rm(join(this.#folder, name), { force: true })));
  }

  /** The names sort like the positions they begin with. */
  async #newestFirst(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw toLogFailure(error, this.#folder);
    });
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .toSorted()
      .toReversed();
  }
}

const nameOf = (position: number): string => `${String(position).padStart(16, '0')}${SUFFIX}`;

const headerLine = (header: Header): string => `${JSON.stringify(header)}\n`;

/** Says what the hash of everything is. A slice is made, hashed and written before the next; others run in between. */
async function writeSlices(file: FileHandle, slices: Iterable<string>): Promise<string> {
  const hash = createHash('sha256');
  for (const slice of slices) {
    const bytes = Buffer.from(slice);
    hash.update(bytes);
    await file.writeFile(bytes);
    await nextTurn();
  }
  return hash.digest('hex');
}

async function readSnapshot(path: string): Promise<StoredSnapshot> {
  const hash = createHash('sha256');
  const state: string[] = [];
  let header: Header | undefined;
  for await (const lines of wholeLines(createReadStream(path, { highWaterMark: CHUNK_BYTES }))) {
    const start = header === undefined ? lines.indexOf(NEWLINE) + 1 : 0;
    header ??= JSON.parse(lines.toString('utf8', 0, start)) as Header;
    if (start === lines.length) continue;
    hash.update(lines.subarray(start));
    state.push(lines.toString('utf8', start));
  }
  if (header === undefined) throw new Error('it is empty');
  if (hash.digest('hex') !== header.sha256) throw new Error('its hash does not match');
  return { position: header.position, format: header.format, state };
}
