import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ParsedAnswer } from './answer-parser.js';
import { PipelinedPosts } from './pipelined-posts.js';

const ACCEPTED = 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n';
const LAST = 'HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

let server: Server;
let posts: PipelinedPosts;

afterEach(() => {
  posts.close();
  server.close();
});

/** A server that gets the bodies of the requests, as they come, of each connection; requests have bodies of one byte. */
async function serve(connected: (socket: Socket, onRequest: (act: (body: string) => void) => void) => void) {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    connected(socket, (act) => {
      let rest = '';
      socket.on('data', (chunk) => {
        rest += chunk.toString();
        for (let end = rest.indexOf('\r\n\r\n'); end >= 0 && rest.length > end + 4;) {
          act(rest.charAt(end + 4));
          rest = rest.slice(end + 5);
          end = rest.indexOf('\r\n\r\n');
        }
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = new URL(`http://127.0.0.1:${port}`);
  posts = new PipelinedPosts({ origin, path: '/', connectTimeoutMs: 5000, answerTimeoutMs: 5000 });
}

const send = (body: string): Promise<ParsedAnswer | Error> =>
  new Promise((settle) => posts.send({}, body, settle));

const statuses = async (bodies: string): Promise<unknown[]> =>
  (await Promise.all([...bodies].map(send))).map((answer) =>
    answer instanceof Error ? 'unknown' : answer.status,
  );

describe('requests without waiting for answers', () => {
  it('are all answered by a server that ends each connection behind one answer', async () => {
    const answered: string[] = [];
    await serve((socket, onRequest) => {
      let isOver = false;
      onRequest((body) => {
        if (isOver) return;
        isOver = true;
        answered.push(body);
        socket.end(LAST);
      });
    });
    expect(await statuses('abcdef')).toEqual([202, 202, 202, 202, 202, 202]);
    expect(answered.join('')).toBe('abcdef');
  });

  it('are sent once more when nothing is answered, and then their outcome is unknown', async () => {
    const seen: string[] = [];
    await serve((socket, onRequest) =>
      onRequest((body) => {
        seen.push(body);
        if (body === 'c') socket.destroy();
      }),
    );
    expect(await statuses('abc')).toEqual(['unknown', 'unknown', 'unknown']);
    expect(seen.join('')).toBe('abcabc');
  });

  it('keep the answers that come before the connection makes no sense any more', async () => {
    const connections: string[] = [];
    await serve((socket, onRequest) => {
      const number = connections.push('') - 1;
      onRequest((body) => {
        connections[number] += body;
        if (number > 0) socket.write(ACCEPTED);
        else if (body === 'b') socket.write(`${ACCEPTED}nonsense\r\n\r\n`);
      });
    });
    expect(await statuses('ab')).toEqual([202, 202]);
    expect(connections).toEqual(['ab', 'b']);
  });

  it('may be refused by a proxy that says where its answer ends by ending the connection', async () => {
    await serve((socket, onRequest) =>
      onRequest(() => socket.end('HTTP/1.0 503 Service Unavailable\r\nConnection: close\r\n\r\n<html>')),
    );
    expect(await send('a')).toMatchObject({ status: 503, text: '<html>' });
  });

  it('are not left waiting by a server that closes its side only', async () => {
    let connections = 0;
    server = createServer({ allowHalfOpen: true }, (socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      socket.on('data', () => socket.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const origin = new URL(`http://127.0.0.1:${port}`);
    posts = new PipelinedPosts({ origin, path: '/', connectTimeoutMs: 5000, answerTimeoutMs: 5000 });
    expect(await statuses('a')).toEqual(['unknown']);
    expect(connections).toBe(2);
  });
});
