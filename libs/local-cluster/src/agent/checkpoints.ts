import { mkdir, open, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutorInfo, FrameworkInfo, TaskInfo } from '#mesos';
import type { AgentInfo } from '../link/messages.js';
import { readTextOrNothing } from '../supervisor/container-journal.js';
import { writeDurably } from '../runtime/durable-file.js';
import type { DrainConfig } from './draining.js';
import type { AgentLayout, RunId } from './layout.js';
import type { FrameworkRecord, TaskRun } from './runs.js';
import { pointLatestTo } from './sandbox/sandbox.js';
import type { UpdateRecord } from './updates/update-stream.js';

/** A run as an earlier agent left it. */
export interface CheckpointedRun {
  readonly id: RunId;
  readonly framework: FrameworkInfo;
  readonly task: TaskInfo;
  readonly updates: readonly UpdateRecord[];
}

/** What was found for one agent id. */
export interface Checkpoints {
  readonly runs: readonly CheckpointedRun[];
  /** Runs that are over and acknowledged: only their directories remain. */
  readonly finished: readonly RunId[];
  /** Runs that cannot be read. */
  readonly corrupt: readonly { readonly id: RunId; readonly error: string }[];
}

/** Reads and writes what an agent must remember across its own end (spec/local-cluster.md §20.1). */
export class CheckpointStore {
  constructor(private readonly layout: AgentLayout) {}

  async readBootId(): Promise<string | undefined> {
    return (await readTextOrNothing(this.layout.bootId))?.trim();
  }

  /** The agent of this work directory, if one ever registered. */
  async readAgent(): Promise<AgentInfo | undefined> {
    let agentId: string;
    try {
      agentId = await readlink(this.layout.latestAgent);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const text = await readTextOrNothing(this.layout.agentInfo(agentId));
    return text === undefined ? undefined : (JSON.parse(text) as AgentInfo);
  }

  async writeAgent(agentId: string, info: AgentInfo, bootId: string): Promise<void> {
    await mkdir(this.layout.agentMeta(agentId), { recursive: true });
    await writeDurably(this.layout.bootId, `${bootId}\n`);
    await writeDurably(this.layout.agentInfo(agentId), JSON.stringify(info));
    await pointLatestTo(this.layout.agentMeta(agentId));
  }

  /** The next start is that of a new agent. */
  async forgetAgent(): Promise<void> {
    await rm(this.layout.latestAgent, { force: true });
  }

  /** What the agent was told about being drained, if it is not over. */
  async readDrain(agentId: string): Promise<DrainConfig | undefined> {
    const text = await readTextOrNothing(this.layout.drainConfig(agentId));
    return text === undefined ? undefined : (JSON.parse(text) as DrainConfig);
  }

  async writeDrain(agentId: string, config: DrainConfig | undefined): Promise<void> {
    const path = this.layout.drainConfig(agentId);
    if (config === undefined) await rm(path, { force: true });
    else await writeDurably(path, JSON.stringify(config));
  }

  /** Everything needed to know about a run before it is prepared. */
  async writeRun(run: TaskRun, executor: ExecutorInfo): Promise<void> {
    const { id, task, framework } = run;
    const taskDirectory = this.layout.taskMeta(id, run.taskId);
    await mkdir(taskDirectory, { recursive: true });
    await mkdir(join(this.layout.runMeta(id), 'pids'));
    await Promise.all([
      this.writeFramework(id.agentId, framework),
      // Says nothing that task.info does not imply: never read back, so not worth a flush.
      writeFile(join(this.layout.executorMeta(id), 'executor.info'), JSON.stringify(executor)),
      // Environments hold secrets.
      writeDurably(join(taskDirectory, 'task.info'), JSON.stringify(task), 0o600),
      pointLatestTo(this.layout.runMeta(id)),
    ]);
  }

  /** Writes `framework.info` unless it holds the same already. */
  async writeFramework(agentId: string, framework: FrameworkRecord): Promise<void> {
    const text = JSON.stringify(framework.info);
    if (framework.checkpointed === text) return;
    framework.checkpointed = text;
    const directory = this.layout.frameworkMeta(agentId, framework.id);
    try {
      await mkdir(directory, { recursive: true });
      await writeDurably(join(directory, 'framework.info'), text);
    } catch (error) {
      framework.checkpointed = undefined;
      throw error;
    }
  }

  /** The run is over and acknowledged. */
  async writeSentinel(id: RunId): Promise<void> {
    const file = await open(join(this.layout.runMeta(id), 'executor.sentinel'), 'a');
    await file.close();
  }

  /** All runs of an agent id. */
  async readRuns(agentId: string): Promise<Checkpoints> {
    const runs: CheckpointedRun[] = [];
    const finished: RunId[] = [];
    const corrupt: { id: RunId; error: string }[] = [];
    for (const id of await this.listRuns(agentId)) {
      const sentinel = await readTextOrNothing(join(this.layout.runMeta(id), 'executor.sentinel'));
      if (sentinel !== undefined) {
        finished.push(id);
        continue;
      }
      try {
        const run = await this.readRun(id);
        if (run === undefined) finished.push(id);
        else runs.push(run);
      } catch (error) {
        corrupt.push({ id, error: String(error) });
      }
    }
    return { runs, finished, corrupt };
  }

  private async listRuns(agentId: string): Promise<RunId[]> {
    const ids: RunId[] = [];
    const frameworks = join(this.layout.agentMeta(agentId), 'frameworks');
    for (const frameworkId of await list(frameworks)) {
      const executors = join(frameworks, frameworkId, 'executors');
      for (const executorId of await list(executors)) {
        const containers = await list(join(executors, executorId, 'runs'));
        for (const containerId of containers.filter((name) => name !== 'latest' && !name.startsWith('.'))) {
          ids.push({ agentId, frameworkId, executorId, containerId });
        }
      }
    }
    return ids;
  }

  /** Nothing when the agent ended before it had written down the task: then it has told nobody of it either. */
  private async readRun(id: RunId): Promise<CheckpointedRun | undefined> {
    const directory = this.layout.taskMeta(id, id.executorId);
    const [framework, task] = await Promise.all([
      readTextOrNothing(join(this.layout.frameworkMeta(id.agentId, id.frameworkId), 'framework.info')),
      readTextOrNothing(join(directory, 'task.info')),
    ]);
    if (framework === undefined || task === undefined) return undefined;
    return {
      id,
      framework: JSON.parse(framework) as FrameworkInfo,
      task: JSON.parse(task) as TaskInfo,
      updates: await readUpdates(join(directory, 'task.updates')),
    };
  }
}

/** Reads an update log; a last line that was not written whole is cut off the file. */
async function readUpdates(path: string): Promise<UpdateRecord[]> {
  const text = await readTextOrNothing(path);
  if (text === undefined) return [];
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as UpdateRecord);
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
