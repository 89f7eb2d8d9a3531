import type { EngineView } from '../engine/engine-view.js';
import type { IpFamily, Reach } from '../engine/reach.js';
import type { ContainerSpec, CheckResult, ProbeSpec } from '../protocol.js';
import type { TaskOutput } from '../task-output.js';
import { runCommandProbe } from './command-probe.js';
import { runEngineCommandProbe } from './engine-command-probe.js';
import { runHttpProbe } from './http-probe.js';
import { runTcpProbe } from './tcp-probe.js';

/** What a probe needs of the container it looks at. */
export interface ProbeSurroundings {
  readonly spec: ContainerSpec;
  readonly output: TaskOutput;
  /** Ends the process with this pid and all that belongs to it. */
  readonly endTree: (pid: number) => void;
  /** Ends what is left of the session of a process that has ended. */
  readonly sweep: (session: number, startTime: string | undefined) => void;
  /** For a container of an engine. */
  readonly engine?: EngineSurroundings | undefined;
}

/** What a probe needs of a container with an engine and, maybe, a network of its own. */
export interface EngineSurroundings {
  readonly view: EngineView;
  /** Where a port of the container is reached, by the first of the families that works. Throws when it is not. */
  readonly reach: (port: number, families: readonly IpFamily[]) => Reach;
}

/**
 * Performs a probe once (spec/local-cluster.md §15.2). Rejects when it cannot be performed, or when `signal` is
 * aborted before it is done; nothing of it goes on then.
 */
export async function runProbe(
  probe: ProbeSpec,
  surroundings: ProbeSurroundings,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { engine } = surroundings;
  switch (probe.type) {
    case 'COMMAND':
      return engine === undefined
        ? runCommandProbe(probe, surroundings, signal)
        : runEngineCommandProbe(probe, engine.view, surroundings, signal);
    case 'HTTP':
      return runHttpProbe(probe.url, signal, engine?.reach);
    case 'TCP':
      // The reference connects by IPv4 whatever the check says; a container may have the other kind of address only.
      return runTcpProbe(engine?.reach(probe.port, ['IPv4', 'IPv6']) ?? probe, signal);
  }
}

/** Whether a health check takes the result for a success. */
export function isSuccess({ exitCode, statusCode, succeeded }: CheckResult): boolean {
  return exitCode === 0 || succeeded === true || (statusCode !== undefined && isGoodStatus(statusCode));
}

const isGoodStatus = (code: number): boolean => code >= 200 && code < 400;
