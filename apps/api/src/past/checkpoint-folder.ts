import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { captureSnapshot, restoreSnapshot, SNAPSHOT_FORMAT, type State } from '#domain';
import { wholeLines } from '#event-log';
import type { EventSource } from './event-source.js';
import type { Pace } from './pace.js';
import { thinnedOut } from './thin-out.js';

/** The first line of a checkpoint; a snapshot of the state follows. */
interface Header {
  readonly position: number;
  readonly format: number;
  /** Of the event at the position: tells a log from another one under the same name. */
  readonly eventId: string;
}

/** For the owner alone: states hold whatever definitions hold, secrets in environments included. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** Bytes that are decompressed and decoded at a time. */
const CHUNK_BYTES = 1 << 20;
const SUFFIX = '.checkpoint';
/** Of the present release. Files of other formats are neither read nor kept. */
const FORMAT_NAME = `f${SNAPSHOT_FORMAT}`;
/** The fastest: a checkpoint shrinks to about a tenth with any level. */
const COMPRESSION_LEVEL = 1;

/**
 * States at former positions, compressed, as files beside the log: from the nearest one a past state is folded quickly.
 * All of it follows from the log and may be deleted at any time; what is damaged or belongs to another log is removed
 * when it is met.
 */
export class CheckpointFolder {
  constructor(
    private readonly folder: string,
    private readonly source: EventSource,
    private readonly warn: (text: string) => void,
  ) {}

  /** The state of the newest usable checkpoint at or before a position. */
  async newestUpTo(position: number): Promise<State | undefined> {
    for (const candidate of (await this.positions()).toReversed()) {
      if (candidate > position) continue;
      const state = await this.load(candidate);
      if (state !== undefined) return state;
    }
    return undefined;
  }

  /** Positions of the checkpoints, ascending. Of a folder that cannot be read, none. */
  async positions(): Promise<number[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.flatMap((name) => positionIn(name) ?? []).toSorted((a, b) => a - b);
  }

  /**
   * Writes a checkpoint down, slice by slice; `eventId` is that of the event at the state's position. The state may
   * change as soon as this was called. Resolves with the length of what was written, before it was compressed.
   */
  async save(state: State, eventId: string, pace: Pace): Promise<number> {
    const header: Header = { position: state.position, format: SNAPSHOT_FORMAT, eventId };
    const lines = new CountedText(captureSnapshot(state));
    await mkdir(this.folder, { recursive: true, mode: FOLDER_MODE });
    // Always the same name, so that what a crash leaves behind does not stay.
    const unfinished = join(this.folder, 'unfinished');
    await rm(unfinished, { force: true });
    try {
      await pipeline(
        Readable.from(paced(header, lines, pace)),
        createGzip({ level: COMPRESSION_LEVEL }),
        // Not flushed: what a power cut leaves behind is damaged and is made again.
        createWriteStream(unfinished, { mode: FILE_MODE }),
      );
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    await rename(unfinished, this.pathOf(header.position));
    return lines.length;
  }

  /** Keeps the folder within `limitBytes`, and free of files of other formats. */
  async tidy(limitBytes: number): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (name.endsWith(SUFFIX) && positionIn(name) === undefined) await this.remove(name);
    }
    const files: { readonly position: number; readonly bytes: number }[] = [];
    for (const position of await this.positions()) {
      files.push({ position, bytes: (await stat(this.pathOf(position))).size });
    }
    for (const { position } of thinnedOut(files, limitBytes)) await this.remove(nameOf(position));
  }

  private async load(position: number): Promise<State | undefined> {
    try {
      const [head = '', ...slices] = await slicesIn(this.pathOf(position));
      const header = JSON.parse(head) as Header;
      const [event] = await this.source.read(position - 1, 1);
      if (header.format !== SNAPSHOT_FORMAT || header.position !== position)
        throw new Error('it is not what its name says');
      if (event?.id !== header.eventId) throw new Error('it belongs to another log');
      const state = restoreSnapshot(slices);
      if (state.position !== position) throw new Error('it is not complete');
      return state;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.warn(`checkpoint ${this.pathOf(position)} is removed and made anew: ${reason}`);
      await this.remove(nameOf(position));
      return undefined;
    }
  }

  /** Whether it could be removed makes no difference to whoever goes on without it. */
  private async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { force: true }).catch(() => undefined);
  }

  private pathOf(position: number): string {
    return join(this.folder, nameOf(position));
  }
}

const nameOf = (position: number): string => `${String(position).padStart(16, '0')}.${FORMAT_NAME}${SUFFIX}`;

const NAME = new RegExp(`^(\\d{16})\\.${FORMAT_NAME}\\${SUFFIX}$`);

function positionIn(name: string): number | undefined {
  const [, digits] = NAME.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Texts that pass by, and how long they were. */
class CountedText implements Iterable<string> {
  length = 0;

  constructor(private readonly texts: Iterable<string>) {}

  *[Symbol.iterator](): Iterator<string> {
    for (const text of this.texts) {
      this.length += text.length;
      yield text;
    }
  }
}

/** The first line, and then everything else in slices that end where lines do. */
async function slicesIn(path: string): Promise<string[]> {
  const slices: string[] = [];
  await pipeline(createReadStream(path), createGunzip({ chunkSize: CHUNK_BYTES }), async (chunks) => {
    for await (const lines of wholeLines(chunks)) {
      const start = slices.length > 0 ? 0 : lines.indexOf('\n') + 1;
      if (start > 0) slices.push(lines.toString('utf8', 0, start));
      slices.push(lines.toString('utf8', start));
    }
  });
  return slices;
}

async function* paced(header: Header, lines: Iterable<string>, pace: Pace): AsyncIterable<string> {
  yield `${JSON.stringify(header)}\n`;
  pace.begin();
  for (const slice of lines) {
    yield slice;
    await pace.rest();
  }
}
