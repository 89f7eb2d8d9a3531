import type { TaskState, TaskStatusReason } from '#mesos';
import type { CheckpointStore } from './checkpoints.js';
import type { FrameworkRecord, Runs } from './runs.js';

/** How the master wants the agent to be emptied; as checkpointed in `drain.config`. */
export interface DrainConfig {
  /** Bound of every task's own grace period. */
  readonly maxGracePeriodMs?: number | undefined;
  /** The agent does not come back: frameworks hear of its tasks accordingly. */
  readonly markGone: boolean;
}

/** What a status says while the agent is drained. */
interface Told {
  readonly state: TaskState;
  readonly reason?: TaskStatusReason | undefined;
}

/** An agent being emptied by its operator (spec/local-cluster.md §23, C§21.6). It ends with the last task. */
export class Draining {
  private config: DrainConfig | undefined;

  constructor(
    private readonly checkpoints: CheckpointStore,
    private readonly runs: Runs,
    private readonly agentId: () => string,
  ) {}

  get isActive(): boolean {
    return this.config !== undefined;
  }

  /** The shorter of a task's own grace period and the operator's. */
  boundGrace(graceMs: number): number {
    return Math.min(graceMs, this.config?.maxGracePeriodMs ?? Infinity);
  }

  /** Takes up what an earlier agent was doing; before its runs, for what they report is part of it. */
  async recover(agentId: string): Promise<void> {
    this.config = await this.checkpoints.readDrain(agentId);
  }

  async begin(config: DrainConfig): Promise<void> {
    this.config = config;
    await this.checkpoints.writeDrain(this.agentId(), config);
    await this.endIfEmpty();
  }

  /** A run is out of the books, or all that are left are known. */
  async endIfEmpty(): Promise<void> {
    if (this.config === undefined || this.runs.all().length > 0) return;
    this.config = undefined;
    await this.checkpoints.writeDrain(this.agentId(), undefined);
  }

  /** Kills are the operator's doing now, and final when the agent does not come back. */
  tell(told: Told, framework: FrameworkRecord): Told {
    const { config } = this;
    if (config === undefined || (told.state !== 'TASK_KILLING' && told.state !== 'TASK_KILLED')) return told;
    const isGone = config.markGone && told.state === 'TASK_KILLED' && framework.has('PARTITION_AWARE');
    return { state: isGone ? 'TASK_GONE_BY_OPERATOR' : told.state, reason: 'REASON_AGENT_DRAINING' };
  }
}
