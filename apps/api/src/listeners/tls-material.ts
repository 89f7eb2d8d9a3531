import { readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { createSecureContext, rootCertificates, TLSSocket, type SecureContextOptions } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import type { Configuration } from '#configuration';

/** The files of the TLS listener cannot be used; the process should end as with any wrong setting (exit code 112). */
export class TlsFilesError extends Error {
  override readonly name = 'TlsFilesError';
}

export type TlsSettings = Pick<
  Configuration,
  'tlsCert' | 'tlsKey' | 'tlsCa' | 'tlsClientCa' | 'sslKeystorePath' | 'sslKeystorePassword'
>;

/** What the files say, ready for use. */
export interface TlsMaterial {
  /** This node's certificate with its key, for both ends of a connection. */
  readonly identity: SecureContextOptions;
  /** Whose certificates clients must show (PEM); absent when none is asked for. */
  readonly clientAuthorities: string | undefined;
  /** Whom this node believes when it connects to another one: the known authorities, `--tls_ca`, its own chain (PEM). */
  readonly trusted: readonly string[];
  /** Equal for equal files. */
  readonly fingerprint: string;
}

/** First bytes of a Java key store in the format before PKCS12. */
const JKS_MAGIC = 'feedfeed';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Reads the files of the TLS flags (`spec/operations.md` §10.2).
 *
 * @returns nothing when there is to be no TLS listener.
 * @throws {TlsFilesError} a file is missing or is not what its flag says, with the name of the flag.
 */
export function readTlsMaterial(settings: TlsSettings): TlsMaterial | undefined {
  const { tlsCa, tlsClientCa } = settings;
  const own = readIdentity(settings);
  if (own === undefined) return undefined;
  const authorities = tlsCa === undefined ? undefined : readCertificates('tls_ca', tlsCa);
  const clients = tlsClientCa === undefined ? undefined : readCertificates('tls_client_ca', tlsClientCa);
  return {
    identity: own.identity,
    clientAuthorities: clients?.join('\n'),
    trusted: [...rootCertificates, ...(authorities ?? []), ...own.chain],
    fingerprint: [...own.bytes.map((file) => file.toString('base64')), authorities, clients].join('\0'),
  };
}

interface OwnIdentity {
  readonly identity: SecureContextOptions;
  readonly chain: readonly string[];
  readonly bytes: readonly Buffer[];
}

function readIdentity(settings: TlsSettings): OwnIdentity | undefined {
  const { tlsCert, tlsKey, sslKeystorePath, sslKeystorePassword } = settings;
  if (tlsCert !== undefined && tlsKey !== undefined) return pemIdentity(tlsCert, tlsKey);
  if (sslKeystorePath !== undefined && sslKeystorePassword !== undefined) {
    return keystoreIdentity(sslKeystorePath, sslKeystorePassword);
  }
  return undefined;
}

function pemIdentity(certPath: string, keyPath: string): OwnIdentity {
  const chain = readCertificates('tls_cert', certPath);
  const [cert, key] = [readFile('tls_cert', certPath), readFile('tls_key', keyPath)];
  const identity = { cert, key };
  usable('`--tls_cert` and `--tls_key`', identity);
  return { identity, chain, bytes: [cert, key] };
}

function keystoreIdentity(path: string, passphrase: string): OwnIdentity {
  const pfx = readFile('ssl_keystore_path', path);
  if (pfx.subarray(0, 4).toString('hex') === JKS_MAGIC) {
    throw new TlsFilesError(
      '`--ssl_keystore_path` is in the old format JKS; `keytool -importkeystore -srckeystore old.jks ' +
        '-destkeystore new.p12 -deststoretype pkcs12` makes it PKCS12',
    );
  }
  const identity = { pfx, passphrase };
  usable('`--ssl_keystore_path` with `--ssl_keystore_password`', identity);
  return { identity, chain: [certificateOf(identity)], bytes: [pfx, Buffer.from(passphrase)] };
}

/** The certificate within a key store, which only a connection tells. */
function certificateOf(identity: SecureContextOptions): string {
  const secureContext = createSecureContext(identity);
  const connection = new TLSSocket(new Duplex({ read() {}, write() {} }), { isServer: true, secureContext });
  const certificate = connection.getCertificate();
  connection.destroy();
  if (certificate === null || !('raw' in certificate) || certificate.raw === undefined) {
    throw new TlsFilesError('`--ssl_keystore_path` holds no certificate');
  }
  return new X509Certificate(certificate.raw).toString();
}

function usable(flags: string, identity: SecureContextOptions): void {
  try {
    createSecureContext(identity);
  } catch (error) {
    throw new TlsFilesError(`${flags} cannot be used: ${textOf(error)}`);
  }
}

function readCertificates(flag: string, path: string): string[] {
  const found = readFile(flag, path).toString('latin1').match(CERTIFICATE) ?? [];
  if (found.length === 0) throw new TlsFilesError(`\`--${flag}\`: ${path} holds no certificate in PEM form`);
  try {
    return found.map((pem) => new X509Certificate(pem).toString());
  } catch (error) {
    throw new TlsFilesError(`\`--${flag}\`: ${path} holds a certificate that is damaged: ${textOf(error)}`);
  }
}

function readFile(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new TlsFilesError(`\`--${flag}\` cannot be read: ${textOf(error)}`);
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
