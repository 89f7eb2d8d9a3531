import type { IncomingMessage } from 'node:http';

const ABSOLUTE = /^https?:\/\//i;

/**
 * The address that a request is for, whatever its target looks like: `//` is a path as well, and not the begin of a host
 * name. A target that is no address at all leads to a path that nobody answers.
 */
export function requestUrl({ url = '/' }: Pick<IncomingMessage, 'url'>): URL {
  const absolute = url.startsWith('/') ? `http://localhost${url}` : url;
  return ABSOLUTE.test(absolute) && URL.canParse(absolute)
    ? new URL(absolute)
    : new URL('http://localhost/%00');
}

/** A part of a path as it was meant; one that is no encoding of anything stands for itself. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
