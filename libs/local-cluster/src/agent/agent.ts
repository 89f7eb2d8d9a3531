import { mkdir } from 'node:fs/promises';
import type { TaskStatus } from '#mesos';
import type {
  AgentInfo,
  ApplyOperationMessage,
  MasterToAgentMessage,
  RegisterMessage,
  RegisteredMessage,
  ReregisterMessage,
  ReregisteredMessage,
} from '../link/messages.js';
import { wireAgent, type AgentDependencies, type AgentParts } from './agent-parts.js';
import { findIncompatibility } from './description/compatibility.js';
import { agentCapabilities, describeAgent } from './description/describe-agent.js';
import { agentPathPrefix } from './http/agent-server.js';
import { recoverRuns } from './recovery/recover-runs.js';
import { Registration } from './registration.js';
import type { TaskRun } from './runs.js';

/** Whether an agent could be started. */
export type AgentStart = { readonly ok: true } | { readonly ok: false; readonly error: string };

/** Beyond the longest grace period, for what supervisors and disk need to end tasks. */
const stopMarginMs = 5_000;

/**
 * A Mesos agent: offers what a machine has and runs command tasks on it as processes (spec/local-cluster.md §7, §8).
 * Tasks outlive it: a new agent on the same work directory goes on with them.
 */
export class Agent {
  private readonly parts: AgentParts;
  private readonly registration: Registration;
  private info: AgentInfo | undefined;
  private inbox: Promise<void> = Promise.resolve();
  private isStopping = false;
  private closed = false;
  private onClosed!: () => void;
  /** Resolves once the agent has ended and its address is free. */
  readonly ended = new Promise<void>((resolve) => {
    this.onClosed = resolve;
  });
  private onJoined!: () => void;
  /** Resolves once a master has registered this agent for the first time in this run. */
  readonly joined = new Promise<void>((resolve) => (this.onJoined = resolve));
  private onEnded: ((run: TaskRun) => void) | undefined;

  constructor(private readonly dependencies: AgentDependencies) {
    this.parts = wireAgent(dependencies, {
      info: () => this.info,
      onEnded: (run) => {
        if (run.framework.isRemoved) this.parts.complete(run);
        this.onEnded?.(run);
      },
    });
    this.registration = new Registration({
      ...dependencies,
      backoffFactorMs: dependencies.options.registrationBackoffFactorMs,
      compose: () => this.introduce(),
    });
  }

  /** The id the master gave; nothing before the first registration. */
  get id(): string | undefined {
    return this.info?.id?.value;
  }

  /** The master has taken it in, and its id is on disk. */
  get isRegistered(): boolean {
    return this.registration.isRegistered;
  }

  /** Ended, on request or because the master told it to. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** On its way out, or ended. */
  get isLeaving(): boolean {
    return this.isStopping;
  }

  /** Advertised name. */
  get hostname(): string {
    return this.dependencies.options.hostname;
  }

  /** Where the agent's HTTP server answers. */
  get address(): { readonly ip: string; readonly port: number } {
    return { ip: this.dependencies.options.ip, port: this.parts.server.port };
  }

  /** Tasks that are being prepared or run. */
  get liveTaskCount(): number {
    return this.parts.runs.all().filter(({ phase }) => phase !== 'ended').length;
  }

  /**
   * Takes up what an earlier agent left, then registers as soon as the link is up. A refusal leaves nothing
   * running that was not running before. Rejects when the work directory or the address cannot be had.
   */
  async start(): Promise<AgentStart> {
    const { options, link } = this.dependencies;
    await mkdir(options.workDir, { recursive: true });
    await this.parts.server.listen(options.ip, options.port);
    let recovered: AgentStart = { ok: false, error: 'not recovered' };
    try {
      await this.parts.cache.clear();
      recovered = await this.recover();
    } finally {
      if (!recovered.ok) await this.close();
    }
    if (!recovered.ok) return recovered;
    this.parts.collector.start();
    link.listen({
      connected: () => this.registration.begin(),
      disconnected: () => {
        this.registration.stop();
        this.parts.updates.pause();
      },
      message: (message) => this.enqueue(message),
    });
    return recovered;
  }

  /**
   * Ends the agent. With `stopTasks` its tasks are ended first, each within its grace period, and their updates
   * wait on disk if nobody takes them; otherwise they go on and a later agent finds them. Gives the number of
   * tasks that were told to end.
   */
  async shutdown({ stopTasks }: { readonly stopTasks: boolean }): Promise<{ stoppedTasks: number }> {
    this.isStopping = true;
    const stoppedTasks = stopTasks ? this.liveTaskCount : 0;
    if (stopTasks) await this.stopTasks((run) => this.parts.commands.stop(run));
    await this.close();
    return { stoppedTasks };
  }

  /** Leaves the cluster for good: the master is told first, then everything ends and the id is given up. */
  async unregister(): Promise<void> {
    this.dependencies.link.send({ type: 'unregister', agentId: this.id ?? '' });
    await this.leave('unregistered');
  }

  /** Reports a status of a task that is not the runner's (spec/local-cluster.md §25); false when there is no such task. */
  async injectStatus(taskId: string, status: Partial<TaskStatus>): Promise<boolean> {
    const run = this.parts.runs.all().find((other) => other.taskId === taskId);
    if (run === undefined) return false;
    await this.parts.reporter.inject(run, status);
    return true;
  }

  private async recover(): Promise<AgentStart> {
    const { options, host, logger } = this.dependencies;
    const { checkpoints, server } = this.parts;
    const described = await describeAgent(options, host, server.port);
    if (!described.ok) return described;
    this.info = described.info;
    const [previous, bootId] = await Promise.all([checkpoints.readAgent(), checkpoints.readBootId()]);
    if (previous?.id === undefined) {
      await recoverRuns([], { ...this.parts, logger });
      return { ok: true };
    }
    const difference = findIncompatibility(previous, described.info, options.reconfigurationPolicy);
    if (difference !== undefined) {
      if (bootId === host.bootId) return { ok: false, error: difference };
      logger.warn({ difference }, 'configuration changed with the reboot: starting as a new agent');
      await checkpoints.forgetAgent();
      await recoverRuns([], { ...this.parts, logger });
      return { ok: true };
    }
    this.info = { ...described.info, id: previous.id };
    return this.recoverRunsOf(previous.id.value);
  }

  private async recoverRunsOf(agentId: string): Promise<AgentStart> {
    const { options, clock, logger } = this.dependencies;
    const { runs, finished, corrupt } = await this.parts.checkpoints.readRuns(agentId);
    const [damaged] = corrupt;
    if (damaged !== undefined && options.strict) {
      const where = `container ${damaged.id.containerId} of ${damaged.id.executorId}`;
      return { ok: false, error: `Corrupt checkpoint of ${where}: ${damaged.error}` };
    }
    for (const { id, error } of corrupt) logger.error({ ...id, error }, 'leaving out a corrupt checkpoint');
    for (const id of finished) this.parts.collector.schedule(id, clock.nowMs());
    await this.parts.draining.recover(agentId);
    await recoverRuns(runs, { ...this.parts, logger });
    await this.parts.draining.endIfEmpty();
    logger.info({ agentId, runs: runs.length }, 'recovered');
    return { ok: true };
  }

  /** One message after the other: what follows a registration must find it on disk. */
  private enqueue(message: MasterToAgentMessage): void {
    this.inbox = this.inbox
      .then(() => this.handle(message))
      .catch((error: unknown) => {
        this.dependencies.logger.error({ type: message.type, error: String(error) }, 'message failed');
      });
  }

  private async handle(message: MasterToAgentMessage): Promise<void> {
    switch (message.type) {
      case 'registered':
      case 'reregistered':
        return this.registered(message);
      case 'ping':
        return this.registration.pinged(message.connected);
      case 'ack_status': {
        const { frameworkId, taskId, uuid } = message;
        // Acknowledgements of different tasks share their way to the disk.
        void this.parts.updates.acknowledge({ frameworkId, taskId }, uuid);
        return;
      }
      case 'shutdown':
        return this.leave(message.message);
      default:
        if (this.registration.isRegistered && !this.isStopping) return this.command(message);
        this.dependencies.logger.warn(
          { type: message.type },
          'ignoring a message of a master not registered with',
        );
    }
  }

  private async command(message: MasterToAgentMessage): Promise<void> {
    const { commands, runs, updates, checkpoints } = this.parts;
    switch (message.type) {
      case 'run_task':
        return commands.runTask(message);
      case 'run_task_group':
        return commands.refuseGroup(message);
      case 'kill_task':
        return commands.killTask(message);
      case 'shutdown_executor': {
        const run = runs.find(message.frameworkId, message.executorId);
        if (run !== undefined) commands.shutdownExecutor(run);
        return;
      }
      case 'shutdown_framework':
        return commands.shutdownFramework(message.frameworkId);
      case 'update_framework': {
        const framework = commands.updateFramework(message.framework);
        if (framework.runs.size > 0) await checkpoints.writeFramework(this.id ?? '', framework);
        return updates.resend(framework.id);
      }
      case 'drain':
        return commands.drain({ maxGracePeriodMs: message.maxGracePeriodMs, markGone: message.markGone });
      case 'apply_operation':
        return this.refuseOperation(message);
      default:
        // Command executors take no messages; nothing else is addressed to what this agent has.
        this.dependencies.logger.debug({ type: message.type }, 'nobody to pass a message on to');
    }
  }

  private async registered(message: RegisteredMessage | ReregisteredMessage): Promise<void> {
    const { host, logger } = this.dependencies;
    const { checkpoints, updates, commands } = this.parts;
    if (this.info === undefined || this.isStopping) return;
    if (this.info.id === undefined || this.info.id.value === message.agentId) {
      this.info = { ...this.info, id: { value: message.agentId } };
    } else {
      logger.error({ agentId: message.agentId, own: this.info.id.value }, 'registered under a foreign id');
      return;
    }
    await checkpoints.writeAgent(message.agentId, this.info, host.bootId);
    this.registration.accepted(message.totalPingTimeoutMs);
    this.onJoined();
    logger.info({ agentId: message.agentId, masterId: message.masterId }, message.type);
    if (message.type === 'reregistered') {
      for (const expected of message.reconcile) commands.reconcile(expected);
    }
    updates.resume();
  }

  private introduce(): RegisterMessage | ReregisterMessage {
    const { info } = this;
    if (info === undefined) throw new Error('an agent introduces itself only after it has started');
    const { options } = this.dependencies;
    const agent = {
      info,
      address: { ...this.address, pathPrefix: agentPathPrefix },
      version: options.version,
      capabilities: agentCapabilities,
      resourceVersion: this.parts.resourceVersion,
      checkpointedResources: [],
    };
    if (info.id === undefined) return { type: 'register', agent };
    const live = [...this.parts.runs.frameworks.values()].filter(({ runs }) => runs.size > 0);
    return {
      type: 'reregister',
      agent,
      tasks: this.parts.runs.all().map((run) => run.describe()),
      executors: [],
      frameworks: live.map((framework) => framework.info),
      operations: [],
    };
  }

  /** This agent keeps neither reservations nor volumes. Whoever wants feedback gets it. */
  private refuseOperation({ framework, operation }: ApplyOperationMessage): void {
    if (!('id' in operation) || operation.id === undefined) return;
    const agentId = this.id ?? '';
    const uuid = this.dependencies.random.uuid().replaceAll('-', '');
    this.dependencies.link.send({
      type: 'operation_update',
      agentId,
      frameworkId: framework.id?.value ?? '',
      operationId: operation.id.value,
      status: {
        operation_id: operation.id,
        state: 'OPERATION_FAILED',
        message: `${operation.type} is not available on this agent`,
        uuid: { value: Buffer.from(uuid, 'hex').toString('base64') },
        agent_id: { value: agentId },
        source: 'SOURCE_AGENT',
      },
    });
  }

  /** The master does not want this agent any more: everything ends, and the id is not used again. */
  private async leave(reason: string): Promise<void> {
    this.dependencies.logger.warn({ reason }, 'told to shut down');
    this.isStopping = true;
    await this.stopTasks((run) => this.parts.commands.shutdownExecutor(run));
    await this.parts.checkpoints.forgetAgent();
    await this.close();
  }

  /** Resolves when all runs are over and their updates are on disk, or when that takes too long. */
  private async stopTasks(stop: (run: TaskRun) => void): Promise<void> {
    const live = new Set(this.parts.runs.all().filter(({ phase }) => phase !== 'ended'));
    if (live.size === 0) return;
    const { clock, options, logger } = this.dependencies;
    const graceMs = this.parts.commands.longestGraceMs([...live]);
    const limitMs = Math.max(graceMs, options.executorShutdownGracePeriodMs) + stopMarginMs;
    await new Promise<void>((resolve) => {
      const limit = clock.schedule(limitMs, () => {
        logger.error({ tasks: live.size }, 'tasks did not end in time');
        resolve();
      });
      this.onEnded = (run) => {
        live.delete(run);
        if (live.size > 0) return;
        limit.cancel();
        resolve();
      };
      for (const run of live) stop(run);
    });
  }

  private async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.registration.stop();
    this.parts.updates.pause();
    this.parts.collector.stop();
    await this.parts.server.close();
    await this.parts.runner.stop();
    this.onClosed();
  }
}
