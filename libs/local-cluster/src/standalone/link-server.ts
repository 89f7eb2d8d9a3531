import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { MemoryLink } from '../link/link.js';
import { bridge, LINK_PATH, LINK_PROTOCOL } from '../link/socket-bridge.js';
import type { Master } from '../master/master.js';

const REFUSED = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
const AGREED = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${LINK_PROTOCOL}\r\n\r\n`;

/** Where agents of other processes come in, on the master's own port. Nobody is let in before a master leads here. */
export class LinkServer {
  /** Whom agents come to. */
  master: Master | undefined;
  private readonly sockets = new Set<Duplex>();

  /** Takes over the connection of a request for a link. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { master } = this;
    stream.on('error', () => stream.destroy());
    const isLink = request.url === LINK_PATH && request.headers.upgrade === LINK_PROTOCOL;
    if (!isLink || master === undefined) {
      stream.end(REFUSED);
      return;
    }
    stream.write(AGREED);
    this.sockets.add(stream);
    stream.once('close', () => this.sockets.delete(stream));
    const link = new MemoryLink();
    master.attachAgent(link.masterEnd);
    void bridge(link, link.agentEnd, { socket: stream as Socket, head });
  }

  /** Ends all links, and lets nobody in any more. */
  close(): void {
    this.master = undefined;
    for (const socket of this.sockets) socket.destroy();
  }
}
