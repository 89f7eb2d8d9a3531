import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { isActive, LocateAgent, parseTaskId, type AgentAddress, type EventData } from '#domain';
import type { History } from '#history';
import { ApiParts } from '../api-parts.js';
import type { Projection } from '../projection/projection.js';
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
    @Inject(ApiParts) private readonly parts: ApiParts,
  ) {}

  private get projection(): Projection {
    return this.parts.projection;
  }

  /** The sandbox of an instance's last task, or of the task with this id; or the answer when there is none. */
  async find(id: string): Promise<Sandbox | Answer> {
    const task = this.present(id) ?? (await this.former(id));
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

  /** The task that an instance has now, if it is the one meant. */
  private present(id: string): LaunchedTask | undefined {
    const { instanceId, taskId } = namedBy(id);
    const instance = this.projection.model.state.instances.get(instanceId);
    const { task, agent } = instance ?? {};
    if (instance === undefined || task === undefined || agent === undefined) return undefined;
    if (taskId !== undefined && taskId !== task.id) return undefined;
    const { agentId, host } = agent;
    const state = isActive(instance.condition) ? 'running' : 'ended';
    return { instanceId, taskId: task.id, appId: instance.appId, agentId, host, state };
  }

  /** A task of the past: the log knows where it was launched. */
  private async former(id: string): Promise<LaunchedTask | Answer> {
    const { instanceId, taskId } = namedBy(id);
    const { history } = this.parts;
    const launches = await launchesOf(history, instanceId);
    const launch = taskId === undefined ? launches[0] : launches.find((data) => data.taskId === taskId);
    if (launch === undefined) {
      const isThere = this.projection.model.state.instances.get(instanceId) !== undefined;
      const text = isThere ? 'has not been launched' : 'does not exist';
      return errorAnswer(
        404,
        taskId === undefined ? `Instance '${id}' ${text}` : `Task '${id}' does not exist`,
      );
    }
    const { appId, agent } = launch;
    const { agentId, host } = agent;
    return { instanceId, taskId: launch.taskId, appId, agentId, host, state: 'ended' };
  }
}

/** Launches of one instance that are looked at: one that failed so often has the logs that matter in the last ones. */
const MOST_LAUNCHES = 100;

/** The newest first. */
async function launchesOf(
  history: History,
  instanceId: string,
): Promise<readonly EventData['InstanceProvisioned'][]> {
  const query = { instance: instanceId, types: ['InstanceProvisioned'], limit: MOST_LAUNCHES };
  const { events } = await history.search(query);
  return events.map(({ data }) => data as EventData['InstanceProvisioned']);
}

/** The instance that an id names, and the task if it is the id of one. */
function namedBy(id: string): { readonly instanceId: string; readonly taskId?: string } {
  const named = parseTaskId(id);
  return named?.incarnation === undefined ? { instanceId: id } : { instanceId: named.instanceId, taskId: id };
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
