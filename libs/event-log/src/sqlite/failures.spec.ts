import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogUnavailableError } from '../errors.js';
import { toLogFailure } from './failures.js';

const path = join(tmpdir(), 'events.db');
const withCode = (code: string) => Object.assign(new Error(`reason of ${code}`), { code });

describe('failures of the driver and the file system', () => {
  it.each([
    { code: 'SQLITE_FULL', expected: 'disk-full' },
    { code: 'ENOSPC', expected: 'disk-full' },
    { code: 'EDQUOT', expected: 'disk-full' },
    { code: 'SQLITE_IOERR_FSYNC', expected: 'io' },
    { code: 'SQLITE_BUSY', expected: 'io' },
    { code: 'SQLITE_READONLY', expected: 'io' },
    { code: 'SQLITE_CORRUPT', expected: 'io' },
    { code: 'EROFS', expected: 'io' },
  ])('$code means $expected', ({ code, expected }) => {
    const failure = toLogFailure(withCode(code), path);
    expect(failure.code).toBe(expected);
    expect(failure.message).toContain(path);
    expect(failure.message).toContain(`reason of ${code}`);
  });

  it('takes what has no code, and leaves what is already named', () => {
    expect(toLogFailure('thrown text', path)).toMatchObject({ code: 'io' });
    const named = new LogUnavailableError('closed', 'closed');
    expect(toLogFailure(named, path)).toBe(named);
  });
});
