import { once } from 'node:events';
import { connect } from 'node:net';
import { Agent, request, type IncomingMessage } from 'node:http';

/** A request as some client could send it, mended only as far as HTTP itself demands. */
export interface RawRequest {
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** What came back, as far as it was waited for. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Nothing where the answer goes on for ever. */
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** Types of answers that have no end. */
const ENDLESS = /^(?:text\/event-stream|application\/x-ndjson)/;

/** Sends a request to `host:port` of a base address, target and headers as they are. */
export function sendRaw(
  base: string,
  { method, target, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(base);
  // Node frames the bodies of some methods only.
  const framing = body === undefined ? {} : { 'content-length': String(body.length) };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        hostname,
        port,
        method,
        path: sendable(target),
        headers: { ...sendableHeaders(headers), ...framing },
      },
      (answer) => {
        const done = (text: string): void =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
        if (
          ENDLESS.test(answer.headers['content-type'] ?? '') &&
          answer.headers['content-length'] === undefined
        ) {
          answer.destroy();
          return done('');
        }
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => done(Buffer.concat(chunks).toString()));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Sends these bytes on a connection of their own, and waits until the other end closes it. */
export async function sendBytes(base: string, pieces: readonly Buffer[]): Promise<void> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined).resume();
  for (const piece of pieces) socket.write(piece);
  socket.end();
  await once(socket, 'close');
}

/** With percent signs for what Node does not send, lone halves of pairs included. */
const sendable = (target: string): string =>
  target.replace(/[^\x21-\x7e]+/g, (part) =>
    [...Buffer.from(part)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );

const sendableHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')]),
  );
