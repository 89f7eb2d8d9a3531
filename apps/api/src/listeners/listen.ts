import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';

/** Where an API listens. */
export interface Listening {
  /** Base address as it is reached from this machine. */
  readonly url: string;
  /** `host:port` as other nodes and clients reach it: what a candidate announces (`spec/operations.md` §6.1). */
  readonly hostPort: string;
}

/**
 * Opens the listeners that the configuration asks for, plain, TLS or both, of an application that was created on
 * `createHttpAdapter(options)`. They end with the application.
 *
 * @throws an error with the code `EADDRINUSE` when a port is taken.
 */
export async function listen(application: NestFastifyApplication, options: ApiOptions): Promise<Listening> {
  const { listeners } = ApiParts.of(options);
  await listeners.open(application);
  return { url: listeners.url, hostPort: listeners.address.hostPort };
}
