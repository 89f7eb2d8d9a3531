import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { open, type Entry, type ZipFile } from 'yauzl';
import type { Unpacking } from './unpacking.js';

const openZip = promisify<string, { lazyEntries: boolean }, ZipFile>(open);

/** File types in the upper half of a Unix entry's external attributes. */
const typeMask = 0o170000;
const symlinkType = 0o120000;
const madeByUnix = 3;

/** Unpacks a zip archive; modes and links as `unzip` restores them. */
export async function extractZip(archive: string, unpacking: Unpacking): Promise<void> {
  const zip = await openZip(archive, { lazyEntries: true });
  try {
    for await (const entry of entriesOf(zip)) await placeEntry(zip, entry, unpacking);
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

async function placeEntry(zip: ZipFile, entry: Entry, unpacking: Unpacking): Promise<void> {
  const name = entry.fileName;
  const attributes = entry.versionMadeBy >> 8 === madeByUnix ? entry.externalFileAttributes >>> 16 : 0;
  const mode = attributes & 0o777;
  if (name.endsWith('/')) await unpacking.directory(name, mode || 0o755);
  else if ((attributes & typeMask) === symlinkType)
    await unpacking.symbolicLink(name, await textOf(await contentOf(zip, entry)));
  else await unpacking.file(name, () => contentOf(zip, entry), { mode: mode || 0o644 });
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
