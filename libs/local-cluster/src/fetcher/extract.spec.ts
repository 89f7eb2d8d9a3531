import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { extract } from './extract.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'extract-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

it.each([
  ['tar.gz', 'tar -czf archive.tar.gz "$@"'],
  [
    'zip',
    `python3 -c "import sys, zipfile; z = zipfile.ZipFile('archive.zip', 'w'); [z.write(n) for n in sys.argv[1:]]" "$@"`,
  ],
])('an entry of a %s that has no place ends it, although all is read by then', async (kind, pack) => {
  const sandbox = join(root, 'sandbox');
  await mkdir(join(sandbox, 'site', 'kept'), { recursive: true });
  const names = [...Array.from({ length: 20 }, (_, index) => `before-${index}`), 'site', 'after'];
  for (const name of names) await writeFile(join(root, name), 'x');
  execFileSync('sh', ['-c', pack, 'sh', ...names], { cwd: root });
  const name = `archive.${kind}`;
  const extraction = { archive: join(root, name), name, directory: sandbox, log: () => undefined };
  await expect(extract(extraction)).rejects.toThrow('ENOTEMPTY');
});
