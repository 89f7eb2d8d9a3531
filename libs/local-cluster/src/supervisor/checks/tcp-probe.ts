import { connect } from 'node:net';
import type { Reach } from '../engine/reach.js';
import type { CheckResult } from '../protocol.js';

/** Connects, and hangs up at once. */
export function runTcpProbe({ host, port }: Reach, signal: AbortSignal): Promise<CheckResult> {
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
