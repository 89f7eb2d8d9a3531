import type { TaskStatus } from '#mesos';
import type { AgentStart } from '../agent/agent.js';
import type { AgentOptions } from '../agent/agent-options.js';
import type { End } from '../agent/updates/exit-message.js';
import type { MemoryLink } from '../link/link.js';

/** How an agent is to come back. */
export interface Restart {
  /** Its work directory was lost, and its tasks with it: it comes as a new agent. */
  readonly wipe?: boolean | undefined;
  /** The machine booted: no process of before is left. */
  readonly newBoot?: boolean | undefined;
}

/** What agents that are added differ in from the others. */
export type NewAgents = Partial<Pick<AgentOptions, 'attributes' | 'resources' | 'domain'>>;

/** One agent of a cluster as a control sees it, whether it runs processes or simulates them (spec/local-cluster.md §25). */
export interface ClusterMember {
  readonly link: MemoryLink;
  /** The id the master gave; nothing before the first registration. */
  readonly id: string | undefined;
  readonly hostname: string;
  readonly ip: string;
  readonly isRunning: boolean;
  /** Ends the agent as a stopped process would: connections break, tasks go on. */
  stop(): Promise<void>;
  /** Starts an agent where the former one was; at the same address. */
  comeBack(how?: Restart): Promise<AgentStart>;
  /** Starts a new agent where one was that the master told to end; nothing otherwise. */
  bringBack(): Promise<void>;
  /** Stops the agent, changes what it is, and starts it again. */
  reconfigure(change: Pick<NewAgents, 'attributes' | 'resources'>): Promise<AgentStart>;
  /** Leaves the cluster for good, with all its tasks. */
  unregister(): Promise<void>;
  /** Reports a status of a task; false when it has no such task. */
  injectStatus(taskId: string, status: Partial<TaskStatus>): Promise<boolean>;
  /** Ends a task like this; false when it has no such task. `pid`: its process, as far as the master knows. */
  endTask(taskId: string, end: TaskEnd, pid: number | undefined): boolean;
  /** Ends the agent, with its tasks or without. */
  shutdown(how: { readonly stopTasks: boolean }): Promise<{ readonly stoppedTasks: number }>;
}

/** How a task is to end: by a signal, or, where there is no process, with any exit status. */
export type TaskEnd = End & { readonly message?: string | undefined };
