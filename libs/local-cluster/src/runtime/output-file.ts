import { closeSync, constants, fchownSync, fstatSync, openSync } from 'node:fs';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/** Neither follows a link nor waits for the other end of a pipe. */
const flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK;

/** What opening says about links, pipes without a reader, sockets and directories. */
const irregular: ReadonlySet<string> = new Set(['ELOOP', 'ENXIO', 'EISDIR']);

/** Whom files of a task belong to. */
export interface OutputOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Opens the `stdout` or `stderr` of a task to append to it, and gives the file descriptor. The sandbox is the task's:
 * it, or what was fetched, may have put anything in the place of the file, while the opening process may be root.
 * Only a regular file is accepted, and with an owner only one of theirs; a missing one is made.
 *
 * @throws Error when it is something else, or cannot be opened.
 */
export function openOutput(path: string, owner?: OutputOwner): number {
  let fd: number;
  try {
    fd = openOrCreate(path, owner);
  } catch (error) {
    if (irregular.has((error as NodeJS.ErrnoException).code ?? '')) throw notRegular(path);
    throw error;
  }
  const stats = fstatSync(fd);
  if (stats.isFile() && (owner === undefined || stats.uid === owner.uid)) return fd;
  closeSync(fd);
  throw stats.isFile() ? new Error(`'${path}' is not the task's own`) : notRegular(path);
}

function openOrCreate(path: string, owner: OutputOwner | undefined): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const fd = openSync(path, flags | O_CREAT | O_EXCL, 0o644);
  if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
  return fd;
}

const notRegular = (path: string): Error => new Error(`'${path}' is not a regular file`);
