import { write } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Hands bytes to the system; calls back with how many it took. */
export type WriteBytes = (
  bytes: Uint8Array,
  done: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void;

/** Most characters that wait for a slow reader; further lines are dropped. */
const MOST_WAITING = 16 * 1024 * 1024;

/** Pause before writing again to a reader that takes nothing at the moment. */
const RETRY_MS = 10;

/**
 * Writes lines in order without ever holding up the event loop. Nothing that happens to the output, a full disk, a
 * reader that is slow or gone, may stop the work of the process: such lines are dropped, and the first line after them
 * says how many.
 */
export class LineWriter {
  private waiting: string[] = [];
  private waitingLength = 0;
  private dropped = 0;
  private writing: Promise<void> | undefined;

  /** `lossLine` makes the line that tells of dropped ones. */
  constructor(
    private readonly writeBytes: WriteBytes,
    private readonly lossLine: (dropped: number) => string,
  ) {}

  write(line: string): void {
    if (this.waitingLength >= MOST_WAITING) {
      this.dropped += 1;
      return;
    }
    this.waiting.push(line);
    this.waitingLength += line.length;
    this.writing ??= this.writeAll();
  }

  /** Resolves when all lines are written or dropped, at the latest after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    if (this.writing === undefined) return;
    const stopWaiting = new AbortController();
    const timeout = delay(timeoutMs, undefined, { signal: stopWaiting.signal }).catch(() => undefined);
    await Promise.race([this.writing, timeout]);
    stopWaiting.abort();
  }

  private async writeAll(): Promise<void> {
    // Lines written in one turn of the event loop go out together.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const lines = this.dropped > 0 ? [this.lossLine(this.dropped), ...this.waiting] : this.waiting;
      const lineCount = this.waiting.length;
      this.waiting = [];
      this.waitingLength = 0;
      const told = this.dropped;
      const isWritten = await this.writeChunk(Buffer.from(lines.join('')));
      this.dropped += isWritten ? -told : lineCount;
    }
    this.writing = undefined;
  }

  /** Whether all bytes went out. */
  private async writeChunk(bytes: Uint8Array): Promise<boolean> {
    let rest = bytes;
    while (rest.length > 0) {
      const { error, written } = await this.writeOnce(rest);
      if (error === null) rest = rest.subarray(written);
      else if (error.code === 'EAGAIN') await delay(RETRY_MS);
      else return false;
    }
    return true;
  }

  private writeOnce(bytes: Uint8Array): Promise<{ error: NodeJS.ErrnoException | null; written: number }> {
    return new Promise((resolve) => {
      this.writeBytes(bytes, (error, written) => resolve({ error, written }));
    });
  }
}

/** Writes to an open file, pipe or terminal of this process. */
export const toFileDescriptor =
  (fileDescriptor: number): WriteBytes =>
  (bytes, done) =>
    write(fileDescriptor, bytes, done);
