import type { IncomingMessage } from 'node:http';
import type { Credential } from '../options.js';

/** Who sent a request; `principal` is absent where nobody asks. */
export type Authentication =
  { readonly kind: 'allowed'; readonly principal?: string | undefined } | { readonly kind: 'refused' };

/** HTTP Basic (C§7): the decoded value has exactly one colon. */
export function authenticate(request: IncomingMessage, credentials: readonly Credential[]): Authentication {
  const match = /^Basic ([A-Za-z0-9+/=]+)$/.exec(request.headers.authorization ?? '');
  const parts = Buffer.from(match?.[1] ?? '', 'base64')
    .toString('utf8')
    .split(':');
  const [principal, secret] = parts;
  const isKnown =
    parts.length === 2 &&
    credentials.some((credential) => credential.principal === principal && credential.secret === secret);
  return isKnown ? { kind: 'allowed', principal } : { kind: 'refused' };
}
