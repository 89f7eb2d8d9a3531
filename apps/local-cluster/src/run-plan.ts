import { join } from 'node:path';
import {
  AgentNode,
  claimDirectory,
  MasterNode,
  startLocalCluster,
  startSimulatedCluster,
  systemHost,
  ZooKeeperElection,
  type SimulationPlan,
} from '#local-cluster';
import { UrlListDetector, ZooKeeperDetector, type Logger, type MasterDetector } from '#mesos';
import type { ClusterPlan } from './command-line.js';

/** What runs in this process. */
export interface RunningCluster {
  /** Of the master, if there is one here; whether or not it leads. */
  readonly url: string | undefined;
  /** Number of agents here. */
  readonly agents: number;
  /** Resolves when the master is announced and every agent has been registered. */
  readonly ready: Promise<unknown>;
  stop(): Promise<{ readonly stoppedTasks: number }>;
}

export interface Surroundings {
  readonly logger: Logger;
  /** The process cannot go on, and should be started again. */
  readonly onEnd: (reason: string) => void;
}

/** Starts what the plan says. Rejects when that is impossible; nothing is left running then. */
export async function runPlan(plan: ClusterPlan, surroundings: Surroundings): Promise<RunningCluster> {
  if (plan.simulation !== undefined) return runSimulation(plan, plan.simulation, surroundings);
  return plan.role === 'all' && plan.zooKeeper === undefined
    ? runTogether(plan, surroundings)
    : runApart(plan, surroundings);
}

/** Master and agents know each other; no link over the network. */
async function runTogether(plan: ClusterPlan, { logger }: Surroundings): Promise<RunningCluster> {
  const { workDir: dataDir, master, agents, testApi, stopTasks } = plan;
  await claimDirectory(join(dataDir, 'mesos'), systemHost().bootId, process.pid);
  const cluster = await startLocalCluster({ dataDir, master, agents, testApi, logger });
  return {
    url: cluster.url,
    agents: cluster.agents.length,
    ready: Promise.resolve(),
    stop: () => cluster.stop({ keepTasks: !stopTasks }),
  };
}

/** Agents without processes; the control API is what such a cluster is for. */
async function runSimulation(
  { workDir: dataDir, master, journal }: ClusterPlan,
  plan: SimulationPlan,
  { logger }: Surroundings,
): Promise<RunningCluster> {
  await claimDirectory(join(dataDir, 'mesos'), systemHost().bootId, process.pid);
  const cluster = await startSimulatedCluster({ dataDir, plan, master, journal, logger });
  return {
    url: cluster.url,
    agents: cluster.agents.length,
    ready: Promise.resolve(),
    stop: () => cluster.stop(),
  };
}

/** Each part finds the others through ZooKeeper, or agents the master by its address. */
async function runApart(plan: ClusterPlan, { logger, onEnd }: Surroundings): Promise<RunningCluster> {
  const { role, workDir: dataDir, stopTasks } = plan;
  const master =
    role === 'agent'
      ? undefined
      : await MasterNode.start({
          master: { ...plan.master, workDir: join(dataDir, 'mesos', 'master') },
          election: electionOf(plan, logger),
          logger,
          onLost: (message) => onEnd(`this master does not lead any more: ${message}`),
        });
  let agents: AgentNode | undefined;
  try {
    if (role !== 'master')
      agents = await AgentNode.start({
        dataDir,
        agents: plan.agents,
        detector: detectorOf(plan, logger),
        logger,
        onAllGone: () =>
          onEnd('the master told all agents to leave the cluster; the next start brings new ones'),
      });
  } catch (error) {
    await master?.stop();
    throw error;
  }
  return {
    url: master?.url,
    agents: agents?.agents.length ?? 0,
    ready: Promise.all([master?.announced, agents?.registered]),
    stop: async () => {
      const outcome = await agents?.stop({ keepTasks: !stopTasks });
      await master?.stop();
      return outcome ?? { stoppedTasks: 0 };
    },
  };
}

function electionOf({ zooKeeper, zkSessionTimeoutMs }: ClusterPlan, logger: Logger) {
  if (zooKeeper === undefined) return undefined;
  return new ZooKeeperElection({ address: zooKeeper, sessionTimeoutMs: zkSessionTimeoutMs, logger });
}

function detectorOf({ zooKeeper, zkSessionTimeoutMs, masters }: ClusterPlan, logger: Logger): MasterDetector {
  if (zooKeeper !== undefined)
    return new ZooKeeperDetector({ address: zooKeeper, sessionTimeoutMs: zkSessionTimeoutMs, logger });
  if (masters === undefined) throw new Error('agents are given neither ZooKeeper nor a master');
  return new UrlListDetector(masters);
}
