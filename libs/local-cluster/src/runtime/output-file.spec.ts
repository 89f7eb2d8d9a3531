import { execFileSync } from 'node:child_process';
import { closeSync, constants, linkSync, openSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutput, type OutputOwner } from './output-file.js';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'output-'));
  path = join(directory, 'stderr');
  await writeFile(join(directory, 'treasure'), 'mine\n');
});
afterEach(() => rm(directory, { recursive: true }));

function append(text: string, owner?: OutputOwner): void {
  const fd = openOutput(path, owner);
  writeSync(fd, text);
  closeSync(fd);
}

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

describe('openOutput', () => {
  it('appends to a file, and makes a missing one', async () => {
    append('one\n');
    append('two\n');
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    expect((await stat(path)).mode & 0o777).toBe(0o644);
  });

  const disguises: [name: string, make: () => unknown][] = [
    ['a link', () => symlink('treasure', path)],
    ['a link to nothing', () => symlink('nothing', path)],
    ['a pipe', () => execFileSync('mkfifo', [path])],
    ['a directory', () => mkdir(path)],
  ];
  it.each(disguises)('refuses %s', async (_name, make) => {
    await make();
    expect(() => append('x')).toThrow(`'${path}' is not a regular file`);
    expect(await readFile(join(directory, 'treasure'), 'utf8')).toBe('mine\n');
    await expect(stat(join(directory, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses a pipe that somebody reads', () => {
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    expect(() => append('x')).toThrow('is not a regular file');
    closeSync(reader);
  });

  it.runIf(isRoot)('accepts only files of the owner, and makes them theirs', async () => {
    append('x', nobody);
    expect((await stat(path)).uid).toBe(nobody.uid);
    append('y', nobody);
    await rm(path);
    linkSync(join(directory, 'treasure'), path);
    expect(() => append('z', nobody)).toThrow(`'${path}' is not the task's own`);
  });
});
