import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server and breaks what is between them. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isFrozen = false;
  private swallowsAnswers = false;
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
  }

  /** From now on requests arrive, but answers are lost with the connection. */
  loseNextAnswer(): void {
    this.swallowsAnswers = true;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    this.connectionCount += 1;
    const target = connect({ host: '127.0.0.1', port: this.targetPort, noDelay: true });
    const pair = [client, target] as const;
    this.pairs.add(pair);
    client.on('data', (data) => target.write(data));
    target.on('data', (data) => {
      if (!this.swallowsAnswers) {
        client.write(data);
        return;
      }
      this.swallowsAnswers = false;
      client.destroy();
    });
    for (const [from, to] of [pair, [target, client] as const]) {
      from.on('error', () => {});
      from.on('close', () => {
        this.pairs.delete(pair);
        to.destroy();
      });
    }
    if (this.isFrozen) {
      client.pause();
      target.pause();
    }
  }
}
