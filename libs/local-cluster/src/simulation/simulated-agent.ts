import type {
  ContainerStatus,
  DomainInfo,
  NetworkInfo,
  OperationId,
  TaskInfo,
  TaskState,
  TaskStatus,
} from '#mesos';
import type { AgentStart } from '../agent/agent.js';
import { agentCapabilities } from '../agent/description/describe-agent.js';
import { agentPathPrefix } from '../agent/http/agent-server.js';
import { StatusFactory } from '../agent/updates/status-factory.js';
import type { AgentStatus } from '../agent/updates/update-stream.js';
import type { ClusterMember, NewAgents, Restart, TaskEnd } from '../control/cluster-member.js';
import type { AgentLinkEnd, LinkListener, MemoryLink } from '../link/link.js';
import type {
  AgentDescription,
  MasterToAgentMessage,
  RegisteredMessage,
  ReregisteredMessage,
} from '../link/messages.js';
import { AgentTasks } from './agent-tasks.js';
import type { TaskBehavior } from './behavior.js';
import { sample } from './distribution.js';
import { hashText, PURPOSES } from './fate.js';
import type { SimulatedFramework, Simulation } from './simulation.js';
import type { AgentTroubles } from './simulation-plan.js';
import { WheelAlarm } from './timer-wheel.js';

/** What one agent is. Resources and attributes are shared by all that have the same. */
export interface SimulatedMachine {
  readonly hostname: string;
  readonly ip: string;
  readonly resources: AgentDescription['info']['resources'];
  readonly attributes: AgentDescription['info']['attributes'];
  readonly domain: DomainInfo | undefined;
  readonly troubles: AgentTroubles;
  /** Reads resources and attributes as an operator writes them. */
  readonly reread: (change: Pick<NewAgents, 'attributes' | 'resources'>) => Partial<SimulatedMachine>;
}

const PORT = 5051;
const VERSION = '1.12.0';
/** Pings may be late by this much before an agent takes itself for forgotten (spec/local-cluster.md §7.1). */
const PING_MARGIN_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** Up and known to the master, up, down, or gone for good. */
type Standing = 'registered' | 'unregistered' | 'stopped' | 'gone';

/**
 * An agent without processes, files and sockets (spec/local-cluster.md §26.1): it says over its link what a real one
 * says, and its tasks follow their fates. It is the alarm of its own registration.
 */
export class SimulatedAgent extends WheelAlarm implements ClusterMember, LinkListener<MasterToAgentMessage> {
  id: string | undefined;
  /** Everything its tasks do takes so many times as long. */
  readonly slowness: number;
  statuses!: StatusFactory;
  readonly tasks: AgentTasks;
  private readonly end: AgentLinkEnd;
  private readonly subject: number;
  private standing: Standing = 'unregistered';
  private attempts = 0;
  private lastPingMs = 0;
  private pingTimeoutMs = 0;
  private hasJoined = false;
  private resourceVersion: string;
  /** Of all tasks that have the address of the agent. */
  private readonly ownNetwork: readonly NetworkInfo[];

  constructor(
    readonly simulation: Simulation,
    private machine: SimulatedMachine,
    readonly link: MemoryLink,
  ) {
    super();
    this.subject = hashText(machine.hostname);
    this.end = link.agentEnd;
    this.tasks = new AgentTasks(this);
    const { slow } = machine.troubles;
    this.slowness =
      slow === undefined ? 1 : sample(slow, simulation.fates.draws(PURPOSES.slowness, this.subject));
    this.resourceVersion = simulation.random.uuid();
    this.ownNetwork = networkOf(machine.ip);
    this.end.listen(this);
  }

  get hostname(): string {
    return this.machine.hostname;
  }

  get ip(): string {
    return this.machine.ip;
  }

  get troubles(): AgentTroubles {
    return this.machine.troubles;
  }

  get isRegistered(): boolean {
    return this.standing === 'registered';
  }

  get isRunning(): boolean {
    return this.standing === 'registered' || this.standing === 'unregistered';
  }

  /** The link is up: it registers after the delay that its group has. */
  connected(): void {
    if (!this.isRunning) return;
    const { joinMs, regDelayMs } = this.machine.troubles;
    const { fates, wheel } = this.simulation;
    const delay = this.hasJoined ? regDelayMs : joinMs;
    const purpose = this.hasJoined ? PURPOSES.registrationDelay : PURPOSES.join;
    this.hasJoined = true;
    this.standing = 'unregistered';
    this.attempts = 0;
    if (delay === undefined) this.introduce();
    else wheel.set(this, sample(delay, fates.draws(purpose, this.subject, this.simulation.clock.nowMs())));
  }

  disconnected(): void {
    this.simulation.wheel.cancel(this);
    if (this.isRunning) this.standing = 'unregistered';
    this.tasks.pauseUpdates();
  }

  message(message: MasterToAgentMessage): void {
    if (!this.isRunning) return;
    switch (message.type) {
      case 'ack_status':
        this.tasks.acknowledge(message);
        return;
      case 'registered':
      case 'reregistered':
        this.accepted(message);
        return;
      case 'ping':
        this.pinged(message.connected);
        return;
      case 'shutdown':
        this.leave();
        return;
      default:
        if (this.isRegistered) this.tasks.command(message);
    }
  }

  /** Registration was not answered, or nobody has pinged for too long. */
  override ring(): void {
    if (this.standing === 'unregistered') {
      this.introduce();
      return;
    }
    const silentMs = this.simulation.clock.nowMs() - this.lastPingMs;
    const limitMs = this.pingTimeoutMs + PING_MARGIN_MS;
    if (silentMs < limitMs) {
      this.simulation.wheel.set(this, limitMs - silentMs);
      return;
    }
    this.standing = 'unregistered';
    this.introduce();
  }

  sendUpdate(frameworkId: string, status: AgentStatus, latestState: TaskState): void {
    this.end.send({ type: 'status_update', update: { frameworkId, agentId: this.id!, status }, latestState });
  }

  /** What tells the container of a task from others. */
  containerOf(task: TaskInfo, behavior: TaskBehavior): ContainerStatus {
    const hasOwn = behavior.ip ?? (hasNamedNetwork(task) ? 'unique' : 'agent');
    const networks = hasOwn === 'unique' ? networkOf(this.tasks.uniqueAddress()) : this.ownNetwork;
    return { container_id: { value: this.simulation.random.uuid() }, network_infos: networks };
  }

  get currentResourceVersion(): string {
    return this.resourceVersion;
  }

  toldWhileDraining(
    state: TaskState,
    framework: SimulatedFramework,
  ): { state: TaskState; reason?: string } | undefined {
    return this.tasks.toldWhileDraining(state, framework);
  }

  /** Feedback of an operation that is not carried out. */
  refuseOperation(frameworkId: string, operationId: OperationId, message: string): void {
    const agentId = this.id!;
    const uuid = Buffer.from(this.simulation.random.uuid().replaceAll('-', ''), 'hex').toString('base64');
    this.end.send({
      type: 'operation_update',
      agentId,
      frameworkId,
      operationId: operationId.value,
      status: {
        operation_id: operationId,
        state: 'OPERATION_FAILED',
        message,
        uuid: { value: uuid },
        agent_id: { value: agentId },
        source: 'SOURCE_AGENT',
      },
    });
  }

  stop(): Promise<void> {
    this.link.disconnect();
    this.simulation.wheel.cancel(this);
    this.tasks.pauseUpdates();
    if (this.standing !== 'gone') this.standing = 'stopped';
    return Promise.resolve();
  }

  comeBack({ wipe = false, newBoot = false }: Restart = {}): Promise<AgentStart> {
    if (this.isRunning) return Promise.resolve({ ok: false, error: 'the agent is running' });
    this.link.disconnect();
    if (wipe || this.standing === 'gone') {
      this.tasks.forgetAll();
      this.id = undefined;
    } else if (newBoot) this.tasks.loseExecutors();
    this.standing = 'unregistered';
    this.link.connect();
    return Promise.resolve({ ok: true });
  }

  async bringBack(): Promise<void> {
    if (this.standing === 'gone') await this.comeBack();
  }

  async reconfigure(change: Pick<NewAgents, 'attributes' | 'resources'>): Promise<AgentStart> {
    let changed: Partial<SimulatedMachine>;
    try {
      changed = this.machine.reread(change);
    } catch (error) {
      return { ok: false, error: (error as Error).message };
    }
    await this.stop();
    this.machine = { ...this.machine, ...changed };
    this.resourceVersion = this.simulation.random.uuid();
    return this.comeBack();
  }

  unregister(): Promise<void> {
    this.end.send({ type: 'unregister', agentId: this.id ?? '' });
    this.leave();
    return Promise.resolve();
  }

  injectStatus(taskId: string, status: Partial<TaskStatus>): Promise<boolean> {
    const task = this.tasks.byId(taskId);
    task?.inject(status);
    return Promise.resolve(task !== undefined);
  }

  endTask(taskId: string, { message, ...end }: TaskEnd): boolean {
    const task = this.tasks.byId(taskId);
    task?.exit(end, message);
    return task !== undefined;
  }

  shutdown(): Promise<{ readonly stoppedTasks: number }> {
    const stoppedTasks = this.tasks.live;
    this.tasks.forgetAll();
    return this.stop().then(() => ({ stoppedTasks }));
  }

  /** Everything ends, and the id is not used again. */
  private leave(): void {
    this.tasks.forgetAll();
    this.simulation.wheel.cancel(this);
    this.standing = 'gone';
  }

  private introduce(): void {
    if (!this.end.isConnected) return;
    const { wheel, fates } = this.simulation;
    const agent = this.describe();
    if (this.id === undefined) this.end.send({ type: 'register', agent });
    else {
      const frameworks = this.tasks.frameworks();
      const tasks = this.tasks.describe();
      this.end.send({ type: 'reregister', agent, tasks, frameworks, executors: [], operations: [] });
    }
    const ceilingMs = Math.min(FIRST_RETRY_MS * 2 ** this.attempts, LONGEST_RETRY_MS);
    this.attempts += 1;
    const draw = fates.draws(PURPOSES.registrationRetry, this.subject, this.attempts).next();
    wheel.set(this, Math.max(FIRST_RETRY_MS, draw * ceilingMs));
  }

  private describe(): AgentDescription {
    const { hostname, ip, resources, attributes, domain } = this.machine;
    return {
      info: {
        ...(this.id === undefined ? {} : { id: { value: this.id } }),
        hostname,
        port: PORT,
        resources,
        attributes,
        ...(domain === undefined ? {} : { domain }),
      },
      address: { ip, port: PORT, pathPrefix: agentPathPrefix },
      version: VERSION,
      capabilities: agentCapabilities,
      resourceVersion: this.resourceVersion,
      checkpointedResources: [],
    };
  }

  private accepted(message: RegisteredMessage | ReregisteredMessage): void {
    const { simulation } = this;
    if (this.id !== message.agentId) {
      if (this.id !== undefined) return;
      this.id = message.agentId;
      this.statuses = new StatusFactory(this.id, simulation.clock, simulation.random);
    }
    this.standing = 'registered';
    this.pingTimeoutMs = message.totalPingTimeoutMs;
    this.lastPingMs = simulation.clock.nowMs();
    simulation.wheel.set(this, this.pingTimeoutMs + PING_MARGIN_MS);
    if (message.type === 'reregistered') this.tasks.reconcile(message.reconcile);
    this.tasks.resendUpdates();
  }

  private pinged(isConnected: boolean): void {
    this.end.send({ type: 'pong' });
    if (!this.isRegistered) return;
    this.lastPingMs = this.simulation.clock.nowMs();
    if (isConnected) return;
    this.standing = 'unregistered';
    this.attempts = 0;
    this.introduce();
  }
}

function hasNamedNetwork({ container }: TaskInfo): boolean {
  return container?.network_infos?.some(({ name }) => name !== undefined) === true;
}

function networkOf(address: string): readonly NetworkInfo[] {
  return [{ ip_addresses: [{ protocol: 'IPv4', ip_address: address }] }];
}
