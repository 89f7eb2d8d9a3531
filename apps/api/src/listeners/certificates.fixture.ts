import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key as files. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export const PASSWORD = 'changeit';

/** Makes certificates in a directory of its own. */
export class CertificateForge {
  readonly dir = mkdtempSync(join(tmpdir(), 'ekiden-tls-'));

  /** An authority, or any certificate that vouches for itself. */
  selfSigned(name: string, subjectAltName = 'IP:127.0.0.1'): Identity {
    const { cert, key } = this.paths(name);
    this.openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
      ['-addext', `subjectAltName=${subjectAltName}`],
    );
    return { cert, key };
  }

  /** A certificate that an authority vouches for. */
  issued(name: string, authority: Identity, subjectAltName = 'IP:127.0.0.1'): Identity {
    const { cert, key } = this.paths(name);
    this.openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
      [
        '-CA',
        authority.cert,
        '-CAkey',
        authority.key,
        '-addext',
        `subjectAltName=${subjectAltName}`,
        '-addext',
        'basicConstraints=critical,CA:FALSE',
      ],
    );
    return { cert, key };
  }

  /** A key store with one certificate; its password is {@link PASSWORD}. */
  keystore({ cert, key }: Identity): string {
    const path = `${cert}.p12`;
    this.openssl(
      'pkcs12',
      '-export',
      '-in',
      cert,
      '-inkey',
      key,
      '-out',
      path,
      '-passout',
      `pass:${PASSWORD}`,
    );
    return path;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }

  private paths(name: string): Identity {
    return { cert: join(this.dir, `${name}.crt`), key: join(this.dir, `${name}.key`) };
  }

  private openssl(...args: (string | readonly string[])[]): void {
    execFileSync('openssl', args.flat(), { stdio: 'pipe' });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export const read = (path: string): string => readFileSync(path, 'utf8');
