import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { KEY_BYTES, SecretBox } from './secret-box.js';

/** A key file does not hold a key, or cannot be read. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** The key of a file with 32 random bytes in base64. @throws {KeyFileError} */
export function readKeyFile(path: string): SecretBox {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new KeyFileError(`${path} cannot be read: ${(error as Error).message}`);
  }
  const key = /^[\w+/-]+={0,2}$/.test(text.trim()) ? Buffer.from(text.trim(), 'base64') : Buffer.alloc(0);
  if (key.length !== KEY_BYTES) {
    throw new KeyFileError(
      `${path} must hold ${KEY_BYTES} random bytes in base64, as of \`openssl rand -base64 32\``,
    );
  }
  return new SecretBox(key);
}

/** The same; a file that is missing is made, for its owner alone. @throws {KeyFileError} */
export function readOrMakeKeyFile(path: string): SecretBox {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flush: true });
    try {
      // Whole or not at all, and never in the place of a key that is there.
      linkSync(draft, path);
    } finally {
      unlinkSync(draft);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new KeyFileError(`${path} cannot be made: ${(error as Error).message}`);
  }
  return readKeyFile(path);
}
