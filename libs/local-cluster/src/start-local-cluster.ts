import { join } from 'node:path';
import { defaultAgentOptions, type AgentOptions } from './agent/agent-options.js';
import type { Agent } from './agent/agent.js';
import {
  defaultAgentPort,
  planAgents,
  type Addressing,
  type AgentPlan,
} from './agent/description/plan-agents.js';
import { systemHost, type Host } from './agent/host.js';
import { AgentMember } from './control/agent-member.js';
import { ClusterControl } from './control/cluster-control.js';
import { ControlEndpoint } from './control/control-endpoint.js';
import { Master } from './master/master.js';
import type { MasterOptions } from './master/options.js';
import { systemClock, type Clock } from './runtime/clock.js';
import { silentLogger, type Logger } from './runtime/logger.js';
import { createRandom, type Random } from './runtime/random.js';

/** Agents of an embedded cluster: how many, and what they have in common. */
export interface LocalAgentsOptions extends Partial<
  Omit<AgentOptions, 'workDir' | 'ip' | 'hostname' | 'port' | 'detectedShare'>
> {
  /** Default 1. */
  readonly count?: number;
  /** Address of the only agent, or of all with `shared` addressing. Default 127.0.0.1. */
  readonly ip?: string;
  /** Advertised name; default: `ip`. */
  readonly hostname?: string;
  /** Agents take this port and the following ones; 0: free ports. Default 5051. */
  readonly firstPort?: number;
  readonly addressing?: Addressing;
  /** By number of the agent, where it differs from the others. */
  readonly overrides?: readonly Partial<Pick<AgentOptions, 'attributes' | 'domain'>>[];
  /** Allows several agents with the same explicitly given ports. */
  readonly allowPortOverlap?: boolean;
}

/** What an embedded cluster is started with (spec/local-cluster.md §2.1, §3). */
export interface LocalClusterOptions {
  /** Masters and agents keep their state in `<dataDir>/mesos`. */
  readonly dataDir: string;
  readonly master?: Partial<MasterOptions>;
  readonly agents?: LocalAgentsOptions;
  /** End the re-registration window as soon as all agents are back. Default true. */
  readonly fastRecovery?: boolean;
  /** Serve the control API for tests under `/_control/` of the master, to this machine (§25). Default false. */
  readonly testApi?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly host?: Host;
  readonly logger?: Logger;
}

/** A running embedded cluster. */
export interface LocalCluster {
  /** Of the master, without a trailing slash: where a scheduler subscribes. */
  readonly url: string;
  readonly agents: readonly Agent[];
  /** Makes things go wrong, for tests. */
  readonly control: ClusterControl;
  /**
   * Ends master and agents. Without `keepTasks` every task is ended first, within its grace period; with it the
   * tasks go on under their supervisors and the next start finds them.
   */
  stop(options: { readonly keepTasks: boolean }): Promise<{ readonly stoppedTasks: number }>;
}

/** An agent registers at once: over an in-memory link there is no crowd to be kept apart. */
const REGISTRATION_BACKOFF_MS = 50;

/**
 * Starts a master and its agents in this process. The agents register soon after.
 *
 * @throws Error when an address is taken, or when an agent refuses its configuration or its checkpoints; nothing
 * is left running that was not running before.
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? createRandom();
  const host = options.host ?? systemHost();
  const logger = options.logger ?? silentLogger;
  const plans = plansFor(options.agents ?? {});
  const master = await Master.start({
    options: { workDir: join(options.dataDir, 'mesos', 'master'), ...options.master },
    clock,
    random,
    logger,
  });
  if (options.fastRecovery ?? true) master.expectOnly(plans.length);
  const members = plans.map((plan, index) => {
    const workDir = join(options.dataDir, 'mesos', `agent-${index}`);
    const agentOptions = {
      ...agentOptionsFor(plan, workDir, options.agents),
      ...options.agents?.overrides?.[index],
    };
    return new AgentMember(agentOptions, { host, clock, random, logger });
  });
  await startAll(master, members);
  master.onMachinesUp((isOn) => {
    for (const member of members) {
      const { hostname, address } = member.agent;
      if (!isOn({ hostname, ip: address.ip })) continue;
      member.bringBack().catch((error: unknown) => {
        logger.error({ error: String(error) }, 'An agent does not come back after maintenance');
      });
    }
  });
  const control = new ClusterControl(master, members, { clock, random });
  if (options.testApi === true) {
    const endpoint = new ControlEndpoint(control);
    master.serveControl((request, response, url) => endpoint.handle(request, response, url));
  }
  return {
    url: master.url,
    control,
    get agents() {
      return members.map(({ agent }) => agent);
    },
    stop: async ({ keepTasks }) => {
      const outcomes = await Promise.all(members.map((member) => member.shutdown({ stopTasks: !keepTasks })));
      await master.stop();
      return { stoppedTasks: outcomes.reduce((sum, { stoppedTasks }) => sum + stoppedTasks, 0) };
    },
  };
}

async function startAll(master: Master, members: readonly AgentMember[]): Promise<void> {
  const started: AgentMember[] = [];
  try {
    for (const member of members) {
      const outcome = await member.start();
      if (!outcome.ok) throw new Error(outcome.error);
      started.push(member);
      master.attachAgent(member.link.masterEnd);
      member.link.connect();
    }
  } catch (error) {
    await Promise.all(started.map((member) => member.shutdown({ stopTasks: false })));
    await master.stop();
    throw error;
  }
}

function plansFor(agents: LocalAgentsOptions): AgentPlan[] {
  const count = agents.count ?? 1;
  if (count > 1 && agents.allowPortOverlap !== true && /\bports\b/.test(agents.resources ?? '')) {
    // Ports that are written out are the same for each agent: two tasks could be given the same one.
    throw new Error(`${count} agents on one machine cannot all offer the same ports: ${agents.resources}`);
  }
  const ip = agents.ip ?? '127.0.0.1';
  return planAgents({
    count,
    ip,
    hostname: agents.hostname ?? ip,
    firstPort: agents.firstPort ?? defaultAgentPort,
    addressing: agents.addressing,
  });
}

function agentOptionsFor(plan: AgentPlan, workDir: string, given: LocalAgentsOptions = {}): AgentOptions {
  const {
    count: _count,
    firstPort: _port,
    addressing: _addressing,
    allowPortOverlap: _overlap,
    overrides: _overrides,
    ...common
  } = given;
  const chosen = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
  return {
    ...defaultAgentOptions(workDir, process.getuid?.() === 0),
    registrationBackoffFactorMs: REGISTRATION_BACKOFF_MS,
    ...chosen,
    ...plan,
  };
}
