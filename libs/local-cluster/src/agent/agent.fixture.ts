import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandInfo, FrameworkInfo, TaskInfo, TaskState } from '#mesos';
import { MemoryLink } from '../link/link.js';
import type {
  AgentToMasterMessage,
  MasterToAgentMessage,
  ReregisterMessage,
  StatusUpdateMessage,
} from '../link/messages.js';
import { systemClock, type Clock } from '../runtime/clock.js';
import { silentLogger } from '../runtime/logger.js';
import { createRandom } from '../runtime/random.js';
import { readProcessTable } from '../supervisor/process-table.js';
import { Agent } from './agent.js';
import { defaultAgentOptions, type AgentOptions } from './agent-options.js';
import { systemHost, type Host } from './host.js';

export const frameworkId = 'c0ffee00-0000-4000-8000-000000000000-0000';
export const agentId = 'c0ffee00-0000-4000-8000-000000000000-S0';

/** A checkpointing framework with the capabilities Ekiden declares. */
export const framework: FrameworkInfo = {
  id: { value: frameworkId },
  user: 'root',
  name: 'test',
  checkpoint: true,
  capabilities: [{ type: 'MULTI_ROLE' }, { type: 'PARTITION_AWARE' }, { type: 'TASK_KILLING_STATE' }],
};

/** A command task; a text is a shell command line. */
export function taskOf(id: string, command: string | CommandInfo, more: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: agentId },
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 }, allocation_info: { role: '*' } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 32 }, allocation_info: { role: '*' } },
    ],
    command: typeof command === 'string' ? { shell: true, value: command } : command,
    ...more,
  };
}

/** Waits until `probe` gives something else than `undefined` or `false`. */
export async function eventually<Value>(
  probe: () => Value | undefined | false | Promise<Value | undefined | false>,
  what = 'the expected',
): Promise<Value> {
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 20) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what} did not happen`);
}

/** An agent in a temporary directory, with the test in the place of the master. */
export class AgentBench {
  readonly received: AgentToMasterMessage[] = [];
  readonly updates: StatusUpdateMessage[] = [];
  /** Whether updates are acknowledged as they come. */
  doesAcknowledge = true;
  agent!: Agent;
  private link!: MemoryLink;

  private constructor(
    readonly workDir: string,
    private readonly settings: BenchSettings,
  ) {}

  static async start(settings: BenchSettings = {}): Promise<AgentBench> {
    const bench = new AgentBench(await mkdtemp(join(tmpdir(), 'ekiden-agent-')), settings);
    await bench.startAgent();
    return bench;
  }

  /** Starts an agent on the work directory and waits until it is registered. */
  async startAgent(more: BenchSettings = {}): Promise<void> {
    const settings = { ...this.settings, ...more };
    const started = await this.tryStartAgent(settings);
    if (!started.ok) throw new Error(started.error);
    await eventually(() => this.agent.isRegistered, 'registration');
  }

  async tryStartAgent(settings: BenchSettings = {}): ReturnType<Agent['start']> {
    const host = settings.host ?? systemHost();
    const link = new MemoryLink();
    this.link = link;
    link.masterEnd.listen({
      connected: () => undefined,
      disconnected: () => undefined,
      message: (message) => {
        if (link === this.link) this.take(message);
      },
    });
    this.agent = new Agent({
      options: {
        ...defaultAgentOptions(this.workDir, host.uid === 0),
        port: 0,
        // An engine that this machine happens to have is left alone.
        runner: 'process',
        resources: 'cpus:64;mem:65536;disk:1000;ports:[31000-32000]',
        ...settings.options,
      },
      link: link.agentEnd,
      host,
      clock: settings.clock ?? systemClock,
      random: createRandom(),
      logger: silentLogger,
    });
    const started = await this.agent.start();
    if (started.ok) link.connect();
    return started;
  }

  /** Breaks the connection to the master. */
  disconnect(): void {
    this.link.disconnect();
  }

  connect(): void {
    this.link.connect();
  }

  /** Leaves the agent as a crash would: connections break, nothing is told to anybody. */
  async crashAgent(): Promise<void> {
    this.link.disconnect();
    await this.agent.shutdown({ stopTasks: false });
  }

  /** Ends everything and removes the directory. */
  async stop(): Promise<void> {
    await this.agent.shutdown({ stopTasks: true });
    await rm(this.workDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  send(message: MasterToAgentMessage): void {
    this.link.masterEnd.send(message);
  }

  run(task: TaskInfo, of: FrameworkInfo = framework): void {
    const { resourceVersion } = this.introduction;
    this.send({ type: 'run_task', framework: of, task, resourceVersion, launchExecutor: true });
  }

  kill(taskId: string, graceMs?: number): void {
    const killPolicy = graceMs === undefined ? undefined : { grace_period: { nanoseconds: graceMs * 1e6 } };
    this.send({ type: 'kill_task', frameworkId, taskId, killPolicy });
  }

  acknowledge(message: StatusUpdateMessage): void {
    const { status } = message.update;
    const { value: taskId } = status.task_id;
    this.send({
      type: 'ack_status',
      frameworkId: message.update.frameworkId,
      taskId,
      uuid: status.uuid ?? '',
    });
  }

  /** The agent's last registration. */
  get introduction(): ReregisterMessage['agent'] {
    const message = this.received.findLast(({ type }) => type === 'register' || type === 'reregister');
    if (message?.type !== 'register' && message?.type !== 'reregister') throw new Error('not registered');
    return message.agent;
  }

  get reregistration(): ReregisterMessage | undefined {
    return this.received.findLast((message) => message.type === 'reregister');
  }

  statesOf(taskId: string): TaskState[] {
    return this.updatesOf(taskId).map(({ update }) => update.status.state);
  }

  updatesOf(taskId: string): StatusUpdateMessage[] {
    return this.updates.filter(({ update }) => update.status.task_id.value === taskId);
  }

  /** Waits for an update of this state. */
  async state(taskId: string, state: TaskState): Promise<StatusUpdateMessage['update']['status']> {
    const found = await eventually(
      () => this.updatesOf(taskId).findLast(({ update }) => update.status.state === state),
      `${state} of ${taskId} (got ${this.statesOf(taskId).join(', ')})`,
    );
    return found.update.status;
  }

  sandboxOf(taskId: string): string {
    const base = join(this.workDir, 'slaves', agentId, 'frameworks', frameworkId);
    return join(base, 'executors', taskId, 'runs', 'latest');
  }

  metaOf(taskId: string): string {
    const base = join(this.workDir, 'meta', 'slaves', agentId, 'frameworks', frameworkId);
    return join(base, 'executors', taskId, 'runs', 'latest');
  }

  output(taskId: string, name = 'stdout'): Promise<string> {
    return readFile(join(this.sandboxOf(taskId), name), 'utf8');
  }

  /** Records of the supervisors, by number. */
  async supervisorPid(number = 1): Promise<number> {
    const text = await readFile(join(this.workDir, 'supervisors', `${number}.json`), 'utf8');
    return (JSON.parse(text) as { pid: number }).pid;
  }

  async get(path: string): Promise<Response> {
    const { ip, port } = this.agent.address;
    return fetch(`http://${ip}:${port}${path}`);
  }

  private take(message: AgentToMasterMessage): void {
    this.received.push(message);
    if (message.type === 'register' || message.type === 'reregister') {
      const answer = { agentId, masterId: 'master', totalPingTimeoutMs: 75_000 };
      if (message.type === 'register') this.send({ type: 'registered', ...answer });
      else this.send({ type: 'reregistered', ...answer, reconcile: [] });
    }
    if (message.type !== 'status_update') return;
    this.updates.push(message);
    if (this.doesAcknowledge) this.acknowledge(message);
  }
}

/** What a test may choose. */
export interface BenchSettings {
  readonly options?: Partial<AgentOptions>;
  readonly clock?: Clock;
  readonly host?: Host;
}

/** Whether a process with this pid runs (zombies do not). */
export function isRunning(pid: number | undefined): boolean {
  return readProcessTable().some((entry) => entry.pid === pid && !entry.isZombie);
}
