import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extractTar } from './extract-tar.js';
import { extractZip } from './extract-zip.js';
import { decompress } from './run-program.js';
import { Unpacking } from './unpacking.js';

/** Unpacks the file `archive`, whose name for the task is `name`. */
type Extractor = (archive: string, unpacking: Unpacking, name: string) => Promise<void>;

/** By suffix, longest first where one ends another (spec/local-cluster.md §11 `extract`). */
const extractors: readonly (readonly [suffix: string, extract: Extractor])[] = [
  ['.tar', extractTarFile],
  ['.tgz', extractTarFile],
  ['.tar.gz', extractTarFile],
  ['.tbz2', (archive, unpacking) => extractTarWith('bzip2', archive, unpacking)],
  ['.tar.bz2', (archive, unpacking) => extractTarWith('bzip2', archive, unpacking)],
  ['.txz', (archive, unpacking) => extractTarWith('xz', archive, unpacking)],
  ['.tar.xz', (archive, unpacking) => extractTarWith('xz', archive, unpacking)],
  ['.zip', extractZip],
  ['.gz', gunzip],
];

/** An archive, where it goes, and who is told of what is left out. */
export interface Extraction {
  readonly archive: string;
  /** Its name for the task, which says what it is. */
  readonly name: string;
  readonly directory: string;
  readonly log: (line: string) => void;
}

/** Unpacks an archive when its name says that it is one; `false` when it is none. */
export async function extract({ archive, name, directory, log }: Extraction): Promise<boolean> {
  const extractor = extractors.find(([suffix]) => name.endsWith(suffix))?.[1];
  if (extractor === undefined) return false;
  await extractor(archive, await Unpacking.into(directory, log), name);
  return true;
}

function extractTarFile(archive: string, unpacking: Unpacking): Promise<void> {
  return extractTar(createReadStream(archive), unpacking);
}

async function extractTarWith(program: string, archive: string, unpacking: Unpacking): Promise<void> {
  const { output, success } = decompress(program, archive);
  await Promise.all([extractTar(output, unpacking), success]);
}

async function gunzip(archive: string, unpacking: Unpacking, name: string): Promise<void> {
  const unzipped = createGunzip();
  const content = (): typeof unzipped => {
    // Failures reach whoever reads.
    pipeline(createReadStream(archive), unzipped).catch((error: Error) => unzipped.destroy(error));
    return unzipped;
  };
  await unpacking.file(basename(name, '.gz'), content, { mode: 0o644 });
}
