import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a whole checkpoint so that a reader sees the old content or the new one, never a mixture, also after a
 * power cut: temporary file, fsync, rename (spec/local-cluster.md §9.1).
 */
export async function writeDurably(path: string, text: string, mode = 0o644): Promise<void> {
  const temporary = `${path}.target`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** `writeDurably` for files that outlive the machine's boot: the new name itself is on disk, too, when it resolves. */
export async function replaceDurably(path: string, text: string): Promise<void> {
  await writeDurably(path, text);
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Failures that pass: room can be made, descriptors are given back. */
const passing: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

const retryDelayMs = 1_000;

/** Hears of writes that have to wait. */
export interface WriteListener {
  /** The write does not succeed, for this reason. Not repeated while the reason stays the same. */
  failed(error: unknown): void;
  /** What failed has been written after all. */
  recovered(): void;
}

/**
 * Repeats a write until it succeeds: what has happened to a process cannot be refused because the disk is full at
 * the moment, it can only be told later. Every reason is reported once, so that telling of a full disk does not help
 * to fill it; one that does not pass by waiting (the directory is gone) ends the attempts with `false`.
 */
export async function untilWritten(write: () => Promise<void>, listener: WriteListener): Promise<boolean> {
  let reported: string | undefined;
  for (;;) {
    try {
      await write();
      if (reported !== undefined) listener.recovered();
      return true;
    } catch (error) {
      if (String(error) !== reported) listener.failed(error);
      reported = String(error);
      if (!passing.has((error as NodeJS.ErrnoException).code ?? '')) return false;
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs));
    }
  }
}

/**
 * An append-only file of lines with group commit: all lines appended while a flush is under way go to the disk
 * with the next single write and fsync. The file is open only while it is written, so thousands may exist.
 */
export class AppendLog {
  private pending = '';
  private lastFlush: Promise<unknown> = Promise.resolve();
  private queuedFlush: Promise<void> | undefined;

  constructor(
    private readonly path: string,
    private readonly listener: WriteListener,
  ) {}

  /** Resolves when the line is on disk (see `untilWritten` for when that fails). Never rejects. */
  append(line: string): Promise<void> {
    this.pending += `${line}\n`;
    if (this.queuedFlush === undefined) {
      this.queuedFlush = this.lastFlush.then(() => this.flush());
      this.lastFlush = this.queuedFlush;
    }
    return this.queuedFlush;
  }

  private async flush(): Promise<void> {
    const text = this.pending;
    this.pending = '';
    this.queuedFlush = undefined;
    await untilWritten(() => this.write(text), this.listener);
  }

  /** Leaves nothing behind when it fails. */
  private async write(text: string): Promise<void> {
    const file = await open(this.path, 'a', 0o644);
    try {
      const { size } = await file.stat();
      try {
        await file.writeFile(text);
        await file.datasync();
      } catch (error) {
        await file.truncate(size);
        throw error;
      }
    } finally {
      await file.close();
    }
  }
}
