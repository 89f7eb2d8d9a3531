import type { Socket } from 'node:net';
import { LineReader, LineWriter } from '../supervisor/lines.js';
import type { LinkEnd, MemoryLink } from './link.js';

/** What asks for a link, and what says that it is one: a page in a browser cannot send it. */
export const LINK_PATH = '/_link';
export const LINK_PROTOCOL = 'ekiden-agent-link';

/** A silent connection is asked after this long whether anybody is left at its other end. */
const KEEP_ALIVE_MS = 10_000;

/** A connection that both sides have agreed to use as a link. */
export interface LinkSocket {
  readonly socket: Socket;
  /** What came together with the agreement. */
  readonly head: Buffer;
}

/**
 * Lets a link reach into another process (spec/local-cluster.md §7.0): whoever holds the one end talks over the socket,
 * as JSON lines, to `far`, the other end, which stands for the process over there. The link is up for as long as the
 * socket; taking it down closes the socket. Resolves when it is over.
 */
export function bridge<Out, In>(
  link: MemoryLink,
  far: LinkEnd<Out, In>,
  { socket, head }: LinkSocket,
): Promise<void> {
  const writer = new LineWriter(socket);
  const reader = new LineReader((record) => far.send(record as Out));
  const read = (chunk: Buffer): void => {
    try {
      reader.push(chunk);
    } catch {
      // Whoever is there does not speak our language.
      socket.destroy();
    }
  };
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.setTimeout(0);
  far.listen({
    connected: () => undefined,
    disconnected: () => socket.destroy(),
    message: (message) => writer.write(message),
  });
  socket.on('data', read);
  socket.on('error', () => socket.destroy());
  // Sockets of an HTTP server may be half open; a link is not.
  socket.on('end', () => socket.destroy());
  link.connect();
  if (head.length > 0) read(head);
  return new Promise((resolve) => {
    socket.once('close', () => {
      link.disconnect();
      resolve();
    });
  });
}
