import { get as getPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getSecure } from 'node:https';
import type { Socket } from 'node:net';
import type { CheckResult } from '../protocol.js';
import type { EngineSurroundings } from './probes.js';

/** As many as the reference's HTTP client follows. */
const mostRedirects = 50;

type ReachOf = EngineSurroundings['reach'];

/**
 * GETs an address and what it redirects to. Certificates are not verified: the task is on this machine. With `reach`,
 * what the address calls this machine is the container: it is asked as if from inside, by the same name.
 */
export async function runHttpProbe(
  address: string,
  signal: AbortSignal,
  reach?: ReachOf,
): Promise<CheckResult> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const { statusCode, location } = await get(url, signal, reach && peerOf(url, reach));
    if (location === undefined || !isRedirect(statusCode)) return { statusCode };
    url = new URL(location, url);
  }
  throw new Error(`more than ${mostRedirects} redirects`);
}

const isRedirect = (code: number): boolean => [301, 302, 303, 307, 308].includes(code);

const ownNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whom to connect to for an address; nothing when it says so itself. */
function peerOf({ hostname, port, protocol }: URL, reach: ReachOf): RequestOptions {
  if (!ownNames.has(hostname)) return {};
  const effective = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const peer = reach(effective, [hostname === '[::1]' ? 'IPv6' : 'IPv4']);
  const name = port === '' ? hostname : `${hostname}:${port}`;
  return { hostname: peer.host, port: peer.port, headers: { host: name } };
}

interface Answer {
  readonly statusCode: number;
  readonly location: string | undefined;
}

/**
 * Resolves once the whole answer is there: one that does not end is none. A switch of protocols is an answer that has
 * nothing to follow.
 */
function get(url: URL, signal: AbortSignal, peer: RequestOptions = {}): Promise<Answer> {
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const take = (response: IncomingMessage): void => {
      isAnswered = true;
      const { statusCode = 0, headers } = response;
      response.once('end', () => resolve({ statusCode, location: headers.location }));
      // Whatever comes after the first error must find a listener, too.
      response.on('error', reject);
      response.once('close', () => reject(new Error('the answer ended too early')));
      response.resume();
    };
    // A connection per run: what a service does to connections that it has had for long is not what is asked.
    const options = { agent: false as const, signal, ...peer };
    const request = isSecure
      ? getSecure(url, { ...options, rejectUnauthorized: false }, take)
      : getPlain(url, options, take);
    // Without a listener Node closes the connection, and neither answers nor fails.
    request.once('upgrade', ({ statusCode = 0 }: IncomingMessage, socket: Socket) => {
      resolve({ statusCode, location: undefined });
      socket.destroy();
    });
    request.on('error', reject);
    request.once('close', () => {
      if (!isAnswered) reject(new Error('the connection ended without an answer'));
    });
  });
}
