import { createServer, type Server as HttpsServer, type ServerOptions } from 'node:https';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Configuration } from '#configuration';
import type { TlsFiles } from './tls-files.js';
import type { TlsMaterial } from './tls-material.js';
import { OwnAddress } from './own-address.js';

/** Reads under way are answered for this long when the node stops (`spec/operations.md` §7.4). */
const DRAIN_MS = 5000;

/** The plain and the TLS listener of one node: either, or both (`spec/operations.md` §10.2). */
export class Listeners {
  readonly address: OwnAddress;
  private server: FastifyInstance | undefined;
  private https: HttpsServer | undefined;

  constructor(
    private readonly configuration: Configuration,
    private readonly tls: TlsFiles | undefined,
    private readonly tlsLookMs?: number,
  ) {
    this.address = new OwnAddress(configuration, () => portOf(this.announced));
  }

  /** The server whose routes are served; its own listener is the plain one. */
  serve(server: FastifyInstance): void {
    this.server = server;
  }

  /**
   * Opens the listeners of an application that is put together on the server.
   *
   * @throws an error with the code `EADDRINUSE` when a port is taken.
   */
  async open(application: NestFastifyApplication): Promise<void> {
    const { httpPort, httpAddress, httpsPort, httpsAddress, disableHttp } = this.configuration;
    await application.init();
    const server = application.getHttpAdapter().getInstance();
    await server.ready();
    if (this.tls !== undefined) await this.openTls(server, httpsPort, httpsAddress ?? httpAddress);
    try {
      if (!disableHttp) await application.listen(httpPort, httpAddress);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Base address of the announced listener as it is reached from this machine. */
  get url(): string {
    return `${this.address.scheme}://${hostOf(this.announced)}:${portOf(this.announced)}`;
  }

  /** Base address of the TLS listener, if there is one. */
  get tlsUrl(): string | undefined {
    const port = portOf(this.https);
    return port === undefined ? undefined : `https://${hostOf(this.https)}:${port}`;
  }

  /** Takes no new connections; what is under way gets a little time. */
  close(): void {
    this.tls?.close();
    this.https?.close();
    this.https?.closeIdleConnections();
    const { server, https } = this;
    const cut = setTimeout(() => {
      server?.server.closeAllConnections();
      https?.closeAllConnections();
    }, DRAIN_MS);
    cut.unref();
  }

  private get announced(): Server | HttpsServer | undefined {
    return this.configuration.disableHttp ? this.https : this.server?.server;
  }

  private openTls(server: FastifyInstance, port: number, host: string): Promise<void> {
    const material = (this.tls as TlsFiles).current;
    const { keepAliveTimeout, requestTimeout } = server.server;
    const options = { ...secureOptions(material), keepAliveTimeout, requestTimeout };
    const https = createServer(options, (request, response) => server.routing(request, response));
    for (const listener of server.server.listeners('clientError')) {
      https.on('clientError', listener as (...args: unknown[]) => void);
    }
    this.tls?.onChange((changed) => https.setSecureContext(secureOptions(changed)));
    this.tls?.watch(this.tlsLookMs);
    this.https = https;
    return new Promise((resolve, reject) => {
      https.once('error', reject);
      https.listen(port, host, () => {
        https.off('error', reject);
        resolve();
      });
    });
  }
}

/** With authorities of clients nobody gets in without a certificate of theirs. */
function secureOptions({ identity, clientAuthorities }: TlsMaterial): ServerOptions {
  return clientAuthorities === undefined
    ? identity
    : { ...identity, ca: clientAuthorities, requestCert: true, rejectUnauthorized: true };
}

/** The address a server listens on, as it stands in a URL. */
function hostOf(server: Server | HttpsServer | undefined): string {
  const { address } = (server?.address() ?? { address: '' }) as AddressInfo;
  return address.includes(':') ? `[${address}]` : address;
}

function portOf(server: Server | HttpsServer | undefined): number | undefined {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : undefined;
}
