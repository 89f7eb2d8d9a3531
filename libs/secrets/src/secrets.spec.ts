import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyFileError } from './key-files.js';
import { SealBrokenError, SecretBox } from './secret-box.js';
import { WebhookSecrets } from './webhook-secrets.js';

const SECRET = 'hush, hush — ünïcode';

describe('SecretBox', () => {
  const box = new SecretBox(randomBytes(32));

  it('opens what it sealed, and shows nothing of it', () => {
    const sealed = box.seal(SECRET, 'a');
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').toString()).not.toContain('hush');
    expect(box.open(sealed, 'a')).toBe(SECRET);
  });

  it('seals the same text the same way, and another one with another nonce', () => {
    expect(box.seal(SECRET, 'a')).toBe(box.seal(SECRET, 'a'));
    const nonces = ['x', 'y'].flatMap((text) => ['a', 'b'].map((use) => box.seal(text, use).split('.')[2]));
    expect(new Set(nonces).size).toBe(4);
  });

  it.each<[string, (sealed: string) => string, string, RegExp]>([
    ['another purpose', (sealed) => sealed, 'b', /damaged/],
    [
      'a changed byte',
      (sealed) => `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`,
      'a',
      /damaged/,
    ],
    ['no seal', () => 'plain', 'a', /does not know/],
    ['nothing inside', (sealed) => sealed.split('.').slice(0, 3).join('.'), 'a', /damaged/],
  ])('does not open with %s', (_, change, purpose, message) => {
    const open = () => box.open(change(box.seal(SECRET, 'a')), purpose);
    expect(open).toThrow(SealBrokenError);
    expect(open).toThrow(message);
  });

  it('names both keys when it is the wrong one', () => {
    const other = new SecretBox(randomBytes(32));
    expect(() => other.open(box.seal(SECRET, 'a'), 'a')).toThrow(
      `it is sealed with another key (${box.keyId}) than this node has (${other.keyId})`,
    );
  });
});

describe('WebhookSecrets', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ekiden-secrets-'));
    path = join(folder, 'data', 'webhook.key');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes a key of its own when it seals the first secret, for its owner alone, and keeps it', () => {
    const secrets = new WebhookSecrets({ kind: 'own', path });
    expect(existsSync(path)).toBe(false);
    const sealed = secrets.seal(SECRET);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    const next = new WebhookSecrets({ kind: 'own', path });
    expect(next.open(sealed)).toBe(SECRET);
    expect(next.seal(SECRET)).toBe(sealed);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('makes no key to open something with', () => {
    const secrets = new WebhookSecrets({ kind: 'own', path });
    expect(() => secrets.open('v1.x.y.z')).toThrow(SealBrokenError);
    expect(existsSync(path)).toBe(false);
  });

  it('uses a key that is given', () => {
    const given = join(folder, 'key');
    writeFileSync(given, `${randomBytes(32).toString('base64')}\n`);
    const [one, other] = [0, 1].map(() => new WebhookSecrets({ kind: 'given', path: given }));
    expect(other?.open(one?.seal(SECRET) ?? '')).toBe(SECRET);
  });

  it.each([['short'], [''], ['%%%'], [randomBytes(31).toString('base64')]])('refuses %j as a key', (text) => {
    const given = join(folder, 'key');
    writeFileSync(given, text);
    expect(() => new WebhookSecrets({ kind: 'given', path: given })).toThrow(KeyFileError);
  });

  it('says what is missing without a key', () => {
    expect(() => new WebhookSecrets({ kind: 'given', path })).toThrow(/cannot be read/);
    const secrets = new WebhookSecrets({ kind: 'missing' });
    expect(secrets.unavailable).toContain('--webhook_key_file');
    expect(() => secrets.seal(SECRET)).toThrow(KeyFileError);
    expect(() => secrets.open('v1.x.y.z')).toThrow(/--webhook_key_file/);
  });
});
