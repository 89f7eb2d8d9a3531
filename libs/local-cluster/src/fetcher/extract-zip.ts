import { createWriteStream } from 'node:fs';
import { chmod, mkdir, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { open, type Entry, type ZipFile } from 'yauzl';

const openZip = promisify<string, { lazyEntries: boolean }, ZipFile>(open);

/** File types in the upper half of a Unix entry's external attributes. */
const typeMask = 0o170000;
const symlinkType = 0o120000;
const madeByUnix = 3;

/** Unpacks a zip archive, overwriting what is there; modes and links as `unzip` restores them. */
export async function extractZip(archive: string, directory: string): Promise<void> {
  const root = await realpath(directory);
  const zip = await openZip(archive, { lazyEntries: true });
  try {
    for await (const entry of entriesOf(zip)) await extractEntry(zip, entry, root);
  } finally {
    zip.close();
  }
}

/** Names that are absolute or contain `..` make yauzl end with an error. */
async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      const forget = (): void => {
        zip.removeAllListeners();
      };
      zip.once('entry', (found: Entry) => {
        forget();
        resolve(found);
      });
      zip.once('end', () => {
        forget();
        resolve(undefined);
      });
      zip.once('error', (error) => {
        forget();
        reject(error);
      });
      zip.readEntry();
    });
    if (entry === undefined) return;
    yield entry;
  }
}

async function extractEntry(zip: ZipFile, entry: Entry, root: string): Promise<void> {
  const path = join(root, entry.fileName);
  const isDirectory = entry.fileName.endsWith('/');
  const parent = isDirectory ? path : dirname(path);
  await mkdir(parent, { recursive: true });
  await refuseEscape(parent, root, entry.fileName);
  if (isDirectory) return;
  const mode = entry.versionMadeBy >> 8 === madeByUnix ? entry.externalFileAttributes >>> 16 : 0;
  // Whatever was there is replaced, never written through: it may be a link.
  await rm(path, { force: true });
  const content = await contentOf(zip, entry);
  if ((mode & typeMask) === symlinkType) {
    await symlink(await textOf(content), path);
    return;
  }
  await pipeline(content, createWriteStream(path));
  if ((mode & 0o777) !== 0) await chmod(path, mode & 0o777);
}

/** A link unpacked before may lead outside. */
async function refuseEscape(parent: string, root: string, name: string): Promise<void> {
  const real = await realpath(parent);
  if (real !== root && !real.startsWith(root + sep)) {
    throw new Error(`archive entry '${name}' leaves the sandbox`);
  }
}

function contentOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (stream === undefined) reject(error ?? new Error('no content'));
      else resolve(stream);
    });
  });
}

async function textOf(content: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
