/** Clients may send the whole address, as to a proxy (RFC 9112 §3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i;
const REPEATED_SLASHES = /\/{2,}/g;
const ENCODED_SLASH = /%2f/gi;

/** The path and query of a request target, as the client wrote them. */
export const originForm = (target: string): string => {
  const url = target.startsWith('/') ? target : target.replace(ABSOLUTE_FORM, '');
  return url.startsWith('/') ? url : `/${url}`;
};

/**
 * The URL that the router sees: repeated slashes are one, `%2F` is a slash, a trailing slash is dropped; the query
 * string stays as it is (`spec/rest-api.md` §1.4). Clients of Marathon put the leading slash of an id behind the
 * collection's own (`/v2/apps//shop/db`).
 */
export function normalizeUrl(target: string): string {
  const url = target.startsWith('/') ? target : target.replace(ABSOLUTE_FORM, '');
  const queryStart = url.indexOf('?');
  const path = queryStart < 0 ? url : url.slice(0, queryStart);
  const normal = normalizePath(path);
  if (normal === path) return url;
  return queryStart < 0 ? normal : normal + url.slice(queryStart);
}

function normalizePath(path: string): string {
  const untidy = path.includes('//') || path.includes('%2') || (path.length > 1 && path.endsWith('/'));
  if (!untidy) return path;
  const collapsed = path.replace(ENCODED_SLASH, '/').replace(REPEATED_SLASHES, '/');
  return collapsed.length > 1 && collapsed.endsWith('/') ? collapsed.slice(0, -1) : collapsed;
}
