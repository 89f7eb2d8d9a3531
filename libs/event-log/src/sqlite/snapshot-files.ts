import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SnapshotStore, WarningListener } from '../local/log-store.js';
import type { Snapshot } from '../port.js';
import { toLogFailure } from './failures.js';
import { PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE } from './private-files.js';

/** The first line of a snapshot file; the state follows. */
interface Header {
  readonly position: number;
  readonly format: number;
  /** Of the state's bytes, in hexadecimal. */
  readonly sha256: string;
}

const KEPT = 2;
/** Characters that are encoded and hashed before the event loop gets a turn: about 1 ms. */
const SLICE_LENGTH = 1 << 20;
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

  async latest(head: number, warn: WarningListener): Promise<Snapshot | undefined> {
    for (const name of await this.#newestFirst()) {
      const path = join(this.#folder, name);
      try {
        const snapshot = parse(await readFile(path));
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
    const path = join(this.#folder, `${String(position).padStart(16, '0')}${SUFFIX}`);
    // Always the same name, so that what a crash leaves behind is overwritten by the next snapshot.
    const unfinished = join(this.#folder, 'unfinished');
    const { slices, sha256 } = await encode(state);
    const header: Header = { position, format, sha256 };
    const file = await open(unfinished, 'w', PRIVATE_FILE_MODE);
    try {
      await file.chmod(PRIVATE_FILE_MODE);
      await file.writeFile(`${JSON.stringify(header)}\n`);
      for (const slice of slices) await file.writeFile(slice);
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

/** Encodes and hashes in slices, so that a big state does not hold up the event loop. */
async function encode(state: string): Promise<{ slices: readonly Buffer[]; sha256: string }> {
  const hash = createHash('sha256');
  const slices: Buffer[] = [];
  for (let start = 0; start < state.length;) {
    const end = endOfSlice(state, start);
    const slice = Buffer.from(state.slice(start, end));
    hash.update(slice);
    slices.push(slice);
    start = end;
    await nextTurn();
  }
  return { slices, sha256: hash.digest('hex') };
}

/** Never between the two halves of a surrogate pair, which have no encoding of their own. */
function endOfSlice(text: string, start: number): number {
  const end = start + SLICE_LENGTH;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end + 1 : end;
}

function parse(bytes: Buffer): Snapshot {
  const endOfHeader = bytes.indexOf('\n');
  const { position, format, sha256 } = JSON.parse(bytes.toString('utf8', 0, endOfHeader)) as Header;
  const state = bytes.subarray(endOfHeader + 1);
  if (createHash('sha256').update(state).digest('hex') !== sha256) throw new Error('its hash does not match');
  return { position, format, state: state.toString() };
}
