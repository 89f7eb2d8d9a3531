import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { isActive, LocateAgent, parseTaskId, type AgentAddress } from '#domain';
import { Projection } from '../projection/projection.js';
import { errorAnswer, type Answer } from '../wire/answer.js';
import { AgentFiles, AgentFilesError } from './agent-files.js';
import { sandboxRoot } from './sandbox-path.js';

/** A task, and where it was launched. */
export interface LaunchedTask {
  readonly instanceId: string;
  readonly taskId: string;
  readonly appId: string;
  readonly agentId: string;
  readonly host: string;
  readonly state: 'running' | 'ended';
}

/** The files of one task at its agent. */
export interface Sandbox {
  readonly task: LaunchedTask;
  readonly files: AgentFiles;
  /** Tries its places: that of the task, and that of a custom executor. */
  readonly at: <T>(path: string, use: (path: string) => Promise<T>) => Promise<T>;
}

/** Finds the sandboxes of tasks (`spec/ui.md` §15). */
@Injectable()
export class TaskFiles {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(Projection) private readonly projection: Projection,
  ) {}

  /** The sandbox of an instance's last task, or of the task with this id; or the answer when there is none. */
  async find(id: string): Promise<Sandbox | Answer> {
    const task = this.launched(id);
    if ('status' in task) return task;
    const { frameworkId } = this.projection.model.state;
    const address = await this.queries.execute<LocateAgent, AgentAddress | undefined>(
      new LocateAgent(task.agentId),
    );
    if (address === undefined || frameworkId === undefined) {
      return errorAnswer(502, `Agent '${task.agentId}' on ${task.host} is not known to the Mesos master`);
    }
    const executors = [task.taskId, `marathon-${task.taskId}`];
    const roots = executors.map((executorId) => sandboxRoot(frameworkId, executorId));
    return { task, files: new AgentFiles(address), at: (path, use) => firstThere(roots, path, use) };
  }

  private launched(id: string): LaunchedTask | Answer {
    const named = parseTaskId(id);
    const instanceId = named?.incarnation === undefined ? id : named.instanceId;
    const instance = this.projection.model.state.instances.get(instanceId);
    if (instance === undefined) return errorAnswer(404, `Instance '${instanceId}' does not exist`);
    const { task, agent, appId } = instance;
    if (task === undefined || agent === undefined) {
      return errorAnswer(404, `Instance '${instanceId}' has not been launched yet`);
    }
    const taskId = named?.incarnation === undefined ? task.id : id;
    const isRunning = taskId === task.id && isActive(instance.condition);
    const { agentId, host } = agent;
    return { instanceId, taskId, appId, agentId, host, state: isRunning ? 'running' : 'ended' };
  }
}

async function firstThere<T>(
  roots: readonly string[],
  path: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  let missing: unknown;
  for (const root of roots) {
    try {
      return await use(path === '' ? root : `${root}/${path}`);
    } catch (error) {
      if (!(error instanceof AgentFilesError) || error.status !== 404) throw error;
      missing ??= error;
    }
  }
  throw missing;
}
