import { join } from 'node:path';

/** Names a run of an executor; all parts are single path segments (validated by the master). */
export interface RunId {
  readonly agentId: string;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly containerId: string;
}

/** Where things lie below an agent's work directory (spec/local-cluster.md §9.1). Names of the reference. */
export class AgentLayout {
  constructor(readonly workDir: string) {}

  get meta(): string {
    return join(this.workDir, 'meta');
  }

  get bootId(): string {
    return join(this.meta, 'boot_id');
  }

  get supervisors(): string {
    return join(this.workDir, 'supervisors');
  }

  /** Points to the directory of the current agent id. */
  get latestAgent(): string {
    return join(this.meta, 'slaves', 'latest');
  }

  agentMeta(agentId: string): string {
    return join(this.meta, 'slaves', agentId);
  }

  agentInfo(agentId: string): string {
    return join(this.agentMeta(agentId), 'slave.info');
  }

  drainConfig(agentId: string): string {
    return join(this.agentMeta(agentId), 'drain.config');
  }

  frameworkMeta(agentId: string, frameworkId: string): string {
    return join(this.agentMeta(agentId), 'frameworks', frameworkId);
  }

  executorMeta(run: Omit<RunId, 'containerId'>): string {
    return join(this.frameworkMeta(run.agentId, run.frameworkId), 'executors', run.executorId);
  }

  runMeta(run: RunId): string {
    return join(this.executorMeta(run), 'runs', run.containerId);
  }

  taskMeta(run: RunId, taskId: string): string {
    return join(this.runMeta(run), 'tasks', taskId);
  }

  /** Directory of all sandboxes of one executor id. */
  executorSandboxes(run: Omit<RunId, 'containerId'>): string {
    const { agentId, frameworkId, executorId } = run;
    return join(this.workDir, 'slaves', agentId, 'frameworks', frameworkId, 'executors', executorId);
  }

  sandbox(run: RunId): string {
    return join(this.executorSandboxes(run), 'runs', run.containerId);
  }
}
