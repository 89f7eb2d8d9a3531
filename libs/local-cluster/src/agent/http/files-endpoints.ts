import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { badRequest, json, notFound, type Answer, type Endpoint } from './answer.js';
import type { OwnerNames } from './owner-names.js';
import type { SandboxPaths } from './sandbox-paths.js';

/** Most bytes of one `read` answer: 16 memory pages. */
const longestRead = 65_536;

const missingPath = badRequest("Expecting 'path=value' in query.\n");

/** `/files/browse`, `/files/read`, `/files/download` (C§24.2). */
export function filesEndpoints(paths: SandboxPaths, owners: OwnerNames): Map<string, Endpoint> {
  const withPath =
    (answer: (path: string, real: string, query: URLSearchParams) => Promise<Answer>): Endpoint =>
    async (query) => {
      const path = query.get('path');
      if (path === null || path === '') return missingPath;
      const resolved = await paths.resolve(path);
      return resolved === undefined ? notFound() : answer(path, resolved.real, query);
    };
  return new Map<string, Endpoint>([
    ['/files/browse', withPath((path, real) => browse(path, real, owners))],
    ['/files/read', withPath((_path, real, query) => read(real, query))],
    ['/files/download', withPath((_path, real) => download(real))],
  ]);
}

async function browse(path: string, real: string, owners: OwnerNames): Promise<Answer> {
  if (!(await stat(real)).isDirectory()) return notFound();
  const names = (await readdir(real)).toSorted();
  const entries = await Promise.all(
    names.map(async (name) => {
      const stats = await statOrLink(join(real, name));
      return stats === undefined ? undefined : describe(join(path, name), stats, owners);
    }),
  );
  return json(entries.filter((entry) => entry !== undefined));
}

/** A dangling link is shown as the link; a file that just went away not at all. */
async function statOrLink(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => lstat(path).catch(() => undefined));
}

async function describe(path: string, stats: Stats, owners: OwnerNames): Promise<Record<string, unknown>> {
  return {
    path,
    nlink: stats.nlink,
    size: stats.size,
    mtime: Math.floor(stats.mtimeMs / 1000),
    mode: modeText(stats),
    uid: await owners.userName(stats.uid),
    gid: await owners.groupName(stats.gid),
  };
}

function modeText(stats: Stats): string {
  const type = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  const bits = [6, 3, 0].map((shift) => {
    const triple = (stats.mode >> shift) & 7;
    return `${triple & 4 ? 'r' : '-'}${triple & 2 ? 'w' : '-'}${triple & 1 ? 'x' : '-'}`;
  });
  return type + bits.join('');
}

async function read(real: string, query: URLSearchParams): Promise<Answer> {
  const offset = parseNumber(query.get('offset'));
  const length = parseNumber(query.get('length'));
  if (offset === undefined) return badRequest(`Failed to parse offset: '${query.get('offset')}'.\n`);
  if (length === undefined) return badRequest(`Failed to parse length: '${query.get('length')}'.\n`);
  if (offset < -1) return badRequest(`Negative offset provided: ${offset}.\n`);
  if (length < -1) return badRequest(`Negative length provided: ${length}.\n`);
  const file = await openRegular(real);
  if (file === undefined) return badRequest(cannot('read', (await stat(real)).isDirectory()));
  try {
    const { size } = await file.stat();
    if (offset === -1) return json({ data: '', offset: size });
    const wanted = length === -1 ? longestRead : Math.min(length, longestRead);
    const buffer = Buffer.alloc(Math.max(0, Math.min(wanted, size - offset)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    return json({ data: buffer.toString('utf8', 0, bytesRead), offset });
  } finally {
    await file.close();
  }
}

const cannot = (verb: string, isDirectory: boolean): string =>
  `Cannot ${verb} a ${isDirectory ? 'directory' : 'special file'}.\n`;

/**
 * Nothing when it is no regular file. Whoever opens a pipe waits for its other end, unless told not to; a few such
 * waits would take all threads of the process.
 */
async function openRegular(real: string): Promise<FileHandle | undefined> {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  let file: FileHandle;
  try {
    file = await open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  } catch (error) {
    // A socket, and a device without a driver.
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return undefined;
    throw error;
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

/** Absent means −1; nothing when it is no integer. */
function parseNumber(text: string | null): number | undefined {
  if (text === null || text === '') return -1;
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

async function download(real: string): Promise<Answer> {
  const file = await openRegular(real);
  if (file === undefined) return badRequest(cannot('download', (await stat(real)).isDirectory()));
  const { size } = await file.stat();
  if (size === 0) await file.close();
  // A file that grows meanwhile must not exceed the announced length.
  const content = size === 0 ? Readable.from([]) : file.createReadStream({ start: 0, end: size - 1 });
  return { kind: 'file', name: basename(real), size, content };
}
