import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Length of a key. */
export const KEY_BYTES = 32;

const VERSION = 'v1';

/** A sealed text cannot be opened here; the message says why, and what to do. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
}

/**
 * Seals texts that must never be stored in clear, with AES-256-GCM. Equal texts for the same purpose have the same
 * sealed form, so that a command that comes again is the same command; nothing else shows through.
 */
export class SecretBox {
  /** Tells keys apart without telling anything of them. */
  readonly keyId: string;
  private readonly encryptionKey: Buffer;
  private readonly nonceKey: Buffer;

  /** @param key of {@link KEY_BYTES} random bytes. */
  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${key.length}`);
    this.encryptionKey = derive(key, 'encryption');
    this.nonceKey = derive(key, 'nonce');
    this.keyId = createHash('sha256').update(derive(key, 'id')).digest('hex').slice(0, 8);
  }

  /** `v1.<key id>.<nonce>.<ciphertext and tag>`; what was sealed for one purpose opens for no other. */
  seal(text: string, purpose: string): string {
    const nonce = createHmac('sha256', this.nonceKey)
      .update(`${purpose.length}:${purpose}${text}`)
      .digest()
      .subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.encryptionKey, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, this.keyId, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /** @throws {SealBrokenError} sealed with another key, or damaged. */
  open(sealed: string, purpose: string): string {
    const [version, keyId = '', nonce = '', body = ''] = sealed.split('.');
    if (version !== VERSION)
      throw new SealBrokenError('it is sealed in a form that this version does not know');
    if (keyId !== this.keyId) {
      throw new SealBrokenError(
        `it is sealed with another key (${keyId}) than this node has (${this.keyId})`,
      );
    }
    const bytes = Buffer.from(body, 'base64url');
    try {
      const decipher = createDecipheriv(CIPHER, this.encryptionKey, Buffer.from(nonce, 'base64url'));
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
      return text.toString('utf8');
    } catch {
      throw new SealBrokenError('its seal is damaged');
    }
  }
}

const derive = (key: Buffer, use: string): Buffer =>
  createHmac('sha256', key).update(`ekiden webhook secrets: ${use}`).digest();
