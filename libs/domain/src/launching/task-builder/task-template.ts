import type { CommandInfo, Resource, TaskInfo } from '../../cluster/mesos-shapes.js';
import type { AppDefinition } from '../../definitions/app/app-definition.js';
import { reversedName } from '../../ids/path-id.js';
import { commandOf, executorCommandOf, executorPathOf } from './command.js';
import { containerOf } from './container.js';
import { discoveryOf, labelsOf } from './discovery.js';
import { definitionVariables, portVariables, userVariables } from './environment.js';
import { checksPart } from './health.js';
import { portAssignmentsOf, type PortAssignment } from './port-assignments.js';
import type { TaskSettings } from './task-settings.js';
import { VariableList } from './variable-list.js';

const NANOSECONDS_PER_SECOND = 1_000_000_000;

/** What one launch adds to its definition. */
export interface TaskSlot {
  readonly taskId: string;
  readonly agentId: string;
  readonly host: string;
  /** In the order of the declared ports; `undefined` where no host port was asked for. */
  readonly hostPorts: readonly (number | undefined)[];
  readonly resources: readonly Resource[];
  /** For a custom executor; empty otherwise. */
  readonly executorResources: readonly Resource[];
  /** Chance, in [0, 1): one for each port that is declared as 0 and gets no host port. */
  readonly draws: readonly number[];
}

/**
 * A task that is to be launched. Most of what Mesos is told of it stands in its definition, so it is written out when it
 * is sent and not before.
 */
export interface TaskLaunch extends TaskSlot {
  readonly template: TaskTemplate;
}

/** The task as Mesos is told of it. */
export const taskInfoOf = (launch: TaskLaunch): TaskInfo => launch.template.build(launch);

/**
 * Builds the tasks of one definition (`spec/scheduling.md` §4.1): what does not depend on the launch is computed once.
 */
export class TaskTemplate {
  private readonly name: string;
  private readonly variables: VariableList;
  private readonly executorPath: string | undefined;
  private readonly command: CommandInfo;
  private readonly common: Pick<TaskInfo, 'labels' | 'kill_policy' | 'limits'>;

  constructor(
    private readonly app: AppDefinition,
    private readonly settings: TaskSettings,
    enforcesGroupRole: boolean,
  ) {
    this.name = reversedName(app.id);
    this.variables = new VariableList(
      settings.envVarsPrefix ?? '',
      definitionVariables(app, enforcesGroupRole),
      userVariables(app.env),
    );
    this.executorPath = executorPathOf(app, settings.executor);
    this.command =
      this.executorPath === undefined ? commandOf(app) : executorCommandOf(app, this.executorPath);
    this.common = { ...labelsPart(app), ...killPolicyPart(app), ...limitsPart(app) };
  }

  /** The task for one slot. */
  build(slot: TaskSlot): TaskInfo {
    const assignments = portAssignmentsOf(this.app, slot.hostPorts);
    const ports = portVariables(assignments, slot.draws);
    const variables = this.variables.of({ taskId: slot.taskId, host: slot.host, ports });
    return {
      name: this.name,
      task_id: { value: slot.taskId },
      agent_id: { value: slot.agentId },
      resources: slot.resources,
      ...this.processPart(slot, assignments, { variables }),
      ...this.common,
      ...checksPart(this.app, assignments),
      discovery: discoveryOf(this.app, this.name, assignments),
    };
  }

  /** Command and container: of the task, or of its custom executor (§3.10). */
  private processPart(
    slot: TaskSlot,
    assignments: readonly PortAssignment[],
    environment: CommandInfo['environment'],
  ): Pick<TaskInfo, 'command' | 'container' | 'executor'> {
    const { app, settings, executorPath } = this;
    const command = { ...this.command, environment };
    const { mesosBridgeName } = settings;
    const container = containerOf({ app, taskId: slot.taskId, assignments, mesosBridgeName });
    const process = container === undefined ? { command } : { command, container };
    if (executorPath === undefined) return process;
    return {
      executor: {
        executor_id: { value: `marathon-${slot.taskId}` },
        ...process,
        ...(slot.executorResources.length === 0 ? {} : { resources: slot.executorResources }),
      },
    };
  }
}

function labelsPart(app: AppDefinition): Pick<TaskInfo, 'labels'> {
  const labels = labelsOf(app.labels);
  return labels.length === 0 ? {} : { labels: { labels } };
}

function killPolicyPart({ taskKillGracePeriodSeconds }: AppDefinition): Pick<TaskInfo, 'kill_policy'> {
  if (taskKillGracePeriodSeconds === undefined) return {};
  const nanoseconds = Math.round(taskKillGracePeriodSeconds * NANOSECONDS_PER_SECOND);
  return { kill_policy: { grace_period: { nanoseconds } } };
}

function limitsPart({ resourceLimits }: AppDefinition): Pick<TaskInfo, 'limits'> {
  const limits = Object.entries(resourceLimits ?? {}).map(([name, limit]) => [
    name,
    { value: limit === 'unlimited' ? ('Infinity' as const) : limit },
  ]);
  return limits.length === 0 ? {} : { limits: Object.fromEntries(limits) };
}
