import type { Endpoint, HealthCheck } from '#domain';
import { connect } from 'node:net';
import { HostAddresses } from './host-addresses.js';
import { askStatus, type HttpStatus } from './http-status.js';

/** What a probe found; `discarded`: an answer that tells nothing (`spec/scheduling.md` §5.2). */
export type ProbeOutcome =
  { readonly healthy: true } | { readonly healthy: false; readonly cause: string } | 'discarded';

/** Carries out one check at one place. Never rejects. */
export type Probe = (endpoint: Endpoint, check: HealthCheck) => Promise<ProbeOutcome>;

/** Ends when the time is up; what it reports then is the cause of the failure. */
export interface Deadline {
  readonly timeoutMs: number;
  readonly message: string;
}

const HEALTHY = { healthy: true } as const;

/** The probes of a process. One deadline covers finding the host, connecting and answering (D14). */
export function createProbe(addresses = new HostAddresses()): Probe {
  return async (endpoint, check) => {
    const timeoutMs = check.timeoutSeconds * 1000;
    const message = `no answer within ${check.timeoutSeconds} s`;
    const startedMs = performance.now();
    try {
      const known = addresses.resolve(endpoint.host);
      const address = typeof known === 'string' ? known : await within({ timeoutMs, message }, known);
      const deadline = { timeoutMs: timeoutMs - (performance.now() - startedMs), message };
      if (check.protocol !== 'TCP')
        return judge(await askStatus({ address, endpoint, check, deadline }), check);
      await reach(address, endpoint.port, deadline);
      return HEALTHY;
    } catch (error) {
      return { healthy: false, cause: error instanceof Error ? error.message : String(error) };
    }
  };
}

/** Rejects when time is up, whatever becomes of the work. */
async function within<T>({ timeoutMs, message }: Deadline, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Connects and hangs up. */
function reach(host: string, port: number, { timeoutMs, message }: Deadline): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(new Error(message)), timeoutMs);
    socket.once('connect', () => {
      resolve();
      socket.destroy();
    });
    socket.on('error', reject);
    socket.once('close', () => clearTimeout(timer));
  });
}

/** 200–399 is healthy; redirects are not followed. */
function judge({ status, reason }: HttpStatus, { ignoreHttp1xx }: HealthCheck): ProbeOutcome {
  if (status >= 200 && status < 400) return HEALTHY;
  if (status < 200 && ignoreHttp1xx === true) return 'discarded';
  return { healthy: false, cause: `${status} ${reason}`.trim() };
}
