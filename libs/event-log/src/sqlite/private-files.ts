import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** For the owner alone: events hold whatever definitions hold, secrets in environments included. */
export const PRIVATE_FILE_MODE = 0o600;
export const PRIVATE_FOLDER_MODE = 0o700;

/** SQLite gives these the mode of the file itself, but only when it makes them. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/** Makes a folder that is missing, with this mode; folders above it have the usual one. An existing one keeps its own. */
export function makeFolder(path: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  unlessCode('EEXIST', () => mkdirSync(path, { mode }));
}

/**
 * Makes sure that a database file exists and is its owner's alone, before SQLite opens it. An existing one is not
 * opened: closing it again would drop the locks that this process may hold on it.
 */
export function makePrivateDatabase(path: string): void {
  unlessCode('EEXIST', () => closeSync(openSync(path, 'wx', PRIVATE_FILE_MODE)));
  makePrivate(path, PRIVATE_FILE_MODE);
  for (const companion of COMPANIONS) makePrivate(path + companion, PRIVATE_FILE_MODE);
}

/** Takes the rights of others away, if the file exists and is this user's. */
export function makePrivate(path: string, mode: number): void {
  unlessCode('ENOENT', () => unlessCode('EPERM', () => chmodSync(path, mode)));
}

function unlessCode(code: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== code) throw error;
  }
}
