import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stablePort } from '../support/ports.js';
import { agentFlags, masterFlags } from './flags.js';
import { proxied, type Link } from './link.js';
import type { SteppedClock } from './stepped-clock.js';
import { Supervised } from './supervised.js';

const MAIN = 'apps/local-cluster/src/main.js';

/** What the processes of the local cluster are called. */
export const MESOS_NAMES = ['the master', 'agent 1', 'agent 2'] as const;

/** The local cluster: a master and agents, each a process of its own. */
export interface Mesos {
  readonly master: Supervised;
  readonly agents: readonly Supervised[];
  /** From Ekiden to the master. */
  readonly toMaster: Link;
  /** From each agent to the master. */
  readonly ofAgents: readonly Link[];
}

/** @param clocks of the processes, in the order of their names */
export async function prepareMesos(
  directory: string,
  clocks: readonly SteppedClock[] | undefined,
): Promise<Mesos> {
  const port = await stablePort();
  const target = [`127.0.0.1:${port}`];
  const program = (index: number, args: (workDir: string) => string[]): Supervised => {
    const name = MESOS_NAMES[index]!;
    const fileName = name.replace(' ', '-');
    const workDir = join(directory, 'cluster', fileName);
    mkdirSync(workDir, { recursive: true });
    return new Supervised({
      name,
      main: MAIN,
      args: args(workDir),
      env: clocks?.[index]?.environment ?? {},
      logPath: join(directory, `${fileName}.log`),
    });
  };
  const master = program(0, (workDir) => masterFlags(workDir, port));
  const ofAgents = await Promise.all(
    MESOS_NAMES.slice(1).map((name) => proxied(`${name} to master`, target, 2)),
  );
  const agents = ofAgents.map(({ addresses }, index) =>
    program(index + 1, (workDir) => agentFlags(workDir, index, addresses[0]!)),
  );
  return { master, agents, toMaster: await proxied('Ekiden to master', target, 5), ofAgents };
}
