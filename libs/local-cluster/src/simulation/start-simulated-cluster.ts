import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterMember } from '../control/cluster-member.js';
import { ClusterControl, type ControlEnvironment } from '../control/cluster-control.js';
import { ControlEndpoint } from '../control/control-endpoint.js';
import { MasterControl } from '../control/master-control.js';
import { MasterSeat } from '../control/master-seat.js';
import { Scenarios } from '../control/scenario.js';
import { MemoryLink } from '../link/link.js';
import type { Master } from '../master/master.js';
import type { MasterOptions } from '../master/options.js';
import type { TestHooks } from '../master/state/test-hooks.js';
import { AdjustableClock } from '../runtime/adjustable-clock.js';
import { systemClock } from '../runtime/clock.js';
import { silentLogger, type Logger } from '../runtime/logger.js';
import { createRandom } from '../runtime/random.js';
import { TaskParts } from '../runtime/task-parts.js';
import { BehaviorRules } from './behavior-rules.js';
import { Courier } from './courier.js';
import { Fates } from './fate.js';
import { SimulatedAgent } from './simulated-agent.js';
import { SimulatedMachines } from './simulated-machines.js';
import { SimulatedFrameworks, type Simulation } from './simulation.js';
import { DEFAULT_GROUP, type AgentGroup, type SimulationPlan } from './simulation-plan.js';
import { TimedEvents } from './timed-events.js';
import { startTroubles } from './troubles.js';
import { TimerWheel } from './timer-wheel.js';

const VIRTUAL_START_MS = Date.UTC(2026, 0, 1);

/** What a simulated cluster is started with (spec/local-cluster.md §26). */
export interface SimulatedClusterOptions {
  /** The master keeps its registry in `<dataDir>/mesos/simulated-master`; it starts empty every time. */
  readonly dataDir: string;
  readonly plan: SimulationPlan;
  readonly master?: Partial<MasterOptions>;
  /** Serve the control API under `/_control/` of the master, to this machine (§25). Default true. */
  readonly testApi?: boolean;
  /** Keep the journal of all calls and events for the control API. Default false: it costs as much as the rest. */
  readonly journal?: boolean;
  /** The clock of the process, so that an orchestrator in it can share virtual time. */
  readonly clock?: AdjustableClock;
  readonly logger?: Logger;
}

/** A running simulated cluster. */
export interface SimulatedCluster {
  /** Of the master, without a trailing slash: where a scheduler subscribes. */
  readonly url: string;
  readonly agents: readonly SimulatedAgent[];
  readonly control: ClusterControl;
  readonly clock: AdjustableClock;
  stop(): Promise<{ readonly stoppedTasks: number }>;
}

/**
 * Starts a master with simulated agents in this process. They register soon after, or when their group says.
 *
 * @throws Error when the address of the master is taken, or when resources or attributes cannot be read.
 */
export async function startSimulatedCluster(options: SimulatedClusterOptions): Promise<SimulatedCluster> {
  const { plan, logger = silentLogger, testApi = true } = options;
  const clock = options.clock ?? createClock(plan);
  clock.setMode(plan.clock);
  const random = createRandom(plan.seed);
  const workDir = join(options.dataDir, 'mesos', 'simulated-master');
  await rm(workDir, { recursive: true, force: true });
  const hooks: TestHooks = {};
  const parts = new TaskParts(true);
  let endpoint: ControlEndpoint | undefined;
  const members: SimulatedAgent[] = [];
  const seat = await MasterSeat.start(
    {
      options: { workDir, ...options.master },
      clock,
      random: createRandom(plan.seed + 1),
      logger: quiet(logger),
      hooks,
      taskParts: parts,
    },
    (master) => {
      master.onMachinesUp((isOn) => void bringBack(members, isOn));
      if (endpoint !== undefined) serve(master, endpoint);
    },
  );
  const simulation = createSimulation(plan, { clock, random, logger, parts });
  const population = new Population(simulation);
  const connect = (agent: SimulatedAgent): void => {
    seat.master.attachAgent(agent.link.masterEnd);
    agent.link.connect();
    startTroubles(agent);
  };
  members.push(...(await population.settleAll(plan.groups, seat)));
  for (const agent of members) connect(agent);
  const isRecording = testApi && options.journal === true;
  const master = new MasterControl(seat, hooks, { clock, adjustable: clock, isRecording });
  const createMember: ControlEnvironment['createMember'] = (_place, { attributes, resources }) => {
    const group = { ...DEFAULT_GROUP, ...plan.groups[0], ...given({ attributes, resources }) };
    const agent = population.add(group, members.length);
    connect(agent);
    return Promise.resolve(agent);
  };
  const list: ClusterMember[] = members;
  const control = new ClusterControl(seat, list, master, { clock, random, createMember });
  new TimedEvents(simulation, members, control, logger).start(plan.events);
  if (testApi) {
    endpoint = new ControlEndpoint(control, new Scenarios(clock, logger));
    serve(seat.master, endpoint);
  }
  return {
    url: seat.url,
    agents: members,
    control,
    clock,
    stop: () => population.end(members, seat),
  };
}

/** The agents of a simulation, and what they share. */
class Population {
  private readonly machines = new SimulatedMachines();
  private readonly courier = new Courier();

  constructor(private readonly simulation: Simulation) {}

  /** Ends the master if one of the groups cannot be made. */
  async settleAll(groups: readonly AgentGroup[], seat: MasterSeat): Promise<SimulatedAgent[]> {
    try {
      return groups.flatMap((group) => this.settle(group));
    } catch (error) {
      await seat.stop();
      throw error;
    }
  }

  private settle(group: AgentGroup): SimulatedAgent[] {
    return Array.from({ length: group.count }, (_, index) => this.add(group, index));
  }

  add(group: AgentGroup, index: number): SimulatedAgent {
    const link = new MemoryLink(this.courier.defer);
    return new SimulatedAgent(this.simulation, this.machines.make(group, index), link);
  }

  async end(members: readonly SimulatedAgent[], seat: MasterSeat): Promise<{ stoppedTasks: number }> {
    this.simulation.wheel.stop();
    const outcomes = await Promise.all(members.map((agent) => agent.shutdown()));
    await seat.stop();
    return { stoppedTasks: outcomes.reduce((sum, { stoppedTasks }) => sum + stoppedTasks, 0) };
  }
}

function createSimulation(
  plan: SimulationPlan,
  shared: Pick<Simulation, 'clock' | 'random' | 'logger' | 'parts'>,
): Simulation {
  return {
    ...shared,
    wheel: new TimerWheel(shared.clock),
    fates: new Fates(plan.seed),
    behaviors: new BehaviorRules(plan.defaults, plan.rules),
    frameworks: new SimulatedFrameworks(),
  };
}

/** Virtual time begins at the same moment in every run. */
function createClock({ clock }: SimulationPlan): AdjustableClock {
  return clock.kind === 'virtual'
    ? new AdjustableClock(systemClock, VIRTUAL_START_MS)
    : new AdjustableClock();
}

const isRoutine = (message: string): boolean => message.startsWith('Agent ');

/** Ten thousand agents that register are no news. */
function quiet(logger: Logger): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    error: (fields, message) => logger.error(fields, message),
    info: (fields, message) =>
      isRoutine(message) ? logger.debug(fields, message) : logger.info(fields, message),
    warn: (fields, message) =>
      isRoutine(message) ? logger.debug(fields, message) : logger.warn(fields, message),
  };
}

function given<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function serve(master: Master, endpoint: ControlEndpoint): void {
  master.serveControl((request, response, url) => endpoint.handle(request, response, url));
}

async function bringBack(
  members: readonly SimulatedAgent[],
  isOn: (agent: { hostname: string; ip: string }) => boolean,
): Promise<void> {
  for (const member of members) if (isOn(member)) await member.bringBack();
}
