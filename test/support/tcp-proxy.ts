import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** One end of a connection through the proxy. */
export type ProxySide = 'client' | 'target';

/** Stands between a client and a server and breaks what is between them. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  /** Sockets whose other end was taken away without a word. */
  private readonly orphans = new Set<Socket>();
  private isFrozen = false;
  private swallowsAnswers = false;
  private delayMs = 0;
  /** Connections that clients made so far. */
  connectionCount = 0;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (socket) => this.accept(socket));
  }

  static async start(target: string, host = '127.0.0.1'): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new TcpProxy(server, Number(target.slice(target.lastIndexOf(':') + 1)));
    server.listen(0, host);
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get openCount(): number {
    return this.pairs.size;
  }

  /** Ends all connections; new ones are taken. */
  cut(): void {
    for (const [client, target] of this.pairs) {
      client.destroy();
      target.destroy();
    }
  }

  /** Takes connections and says nothing, in both directions, as a frozen server does. */
  freeze(): void {
    this.isFrozen = true;
    for (const [client, target] of this.pairs) {
      client.pause();
      target.pause();
    }
  }

  thaw(): void {
    this.isFrozen = false;
    for (const [client, target] of this.pairs) {
      client.resume();
      target.resume();
    }
    for (const orphan of this.orphans) orphan.resume();
  }

  /** Holds everything that is sent back for so long; 0 ends that. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /**
   * Half-open connections: one side loses all of its connections, the other one keeps them and hears nothing more. As
   * with a machine that was switched off and on, what it sends is answered with the end.
   */
  abandon(side: ProxySide): void {
    for (const [client, target] of this.pairs) {
      const kept = side === 'client' ? client : target;
      this.orphans.add(kept);
      (side === 'client' ? target : client).destroy();
    }
  }

  /** From now on requests arrive, but answers are lost with the connection. */
  loseNextAnswer(): void {
    this.swallowsAnswers = true;
  }

  async stop(): Promise<void> {
    this.cut();
    for (const orphan of this.orphans) orphan.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    this.connectionCount += 1;
    const target = connect({ host: '127.0.0.1', port: this.targetPort, noDelay: true });
    const pair = [client, target] as const;
    this.pairs.add(pair);
    const toTarget = this.courier(client, target);
    const toClient = this.courier(target, client);
    client.on('data', toTarget);
    target.on('data', (data) => {
      if (!this.swallowsAnswers) {
        toClient(data);
        return;
      }
      this.swallowsAnswers = false;
      client.destroy();
    });
    for (const [from, to] of [pair, [target, client] as const]) {
      from.on('error', () => {});
      from.on('close', () => {
        this.pairs.delete(pair);
        this.orphans.delete(from);
        if (!this.orphans.has(to)) to.destroy();
      });
    }
    if (this.isFrozen) {
      client.pause();
      target.pause();
    }
  }

  /** Passes on what comes from one socket, in its order, at once or after the present delay. */
  private courier(from: Socket, to: Socket): (data: Buffer) => void {
    let held: Buffer[] | undefined;
    return (data) => {
      if (this.orphans.has(from)) {
        from.destroy();
      } else if (held !== undefined) {
        held.push(data);
      } else if (this.delayMs === 0) {
        to.write(data);
      } else {
        held = [data];
        setTimeout(() => {
          to.write(Buffer.concat(held!));
          held = undefined;
        }, this.delayMs);
      }
    };
  }
}
