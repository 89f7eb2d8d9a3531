import type { Server } from 'node:http';
import type { Configuration } from '#configuration';

/** Where the leader is reached. A single node is its own leader. */
export class LeaderAddress {
  private known: string | undefined;

  /** `server` is asked when the address is first wanted; before that it may not exist. */
  constructor(
    private readonly configuration: Pick<Configuration, 'hostname' | 'httpPort'>,
    private readonly server: () => Server,
  ) {}

  /** `host:port` as announced. */
  get hostPort(): string {
    return this.known ?? this.resolve();
  }

  get baseUrl(): string {
    return `http://${this.hostPort}`;
  }

  /** With `--http_port 0` the port is known only once the server listens. */
  private resolve(): string {
    const { hostname, httpPort } = this.configuration;
    const address = this.server().address();
    const port = typeof address === 'object' && address !== null ? address.port : undefined;
    const host = hostname.includes(':') ? `[${hostname}]` : hostname;
    const hostPort = `${host}:${port ?? httpPort}`;
    if (port !== undefined) this.known = hostPort;
    return hostPort;
  }
}
