import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Parser, type ReadEntry } from 'tar';
import type { Unpacking } from './unpacking.js';

/** Bits that `tar` takes away for anybody but root; those of the umask a fetcher runs with. */
const umask = 0o022;

/**
 * Unpacks a tar stream (gzip is recognised by itself). Strict: a damaged archive is an error. Files belong to this
 * process's user, as `tar` would do for anybody but root.
 */
export async function extractTar(input: Readable, unpacking: Unpacking): Promise<void> {
  const parser = new Parser({ strict: true });
  // The parser may go on as soon as an entry has been read; the next one waits until it has been placed.
  let placed = Promise.resolve();
  try {
    // An entry that could not be placed is never read, so the parser would wait for that for ever.
    await new Promise<void>((resolve, reject) => {
      parser.on('entry', (entry: ReadEntry) => {
        placed = placed.then(() => place(entry, unpacking));
        placed.catch(reject);
      });
      pipeline(input, parser).then(resolve, reject);
    });
    await placed;
  } finally {
    input.destroy();
  }
}

async function place(entry: ReadEntry, unpacking: Unpacking): Promise<void> {
  const { path, linkpath = '', type, mtime: modified } = entry;
  switch (type) {
    case 'Directory':
    case 'GNUDumpDir':
      await unpacking.directory(path, entry.mode ?? 0o755);
      break;
    case 'SymbolicLink':
      await unpacking.symbolicLink(path, linkpath);
      break;
    case 'Link':
      await unpacking.hardLink(path, linkpath);
      break;
    case 'File':
    case 'OldFile':
    case 'ContiguousFile': {
      const mode = (entry.mode ?? 0o644) & ~umask;
      await unpacking.file(path, () => Readable.from(entry), { mode, modified });
      break;
    }
    default:
      throw new Error(`archive entry '${path}' is of an unsupported type: ${type}`);
  }
  // What nobody wanted has to be read for the next entry to come.
  entry.resume();
}
