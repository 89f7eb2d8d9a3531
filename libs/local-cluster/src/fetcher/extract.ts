import { createReadStream, createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract as tarExtract } from 'tar';
import { extractZip } from './extract-zip.js';
import { decompress } from './run-program.js';

/** Unpacks the file `archive`, whose name for the task is `name`, into `directory`. */
type Extractor = (archive: string, directory: string, name: string) => Promise<void>;

/** By suffix, longest first where one ends another (spec/local-cluster.md §11 `extract`). */
const extractors: readonly (readonly [suffix: string, extract: Extractor])[] = [
  ['.tar', (archive, directory) => extractTar(createReadStream(archive), directory)],
  ['.tgz', extractTarGz],
  ['.tar.gz', extractTarGz],
  ['.tbz2', (archive, directory) => extractTarWith('bzip2', archive, directory)],
  ['.tar.bz2', (archive, directory) => extractTarWith('bzip2', archive, directory)],
  ['.txz', (archive, directory) => extractTarWith('xz', archive, directory)],
  ['.tar.xz', (archive, directory) => extractTarWith('xz', archive, directory)],
  ['.zip', extractZip],
  ['.gz', gunzip],
];

/** Unpacks an archive into `directory` when its name says that it is one; `false` when it is none. */
export async function extract(archive: string, name: string, directory: string): Promise<boolean> {
  const extractor = extractors.find(([suffix]) => name.endsWith(suffix))?.[1];
  if (extractor === undefined) return false;
  await extractor(archive, directory, name);
  return true;
}

function extractTarGz(archive: string, directory: string): Promise<void> {
  return extractTar(createReadStream(archive), directory);
}

async function extractTarWith(program: string, archive: string, directory: string): Promise<void> {
  const { output, success } = decompress(program, archive);
  await Promise.all([extractTar(output, directory), success]);
}

/**
 * Unpacks a tar stream (gzip is recognised by itself). Strict: a damaged archive, an absolute path or one that
 * leaves the directory, also through a link, is an error. Files belong to this process's user, as `tar` would do
 * for anybody but root.
 */
async function extractTar(input: Readable, directory: string): Promise<void> {
  const unpack = tarExtract({ cwd: directory, strict: true, preserveOwner: false, filter: refuseEscape });
  await pipeline(input, unpack);
}

/** `strict` alone would cut a leading slash off and go on. */
function refuseEscape(path: string): boolean {
  if (path.startsWith('/') || path.split('/').includes('..')) {
    throw new Error(`archive entry '${path}' leaves the sandbox`);
  }
  return true;
}

async function gunzip(archive: string, directory: string, name: string): Promise<void> {
  const path = join(directory, basename(name, '.gz'));
  await pipeline(createReadStream(archive), createGunzip(), createWriteStream(path));
}
