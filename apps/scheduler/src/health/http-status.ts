import type { Endpoint, HealthCheck } from '#domain';
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Deadline } from './probe.js';

/** The rest of an answer is taken in for so long, that the server need not see its connection broken. */
const LINGER_MS = 250;

export interface HttpStatus {
  readonly status: number;
  readonly reason: string;
}

export interface HttpQuestion {
  /** Where to connect to; the request names the host of the endpoint. */
  readonly address: string;
  readonly endpoint: Endpoint;
  readonly check: HealthCheck;
  readonly deadline: Deadline;
}

/**
 * The status of the first answer to a GET, on a connection of its own: also a provisional one, and whatever becomes of
 * the body. HTTPS takes any certificate, host name and version of the protocol, and names no server
 * (`spec/scheduling.md` §5.2). Rejects when no answer comes.
 */
export function askStatus({ address, endpoint, check, deadline }: HttpQuestion): Promise<HttpStatus> {
  const { host, port } = endpoint;
  const headers = {
    host: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    'user-agent': 'Ekiden',
    accept: '*/*',
  };
  const options = { host: address, port, path: targetOf(check.path), headers, agent: false };
  if (check.protocol !== 'HTTPS') return statusOf(requestHttp(options), deadline);
  const trusting = { ...options, rejectUnauthorized: false, servername: '', secureContext: anyServer() };
  return statusOf(requestHttps(trusting), deadline);
}

function statusOf(asking: ClientRequest, { timeoutMs, message }: Deadline): Promise<HttpStatus> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => asking.destroy(new Error(message)), timeoutMs);
    const answered = (status = 0, reason = ''): void => {
      resolve({ status, reason });
      clearTimeout(timer);
      timer = setTimeout(() => asking.destroy(), LINGER_MS);
    };
    asking.once('response', (response: IncomingMessage) => {
      answered(response.statusCode, response.statusMessage);
      response.on('error', () => undefined);
      response.resume();
    });
    asking.once('information', ({ statusCode, statusMessage }) => answered(statusCode, statusMessage));
    asking.once('upgrade', ({ statusCode, statusMessage }: IncomingMessage) => {
      answered(statusCode, statusMessage);
      asking.destroy();
    });
    asking.on('error', reject);
    asking.once('close', () => clearTimeout(timer));
    asking.end();
  });
}

/** The path as it goes over the line: absolute, and escaped where it has to be. */
function targetOf(path = '/'): string {
  const absolute = path.startsWith('/') ? path : `/${path}`;
  return Buffer.from(absolute)
    .toString()
    .replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);
}

let context: SecureContext | undefined;

const anyServer = (): SecureContext =>
  (context ??= createSecureContext({ minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }));
