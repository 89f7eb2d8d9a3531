import { join } from 'node:path';
import type { Agent } from './agent/agent.js';
import { systemHost, type Host } from './agent/host.js';
import { addedAgentOptions, addedAgentPlan } from './control/added-agents.js';
import { startMembers, type AgentMember, type MemberEnvironment } from './control/agent-member.js';
import { memberFactory, plansFor, type LocalAgentsOptions } from './control/local-agents.js';
import { ClusterControl, type ControlEnvironment } from './control/cluster-control.js';
import { ControlEndpoint } from './control/control-endpoint.js';
import { ControlError } from './control/control-error.js';
import { MasterControl } from './control/master-control.js';
import { MasterSeat } from './control/master-seat.js';
import { Scenarios } from './control/scenario.js';
import type { Master } from './master/master.js';
import type { MasterOptions } from './master/options.js';
import type { TestHooks } from './master/state/test-hooks.js';
import { AdjustableClock } from './runtime/adjustable-clock.js';
import { systemClock, type Clock } from './runtime/clock.js';
import { silentLogger, type Logger } from './runtime/logger.js';
import { createRandom, type Random } from './runtime/random.js';

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

/**
 * Starts a master and its agents in this process. The agents register soon after.
 *
 * @throws Error when an address is taken, or when an agent refuses its configuration or its checkpoints; nothing
 * is left running that was not running before.
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const environment = environmentOf(options);
  const { logger } = environment;
  const plans = plansFor(options.agents ?? {});
  const members: AgentMember[] = [];
  const hooks: TestHooks = {};
  const workDir = join(options.dataDir, 'mesos', 'master');
  let endpoint: ControlEndpoint | undefined;
  const seat = await MasterSeat.start(
    { options: { workDir, ...options.master }, ...environment, hooks },
    (master) => {
      if (options.fastRecovery ?? true) master.expectOnly(plans.length);
      master.onMachinesUp((isOn) => bringBack(members, isOn, logger));
      if (endpoint !== undefined) serve(master, endpoint);
    },
  );
  const memberAt = memberFactory(options, environment);
  members.push(
    ...plans.map((plan, place) => memberAt(place, plan, options.agents?.overrides?.[place] ?? {})),
  );
  await startAgents(seat.master, members);
  const master = new MasterControl(seat, hooks, { ...environment, isRecording: options.testApi === true });
  const createMember: ControlEnvironment['createMember'] = async (place, kind) => {
    const own = addedAgentOptions(place, kind, options.agents?.resources);
    const member = memberAt(place, addedAgentPlan(place), own);
    await addMember(seat.master, member);
    return member;
  };
  const control = new ClusterControl(seat, members, master, { ...environment, createMember });
  if (options.testApi === true) {
    endpoint = new ControlEndpoint(control, new Scenarios(environment.clock, logger));
    serve(seat.master, endpoint);
  }
  return {
    url: seat.url,
    control,
    get agents() {
      return members.map(({ agent }) => agent);
    },
    stop: async ({ keepTasks }) => {
      const outcomes = await Promise.all(members.map((member) => member.shutdown({ stopTasks: !keepTasks })));
      await seat.stop();
      return { stoppedTasks: outcomes.reduce((sum, { stoppedTasks }) => sum + stoppedTasks, 0) };
    },
  };
}

function serve(master: Master, endpoint: ControlEndpoint): void {
  master.serveControl((request, response, url) => endpoint.handle(request, response, url));
}

interface Environment extends MemberEnvironment {
  /** There when tests may change the pace of time. */
  readonly adjustable: AdjustableClock | undefined;
}

function environmentOf({ clock, testApi, random, host, logger }: LocalClusterOptions): Environment {
  const adjustable = testApi === true && clock === undefined ? new AdjustableClock() : undefined;
  return {
    adjustable,
    clock: clock ?? adjustable ?? systemClock,
    random: random ?? createRandom(),
    host: host ?? systemHost(),
    logger: logger ?? silentLogger,
  };
}

async function addMember(master: Master, member: AgentMember): Promise<void> {
  const outcome = await member.start();
  if (!outcome.ok) throw new ControlError(409, outcome.error);
  master.attachAgent(member.link.masterEnd);
  member.link.connect();
}

/** Agents whose machines are up again after maintenance come back. */
function bringBack(
  members: readonly AgentMember[],
  isOn: (agent: { hostname: string; ip: string }) => boolean,
  logger: Logger,
): void {
  for (const member of members) {
    const { hostname, address } = member.agent;
    if (!isOn({ hostname, ip: address.ip })) continue;
    member.bringBack().catch((error: unknown) => {
      logger.error({ error: String(error) }, 'An agent does not come back after maintenance');
    });
  }
}

/** Starts the agents and connects them with their master, which ends if one of them cannot start. */
async function startAgents(master: Master, members: readonly AgentMember[]): Promise<void> {
  try {
    await startMembers(members, ({ link }) => {
      master.attachAgent(link.masterEnd);
      link.connect();
    });
  } catch (error) {
    await master.stop();
    throw error;
  }
}
