import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const CONNECT_RESPONSE_BYTES = 37;

/** Answers as a ZooKeeper server would that misbehaves: grants every session, then does what the test says. */
export class ServerDouble {
  private readonly sockets = new Set<Socket>();
  connectionCount = 0;

  /** @param answer writes to the socket what follows a request with that number. */
  private constructor(
    private readonly server: Server,
    private readonly answer: (socket: Socket, xid: number, connection: number) => void,
  ) {
    server.on('connection', (socket) => this.accept(socket));
  }

  static async start(answer: ServerDouble['answer']): Promise<ServerDouble> {
    const server = createServer();
    const double = new ServerDouble(server, answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return double;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: Socket): void {
    this.connectionCount += 1;
    const connection = this.connectionCount;
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    let isGreeted = false;
    socket.on('data', (data) => {
      if (isGreeted) {
        this.answer(socket, data.readInt32BE(4), connection);
        return;
      }
      isGreeted = true;
      socket.write(connectResponse());
    });
  }
}

/** A reply with an error and nothing else. */
export function errorReply(xid: number, code: number): Buffer {
  const reply = Buffer.alloc(20);
  reply.writeInt32BE(16, 0);
  reply.writeInt32BE(xid, 4);
  reply.writeInt32BE(code, 16);
  return reply;
}

/** Protocol version, a session of two seconds, its id, a password. */
function connectResponse(): Buffer {
  const response = Buffer.alloc(4 + CONNECT_RESPONSE_BYTES);
  response.writeInt32BE(CONNECT_RESPONSE_BYTES, 0);
  response.writeInt32BE(2_000, 8);
  response.writeBigInt64BE(7n, 12);
  response.writeInt32BE(16, 20);
  return response;
}
