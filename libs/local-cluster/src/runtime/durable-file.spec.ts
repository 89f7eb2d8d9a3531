import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppendLog, untilWritten, writeDurably } from './durable-file.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'durable-'));
});
afterEach(() => rm(directory, { recursive: true }));

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
    const log = new AppendLog(join(directory, 'log'), (error) => expect.fail(String(error)));
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
  });

  it('tells of a directory that is gone instead of waiting for it', async () => {
    const failures: unknown[] = [];
    await new AppendLog(join(directory, 'gone', 'log'), (error) => failures.push(error)).append('line');
    expect(failures).toMatchObject([{ code: 'ENOENT' }]);
  });
});

describe('untilWritten', () => {
  it('waits for room on the disk', async () => {
    const failures: unknown[] = [];
    let attempts = 0;
    const write = (): Promise<void> => {
      attempts += 1;
      return attempts < 2
        ? Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
        : Promise.resolve();
    };
    expect(await untilWritten(write, (error) => failures.push(error))).toBe(true);
    expect(failures).toHaveLength(1);
  });
});
