import type { Configuration } from '#configuration';

type Announced = Pick<Configuration, 'hostname' | 'httpPort' | 'httpsPort' | 'disableHttp'>;

/** Where other nodes and clients reach this node: the address of its election, of headers and of links. */
export class OwnAddress {
  /** `https` only when there is no plain listener (`spec/operations.md` §7.1). All nodes are taken to be alike. */
  readonly scheme: 'http' | 'https';
  private known: string | undefined;

  /** `listeningPort` tells the port of the announced listener once it is open: a port of 0 is known only then. */
  constructor(
    private readonly announced: Announced,
    private readonly listeningPort: () => number | undefined,
  ) {
    this.scheme = announced.disableHttp ? 'https' : 'http';
  }

  /** `host:port` as announced. */
  get hostPort(): string {
    return this.known ?? this.resolve();
  }

  private resolve(): string {
    const { hostname, httpPort, httpsPort, disableHttp } = this.announced;
    const port = this.listeningPort();
    const host = hostname.includes(':') ? `[${hostname}]` : hostname;
    const hostPort = `${host}:${port ?? (disableHttp ? httpsPort : httpPort)}`;
    if (port !== undefined) this.known = hostPort;
    return hostPort;
  }
}
