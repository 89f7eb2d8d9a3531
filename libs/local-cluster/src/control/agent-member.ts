import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, type AgentStart } from '../agent/agent.js';
import type { AgentOptions } from '../agent/agent-options.js';
import type { Host } from '../agent/host.js';
import { MemoryLink } from '../link/link.js';
import type { Clock } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';
import type { Random } from '../runtime/random.js';
import type { TaskStatus } from '#mesos';
import type { ClusterMember, Restart, TaskEnd } from './cluster-member.js';
import { readTextOrNothing } from '../supervisor/container-journal.js';
import { isSameProcess, readProcessTable } from '../supervisor/process-table.js';
import { signalProcess, treeOf } from '../supervisor/process-tree.js';
import type { SupervisorRecord } from '../supervisor/protocol.js';

/** What all agents of a cluster share. */
export interface MemberEnvironment {
  readonly host: Host;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The place of one agent in a cluster: its link, its work directory, and whoever works there at the moment. */
export class AgentMember implements ClusterMember {
  readonly link = new MemoryLink();
  private current: Agent;
  private options: AgentOptions;
  private host: Host;
  private isUp = false;
  /** Settles when an agent that was told to end is back. */
  private returning: Promise<void> | undefined;

  constructor(
    options: AgentOptions,
    private readonly environment: MemberEnvironment,
  ) {
    this.options = options;
    this.host = environment.host;
    this.current = this.create();
  }

  get agent(): Agent {
    return this.current;
  }

  get id(): string | undefined {
    return this.current.id;
  }

  get hostname(): string {
    return this.current.hostname;
  }

  get ip(): string {
    return this.current.address.ip;
  }

  get isRunning(): boolean {
    return this.isUp && !this.current.isClosed;
  }

  async unregister(): Promise<void> {
    await this.current.unregister();
  }

  async injectStatus(taskId: string, status: Partial<TaskStatus>): Promise<boolean> {
    return this.isRunning && (await this.current.injectStatus(taskId, status));
  }

  /** Signals the process; its exit is what makes the task end. */
  endTask(_taskId: string, { signal }: TaskEnd, pid: number | undefined): boolean {
    return pid !== undefined && signalProcess(pid, (signal ?? 'SIGKILL') as NodeJS.Signals);
  }

  /** Starts the agent; it registers once the link is connected. */
  async start(): Promise<AgentStart> {
    const outcome = await this.current.start();
    this.isUp = outcome.ok;
    return outcome;
  }

  /** Ends the agent as a stopped process would: connections break, tasks go on. */
  async stop(): Promise<void> {
    this.link.disconnect();
    if (this.isUp) await this.current.shutdown({ stopTasks: false });
    this.isUp = false;
  }

  /** Ends the agent in good order (see `Agent.shutdown`). One that was stopped comes back first: it has tasks to end. */
  async shutdown({ stopTasks }: { readonly stopTasks: boolean }): Promise<{ stoppedTasks: number }> {
    await this.returning;
    if (!this.isRunning && stopTasks) await this.revive({});
    const outcome = await this.current.shutdown({ stopTasks });
    this.isUp = false;
    return outcome;
  }

  /** Starts a new agent where one was that the master told to end, once that is done; nothing otherwise. */
  bringBack(): Promise<void> {
    if (!this.isUp || !this.current.isLeaving) return Promise.resolve();
    const returned = this.return();
    this.returning = returned.catch(() => undefined);
    return returned;
  }

  /** Starts a new agent where the former one was; at the same address. */
  async comeBack(how: Restart = {}): Promise<AgentStart> {
    if (this.isRunning) return { ok: false, error: 'the agent is running' };
    this.link.disconnect();
    const outcome = await this.revive(how);
    if (outcome.ok) this.link.connect();
    return outcome;
  }

  /** Stops the agent, changes what it is, and starts it again; its work directory keeps nothing against that. */
  async reconfigure(change: Partial<AgentOptions>): Promise<AgentStart> {
    await this.stop();
    const { reconfigurationPolicy } = this.options;
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const before = this.options;
    this.options = { ...before, ...Object.fromEntries(given), reconfigurationPolicy: 'any' };
    const outcome = await this.comeBack();
    // What does not start is not kept.
    this.options = outcome.ok ? { ...this.options, reconfigurationPolicy } : before;
    if (!outcome.ok) await this.comeBack();
    return outcome;
  }

  private async return(): Promise<void> {
    await this.current.ended;
    const outcome = await this.comeBack();
    if (!outcome.ok) throw new Error(outcome.error);
  }

  private async revive({ wipe = false, newBoot = false }: Restart): Promise<AgentStart> {
    this.options = { ...this.options, port: this.current.address.port };
    if (wipe || newBoot) await endProcesses(join(this.options.workDir, 'supervisors'), this.host.bootId);
    if (wipe) await rm(this.options.workDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    if (newBoot) this.host = { ...this.host, bootId: randomUUID() };
    this.current = this.create();
    return this.start();
  }

  private create(): Agent {
    const { clock, random, logger } = this.environment;
    return new Agent({
      options: this.options,
      link: this.link.agentEnd,
      host: this.host,
      clock,
      random,
      logger,
    });
  }
}

/** Ends supervisors and everything below them, as the end of their machine would. */
async function endProcesses(supervisors: string, bootId: string): Promise<void> {
  const names = await readdir(supervisors).catch(() => []);
  for (const name of names.filter((file) => /^\d+\.json$/.test(file))) {
    const text = await readTextOrNothing(join(supervisors, name));
    const record = text === undefined ? undefined : (JSON.parse(text) as SupervisorRecord);
    if (record === undefined || record.bootId !== bootId) continue;
    if (!isSameProcess(record.pid, record.startTime)) continue;
    for (const { pid } of treeOf(readProcessTable(), record.pid)) signalProcess(pid, 'SIGKILL');
  }
}

/** Starts agents one after another; if one cannot start, those that did are ended again. */
export async function startMembers(
  members: readonly AgentMember[],
  onStarted: (member: AgentMember) => void = () => undefined,
): Promise<void> {
  const started: AgentMember[] = [];
  try {
    for (const member of members) {
      const outcome = await member.start();
      if (!outcome.ok) throw new Error(outcome.error);
      started.push(member);
      onStarted(member);
    }
  } catch (error) {
    await Promise.all(started.map((member) => member.shutdown({ stopTasks: false })));
    throw error;
  }
}
