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
  ['tar', 'tar -cf archive.tar site after'],
  [
    'zip',
    `python3 -c "import zipfile; z = zipfile.ZipFile('archive.zip', 'w'); z.write('site'); z.write('after')"`,
  ],
])('an entry of a %s that has no place ends it at once, others behind it or not', async (kind, pack) => {
  const sandbox = join(root, 'sandbox');
  await mkdir(join(sandbox, 'site', 'kept'), { recursive: true });
  for (const name of ['site', 'after']) await writeFile(join(root, name), 'x');
  execFileSync('sh', ['-c', pack], { cwd: root });
  const name = `archive.${kind}`;
  const extraction = { archive: join(root, name), name, directory: sandbox, log: () => undefined };
  await expect(extract(extraction)).rejects.toThrow('ENOTEMPTY');
});
