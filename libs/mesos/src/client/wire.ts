/** Constants and headers of the HTTP exchange (`spec/mesos-client.md §1`). */

export const SCHEDULER_PATH = '/api/v1/scheduler';

/** The master compares the media type byte for byte: a charset would be answered 415. */
const JSON_MEDIA_TYPE = 'application/json';

/** Headers of a call; the stream id is forbidden on SUBSCRIBE and mandatory on everything else. */
export function jsonHeaders(variable: {
  authorization: string | undefined;
  streamId?: string;
}): Record<string, string> {
  const headers: Record<string, string> = { 'Content-Type': JSON_MEDIA_TYPE, Accept: JSON_MEDIA_TYPE };
  if (variable.streamId !== undefined) {
    headers['Mesos-Stream-Id'] = variable.streamId;
  }
  if (variable.authorization !== undefined) {
    headers['Authorization'] = variable.authorization;
  }
  return headers;
}

/**
 * The base URL that a 307 points to. Mesos sends `//host:port/path`, which keeps the scheme in use; a change of
 * scheme is not followed, for it would send credentials over another kind of connection (`§5.1`).
 */
export function redirectTarget(location: string, from: URL): URL | undefined {
  if (!URL.canParse(location, from.href)) {
    return undefined;
  }
  const target = new URL(location, from);
  return target.protocol === from.protocol ? new URL(target.origin) : undefined;
}

/** `Retry-After` in seconds, the only form a delay is taken from. */
export function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/u.test(header) ? Number(header) * 1000 : undefined;
}
