import type { Endpoint, HealthCheck } from '#domain';
import type { Socket } from 'node:net';
import { HostAddresses } from './host-addresses.js';
import { connectPlain, connectSecurely, converse, httpHead, type HttpDialogue } from './http-dialogue.js';

/** What a probe found; `discarded`: an answer that tells nothing (`spec/scheduling.md` §5.2). */
export type ProbeOutcome =
  { readonly healthy: true } | { readonly healthy: false; readonly cause: string } | 'discarded';

/** Carries out one check at one place. Never rejects. */
export type Probe = (endpoint: Endpoint, check: HealthCheck) => Promise<ProbeOutcome>;

const HEALTHY = { healthy: true } as const;

/**
 * The probes of a process. They speak HTTP by themselves: the first line of the answer is all they need, and that way
 * a probe costs half of what a request of `node:http` does.
 */
export function createProbe(addresses = new HostAddresses()): Probe {
  return async (endpoint, check) => {
    try {
      const address = await addresses.resolve(endpoint.host);
      return await probeAt(address, endpoint, check);
    } catch (error) {
      return { healthy: false, cause: error instanceof Error ? error.message : String(error) };
    }
  };
}

/** One deadline for connecting and answering (D14). Rejects with the cause of a failure. */
function probeAt(address: string, endpoint: Endpoint, check: HealthCheck): Promise<ProbeOutcome> {
  return new Promise((resolve, reject) => {
    const { port } = endpoint;
    const socket =
      check.protocol === 'HTTPS' ? connectSecurely(address, port) : connectPlain(address, port);
    const deadline = setTimeout(() => {
      reject(new Error(`no answer within ${check.timeoutSeconds} s`));
      socket.destroy();
    }, check.timeoutSeconds * 1000);
    const settled = (): void => clearTimeout(deadline);
    socket.on('error', (error) => {
      settled();
      reject(error);
    });
    if (check.protocol === 'TCP') return awaitConnection(socket, () => (settled(), resolve(HEALTHY)));
    const dialogue: HttpDialogue = {
      request: httpHead(endpoint, check.path),
      onStatus: (status, reason) => {
        settled();
        resolve(judge(status, reason, check));
      },
      onRefused: (cause) => {
        settled();
        reject(new Error(cause));
      },
    };
    converse(socket, check.protocol === 'HTTPS' ? 'secureConnect' : 'connect', dialogue);
  });
}

function awaitConnection(socket: Socket, connected: () => void): void {
  socket.once('connect', () => {
    connected();
    socket.destroy();
  });
}

/** 200–399 is healthy; redirects are not followed. */
function judge(status: number, reason: string, { ignoreHttp1xx }: HealthCheck): ProbeOutcome {
  if (status >= 200 && status < 400) return HEALTHY;
  if (status < 200 && ignoreHttp1xx === true) return 'discarded';
  return { healthy: false, cause: `${status} ${reason}`.trim() };
}
