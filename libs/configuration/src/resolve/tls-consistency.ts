import type { Configuration } from '../configuration.js';
import type { Findings } from '../sources/setting.js';

/** Whether there is to be a TLS listener. */
export const hasTls = ({ tlsCert, sslKeystorePath }: Configuration): boolean =>
  tlsCert !== undefined || sslKeystorePath !== undefined;

/** What only does something together with a TLS listener. */
const NEEDS_LISTENER = ['https_address', 'https_port'];

/** Rules of the listeners (`spec/operations.md` §10.2). Half a pair stops the start and names the flag that is missing. */
export function checkTls(
  configuration: Configuration,
  isSet: (flagName: string) => boolean,
  findings: Findings,
): void {
  const { tlsCert, tlsKey, tlsClientCa, sslKeystorePath, sslKeystorePassword, disableHttp } = configuration;
  needs(findings, ['tls_cert', tlsCert], ['tls_key', tlsKey]);
  needs(findings, ['tls_key', tlsKey], ['tls_cert', tlsCert]);
  needs(findings, ['ssl_keystore_path', sslKeystorePath], ['ssl_keystore_password', sslKeystorePassword]);
  needs(findings, ['ssl_keystore_password', sslKeystorePassword], ['ssl_keystore_path', sslKeystorePath]);
  if (tlsCert !== undefined && sslKeystorePath !== undefined) {
    findings.problem('`--tls_cert` and `--ssl_keystore_path` exclude each other');
  }
  if (tlsClientCa !== undefined && sslKeystorePath !== undefined) {
    // The authorities within a key store would count for clients, too, and nobody could tell.
    findings.problem('`--tls_client_ca` needs `--tls_cert` and `--tls_key` instead of `--ssl_keystore_path`');
  }
  const remedy = 'needs `--tls_cert` and `--tls_key`, or `--ssl_keystore_path` and `--ssl_keystore_password`';
  if (hasTls(configuration)) {
    if (!disableHttp) {
      findings.warn('HTTP stays open beside HTTPS; `--disable_http` closes it');
    }
    return;
  }
  if (disableHttp) findings.problem(`\`--disable_http\` ${remedy}: nothing would listen`);
  if (tlsClientCa !== undefined) findings.problem(`\`--tls_client_ca\` ${remedy}`);
  for (const name of NEEDS_LISTENER.filter(isSet)) findings.warn(`\`--${name}\` has no effect without TLS`);
}

type Given = readonly [flagName: string, value: unknown];

function needs(findings: Findings, [name, value]: Given, [partner, partnerValue]: Given): void {
  if (value !== undefined && partnerValue === undefined) {
    findings.problem(`\`--${name}\` needs \`--${partner}\``);
  }
}
