import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  createServer as createSocketServer,
  type AddressInfo,
  type Server as SocketServer,
  type Socket,
} from 'node:net';
import type { Duplex } from 'node:stream';
import { PlainConnection, type PlainCalls } from './plain-connection.js';
import { sendText } from './responses.js';
import { TurnShare } from './turn-share.js';

/** Answers one request. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Takes over the connection of a request that wants another protocol than HTTP; `head` came with the request. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Longer than a client's own idle limit, so that the client decides and never meets a closing socket. */
const KEEP_ALIVE_MS = 120_000;

/** Says that a leader is not ready yet: its registry is being read (C§2, row 5). */
export const answerWhileRecovering: RequestHandler = (_, response) =>
  sendText(response, 503, 'Master has not finished recovery');

/** The listening address of a master. It is open before the master leads: somebody has to say so. */
export class FrontDoor {
  /** Who answers at the moment. */
  handler: RequestHandler = answerWhileRecovering;
  /** Nobody speaks another protocol here unless this is set. */
  upgradeHandler: UpgradeHandler | undefined;

  /** Answers calls that need nothing of HTTP but their body; without it the handler does. */
  plainCalls: PlainCalls | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly listener: SocketServer,
    server: Server,
  ) {
    const settings = {
      keepAliveMs: KEEP_ALIVE_MS,
      share: new TurnShare(),
      handOver: (socket: Socket): void => void server.emit('connection', socket),
    };
    listener.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      PlainConnection.begin(socket, () => this.plainCalls, settings);
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.handler(request, response),
    );
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (this.upgradeHandler === undefined) socket.destroy();
      else this.upgradeHandler(request, socket, head);
    });
  }

  /** Resolves once connections are taken; rejects when the address cannot be had. `port` 0: any free one. */
  static async open(ip: string, port: number): Promise<FrontDoor> {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, noDelay: true });
    // Who has said everything may still want to hear the answer.
    const listener = createSocketServer({ noDelay: true, allowHalfOpen: true });
    const door = new FrontDoor(listener, server);
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, ip, () => {
        listener.off('error', reject);
        resolve();
      });
    });
    return door;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Breaks all connections, streams included: to frameworks it looks like the end of the process. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.listener.close(() => resolve());
      for (const socket of this.sockets) socket.destroy();
    });
  }
}
