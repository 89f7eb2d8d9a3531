import type { Endpoint } from '#domain';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';

/** A first line longer than this is not HTTP. */
const MAX_LINE_LENGTH = 8192;

/** The rest of an answer is taken in for so long and so far, that the server need not see its connection broken. */
const LINGER_MS = 250;
const LINGER_BYTES = 65_536;

const STATUS_LINE = /^HTTP\/\d(?:\.\d)? (\d{3})(?: ([^\r\n]*))?\r?$/;

/** A request and who is told of the answer; one of the two is called, once. */
export interface HttpDialogue {
  readonly request: string;
  readonly onStatus: (status: number, reason: string) => void;
  readonly onRefused: (cause: string) => void;
}

/** The text of a GET request (`spec/scheduling.md` §5.2). */
export function httpHead({ host, port }: Endpoint, path = '/'): string {
  const absolute = path.startsWith('/') ? path : `/${path}`;
  const target = Buffer.from(absolute).toString().replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return `GET ${target} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: Ekiden\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
}

export const connectPlain = (host: string, port: number): Socket => connect({ host, port });

let anyServer: SecureContext | undefined;

/** Any certificate, any host name, any version of the protocol, no server name (`spec/scheduling.md` §5.2). */
export function connectSecurely(host: string, port: number): Socket {
  anyServer ??= createSecureContext({ minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
  return connectTls({ host, port, rejectUnauthorized: false, secureContext: anyServer });
}

/** Sends the request once connected and reads the first line of the answer; the rest is thrown away. */
export function converse(
  socket: Socket,
  connected: 'connect' | 'secureConnect',
  { request, onStatus, onRefused }: HttpDialogue,
): void {
  let line = '';
  let answered = false;
  const answer = (told: () => void): void => {
    answered = true;
    told();
  };
  socket.setEncoding('latin1');
  socket.once(connected, () => socket.write(request));
  socket.on('data', (text: string) => {
    if (answered) return;
    line += text;
    const end = line.indexOf('\n');
    if (end < 0 && line.length <= MAX_LINE_LENGTH) return;
    const match = STATUS_LINE.exec(line.slice(0, Math.max(end, 0)));
    if (match === null) {
      answer(() => onRefused('the answer is not HTTP'));
      socket.destroy();
      return;
    }
    answer(() => onStatus(Number(match[1]), match[2] ?? ''));
    linger(socket);
  });
  socket.once('close', () => {
    if (!answered) answer(() => onRefused('the connection was closed without an answer'));
  });
}

function linger(socket: Socket): void {
  const end = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(end));
  socket.on('data', () => {
    if (socket.bytesRead > LINGER_BYTES) socket.destroy();
  });
}
