import type { ContainerSpec, CheckResult, ProbeSpec } from '../protocol.js';
import { runCommandProbe } from './command-probe.js';
import { runHttpProbe } from './http-probe.js';
import { runTcpProbe } from './tcp-probe.js';

/** What a probe needs of the container it looks at. */
export interface ProbeSurroundings {
  readonly spec: ContainerSpec;
  /** Ends the process with this pid and all that belongs to it. */
  readonly endTree: (pid: number) => void;
}

/**
 * Performs a probe once (spec/local-cluster.md §15.2). Rejects when it cannot be performed, or when `signal` is
 * aborted before it is done; nothing of it goes on then.
 */
export function runProbe(
  probe: ProbeSpec,
  surroundings: ProbeSurroundings,
  signal: AbortSignal,
): Promise<CheckResult> {
  switch (probe.type) {
    case 'COMMAND':
      return runCommandProbe(probe, surroundings, signal);
    case 'HTTP':
      return runHttpProbe(probe.url, signal);
    case 'TCP':
      return runTcpProbe(probe, signal);
  }
}

/** Whether a health check takes the result for a success. */
export function isSuccess({ exitCode, statusCode, succeeded }: CheckResult): boolean {
  return exitCode === 0 || succeeded === true || (statusCode !== undefined && isGoodStatus(statusCode));
}

const isGoodStatus = (code: number): boolean => code >= 200 && code < 400;
