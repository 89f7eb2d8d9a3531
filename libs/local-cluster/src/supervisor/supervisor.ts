import { Container, type ContainerSurroundings } from './container.js';
import { containerUsage } from './container-usage.js';
import { MemoryGuard } from './memory-guard.js';
import { readProcessTable } from './process-table.js';
import { SessionSweeper, TreeSignaller } from './process-tree.js';
import type { NumberedEvent, SupervisorMessage, SupervisorRequest } from './protocol.js';

/** What the supervisor needs from the process it runs in. */
export interface SupervisorDependencies {
  readonly bootId: string;
  readonly nowMs: () => number;
  /** How long to go on without an agent (spec/local-cluster.md §2.2). */
  readonly recoveryTimeoutMs: number;
  readonly log: (message: string, fields: Record<string, unknown>) => void;
  /** Ends the process. */
  readonly exit: () => void;
}

/** Where answers and notifications go. */
export interface AgentChannel {
  send(message: SupervisorMessage): void;
}

/**
 * Parent of task processes. It starts and kills them as told, writes down what becomes of them, and outlives the
 * agent that told it; it decides nothing about tasks.
 */
export class Supervisor {
  private readonly containers = new Map<string, Container>();
  private readonly launches: Container[] = [];
  private readonly surroundings: ContainerSurroundings;
  private agent: AgentChannel | undefined;
  private isStopping = false;
  private lonelyTimer: NodeJS.Timeout | undefined;

  constructor(private readonly dependencies: SupervisorDependencies) {
    const { bootId, nowMs, log } = dependencies;
    this.surroundings = {
      bootId,
      nowMs,
      signaller: new TreeSignaller(),
      sweeper: new SessionSweeper(nowMs),
      memoryGuard: new MemoryGuard(),
      announce: (container, event) => this.announce(container, event),
      onWriteFailure: (container, error) =>
        log('cannot write the journal', { container, error: String(error) }),
      onWriteRecovery: (container) => log('the journal is written again', { container }),
      onOutputFailure: (container, error) =>
        log('cannot write to the output of the task', { container, error: String(error) }),
    };
    this.agentLost();
  }

  /** An agent connected; it takes the place of any other. Notifications follow once it says hello. */
  handle(request: SupervisorRequest, channel: AgentChannel): void {
    switch (request.type) {
      case 'hello':
        this.welcome(channel);
        return;
      case 'launch':
        this.launch(new Container(request.spec, this.surroundings));
        return;
      case 'kill':
        this.containers.get(request.container)?.kill(request.graceMs);
        return;
      case 'destroy':
        this.containers.get(request.container)?.destroy();
        return;
      case 'ack':
        this.acknowledge(request.container, request.seq);
        return;
      case 'usage':
        channel.send({ type: 'usage', id: request.id, containers: this.usage() });
        return;
      case 'stop':
        this.isStopping = true;
        this.exitWhenIdle();
    }
  }

  /** The agent is gone: tasks go on, but not for ever. */
  agentLost(): void {
    this.agent = undefined;
    clearTimeout(this.lonelyTimer);
    this.lonelyTimer = setTimeout(() => this.giveUp(), this.dependencies.recoveryTimeoutMs);
    this.exitWhenIdle();
  }

  private welcome(channel: AgentChannel): void {
    clearTimeout(this.lonelyTimer);
    this.agent = channel;
    this.isStopping = false;
    channel.send({ type: 'welcome', pid: process.pid, containers: [...this.containers.keys()] });
    for (const container of this.containers.values()) container.replay();
  }

  /** Starting a process takes a millisecond or two of this thread: one per turn, so that kills get their turn. */
  private launch(container: Container): void {
    this.containers.set(container.id, container);
    this.launches.push(container);
    if (this.launches.length === 1) setImmediate(() => this.startNext());
  }

  private startNext(): void {
    this.launches[0]?.start();
    this.launches.shift();
    if (this.launches.length > 0) setImmediate(() => this.startNext());
  }

  private acknowledge(containerId: string, seq: number): void {
    const container = this.containers.get(containerId);
    if (container === undefined) return;
    container.acknowledge(seq);
    if (container.isDone) this.containers.delete(containerId);
    this.exitWhenIdle();
  }

  private announce(container: string, event: NumberedEvent): void {
    this.agent?.send({ type: 'notification', container, ...event });
  }

  private usage(): ReturnType<typeof containerUsage>[] {
    const table = readProcessTable();
    return [...this.containers.values()]
      .filter((container) => container.runningPid !== undefined)
      .map((container) => containerUsage(container.id, container.runningPid ?? 0, table));
  }

  /** As executors of the reference do: without an agent for too long, the tasks are ended. */
  private giveUp(): void {
    this.dependencies.log('no agent within the recovery timeout', { containers: this.containers.size });
    for (const container of this.containers.values()) container.destroy();
    this.isStopping = true;
    const wait = setInterval(() => {
      const isRunning = [...this.containers.values()].some((container) => !container.isEndWritten);
      if (isRunning || this.agent !== undefined) return;
      clearInterval(wait);
      this.dependencies.exit();
    }, 100);
  }

  private exitWhenIdle(): void {
    if (!this.isStopping || this.containers.size > 0) return;
    if (this.surroundings.sweeper.isIdle) this.dependencies.exit();
    else setTimeout(() => this.exitWhenIdle(), 100);
  }
}
