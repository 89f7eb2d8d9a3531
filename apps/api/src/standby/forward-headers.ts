import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Headers that describe one connection, not the request (RFC 9110 §7.6.1, §11.7). */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const MEDIA_TYPE = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;.*)?$/;

/** What `X-Marathon-Via` says of one node. */
export const viaOf = (hostPort: string): string => `1.1 ${hostPort}`;

/** Whether a request came through the node before. Intermediaries fold lines into lists, so each is split at commas. */
export function hasPassed(via: string | readonly string[] | undefined, hostPort: string): boolean {
  return listOf(via).includes(viaOf(hostPort));
}

/** The elements of a header that is a list, in order. */
export function listOf(header: string | readonly string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((line) => line.split(','))
    .map((element) => element.trim())
    .filter((element) => element !== '');
}

/** Who forwards, and for whom. */
export interface Hop {
  /** `host:port` of this node. */
  readonly hostPort: string;
  /** Address of the peer that sent the request. */
  readonly peer: string;
}

/** The headers of a request as it goes on to the leader (`spec/operations.md` §7.2). */
export function requestHeaders(headers: IncomingHttpHeaders, { hostPort, peer }: Hop): OutgoingHttpHeaders {
  const result = copyOf(headers);
  delete result['host'];
  const type = headers['content-type'];
  if (type !== undefined && !MEDIA_TYPE.test(type)) delete result['content-type'];
  const via = [headers['x-marathon-via'] ?? []].flat();
  result['x-marathon-via'] = [...via, viaOf(hostPort)];
  result['x-forwarded-for'] = [...listOf(headers['x-forwarded-for']), peer].join(', ');
  return result;
}

/** The headers of the leader's answer as they are passed on; they are the leader's own but for the way back. */
export function responseHeaders(headers: IncomingHttpHeaders, hostPort: string): OutgoingHttpHeaders {
  const result = copyOf(headers);
  const via = [headers['x-marathon-via'] ?? []].flat();
  result['x-marathon-via'] = [...via, viaOf(hostPort)];
  return result;
}

function copyOf(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const dropped = new Set(listOf(headers.connection).map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name) && !dropped.has(name)),
  );
}
