import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppendLog, untilWritten, writeDurably, type WriteListener } from './durable-file.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'durable-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Notes what it hears, in order. */
class Hearsay implements WriteListener {
  readonly heard: unknown[] = [];
  failed(error: unknown): void {
    this.heard.push(error);
  }
  recovered(): void {
    this.heard.push('recovered');
  }
}

describe('writeDurably', () => {
  it('replaces the whole file and leaves nothing else', async () => {
    const path = join(directory, 'file');
    await writeDurably(path, 'a long old content');
    await writeDurably(path, 'new', 0o600);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['file']);
  });
});

describe('AppendLog', () => {
  it('keeps the order of lines however they are grouped', async () => {
    const hearsay = new Hearsay();
    const log = new AppendLog(join(directory, 'log'), hearsay);
    const lines = Array.from({ length: 200 }, (_, index) => `line ${index}`);
    await Promise.all(
      lines.map(async (line, index) => {
        if (index % 3 === 0) await Promise.resolve();
        return log.append(line);
      }),
    );
    const written = (await readFile(join(directory, 'log'), 'utf8')).trimEnd().split('\n');
    expect(written.toSorted()).toEqual(lines.toSorted());
    const together = lines.filter((_line, index) => index % 3 !== 0);
    expect(written.filter((line) => together.includes(line))).toEqual(together);
    expect(hearsay.heard).toEqual([]);
  });

  it('tells of a directory that is gone instead of waiting for it', async () => {
    const hearsay = new Hearsay();
    await new AppendLog(join(directory, 'gone', 'log'), hearsay).append('line');
    expect(hearsay.heard).toMatchObject([{ code: 'ENOENT' }]);
  });
});

describe('untilWritten', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('waits for room on the disk, and tells each reason once', async () => {
    const hearsay = new Hearsay();
    const results = ['ENOSPC', 'ENOSPC', 'ENOSPC', 'EMFILE', 'EMFILE', undefined];
    const write = (): Promise<void> => {
      const code = results.shift();
      return code === undefined
        ? Promise.resolve()
        : Promise.reject(Object.assign(new Error(code), { code }));
    };
    const written = untilWritten(write, hearsay);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await written).toBe(true);
    expect(hearsay.heard).toMatchObject([{ code: 'ENOSPC' }, { code: 'EMFILE' }, 'recovered']);
  });
});
