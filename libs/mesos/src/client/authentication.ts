/** HTTP Basic credentials of the framework (`spec/mesos-client.md §7`). */
export interface Authentication {
  /** Must equal `FrameworkInfo.principal`. */
  principal: string;
  /** A function is asked at first, and again whenever the master refuses, so that a rotated secret is picked up. */
  secret: string | (() => string);
}

/** The header's value, or why the credentials cannot be sent. Neither is ever to be logged with the secret in it. */
export type AuthorizationHeader = { ok: true; value: string | undefined } | { ok: false; error: string };

/**
 * The `Authorization` header. Mesos splits the decoded value at every `:` and wants exactly two parts, so neither
 * principal nor secret may hold one.
 */
export function authorizationHeader(authentication: Authentication | undefined): AuthorizationHeader {
  if (authentication === undefined) {
    return { ok: true, value: undefined };
  }
  const { principal } = authentication;
  const secret = readSecret(authentication.secret);
  if (secret === undefined) {
    return { ok: false, error: `the secret of Mesos principal '${principal}' cannot be read` };
  }
  if (principal === '' || principal.includes(':')) {
    return { ok: false, error: "the Mesos principal must not be empty and must not contain ':'" };
  }
  if (secret.includes(':')) {
    return { ok: false, error: `the secret of Mesos principal '${principal}' must not contain ':'` };
  }
  return { ok: true, value: `Basic ${Buffer.from(`${principal}:${secret}`, 'utf8').toString('base64')}` };
}

/** What the source throws is not passed on: it may hold parts of the secret. */
function readSecret(source: Authentication['secret']): string | undefined {
  if (typeof source === 'string') {
    return source;
  }
  try {
    return source();
  } catch {
    return undefined;
  }
}
