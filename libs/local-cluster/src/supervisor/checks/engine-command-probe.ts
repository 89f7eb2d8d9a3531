import { randomUUID } from 'node:crypto';
import type { EngineView } from '../engine/engine-view.js';
import type { CheckResult, ProbeSpec } from '../protocol.js';
import { runCommandProbe } from './command-probe.js';
import type { ProbeSurroundings } from './probes.js';

type CommandProbe = Extract<ProbeSpec, { type: 'COMMAND' }>;

/**
 * Runs a command inside a container of an engine, as its user and in its environment, with the probe's own variables
 * on top; what it writes goes to the task's `stderr` (spec/local-cluster.md §15.2).
 */
export async function runEngineCommandProbe(
  probe: CommandProbe,
  engine: EngineView,
  surroundings: ProbeSurroundings,
  signal: AbortSignal,
): Promise<CheckResult> {
  const mark = `EKIDEN_CHECK_RUN=${randomUUID()}`;
  const variables = Object.entries(probe.environment).map(([name, value]) => `${name}=${value}`);
  const options = [...variables, mark].flatMap((variable) => ['-e', variable]);
  const words = [probe.file, ...probe.argv.slice(1)];
  const call = engine.call('exec', ...options, engine.engine.name, ...words);
  const { environment } = surroundings.spec;
  try {
    return await runCommandProbe({ type: 'COMMAND', ...call, environment }, surroundings, signal);
  } catch (error) {
    if (signal.aborted) engine.endMarked(mark);
    throw error;
  }
}
