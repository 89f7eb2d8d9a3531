import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { LogUnavailableError } from '../errors.js';

/** Below this much free space an I/O error counts as a full disk: SQLite reports some of them as plain I/O errors. */
const FULL_BELOW_BYTES = 256 * 1024;

/** Names what went wrong in the port's terms. `path` is the file that was written to. */
export function toLogFailure(error: unknown, path: string): LogUnavailableError {
  if (error instanceof LogUnavailableError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (isDiskFull(error, path)) {
    return new LogUnavailableError('disk-full', `no room left for the event log ${path}: ${reason}`, {
      cause: error,
    });
  }
  return new LogUnavailableError('io', `the event log ${path} failed: ${reason}`, { cause: error });
}

/** True for SQLite's `SQLITE_BUSY`: somebody else holds a lock on the file. */
export function isBusy(error: unknown): boolean {
  return errorCode(error).startsWith('SQLITE_BUSY');
}

function isDiskFull(error: unknown, path: string): boolean {
  const code = errorCode(error);
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return true;
  return code.startsWith('SQLITE_IOERR') && freeBytes(path) < FULL_BELOW_BYTES;
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

function errorCode(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
