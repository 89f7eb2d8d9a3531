import { connect } from 'node:net';
import type { CheckResult, ProbeSpec } from '../protocol.js';

type TcpProbe = Extract<ProbeSpec, { type: 'TCP' }>;

/** Connects, and hangs up at once. */
export function runTcpProbe({ host, port }: TcpProbe, signal: AbortSignal): Promise<CheckResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const answer = (succeeded: boolean): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve({ succeeded });
    };
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => answer(true));
    socket.on('error', () => answer(false));
  });
}
