import { join } from 'node:path';
import type { Fetcher } from '../fetcher/fetcher.js';
import type { Logger } from '../runtime/logger.js';
import { errorText } from '../supervisor/exec-error.js';
import { AppendLog } from '../runtime/durable-file.js';
import type { ContainerSpec } from '../supervisor/protocol.js';
import type { AgentOptions } from './agent-options.js';
import type { CheckpointStore } from './checkpoints.js';
import { toMs } from './duration.js';
import { commandExecutorInfo } from './executor-info.js';
import type { Host } from './host.js';
import { launchRefusal } from './launch-refusal.js';
import type { AgentLayout } from './layout.js';
import type { Runner } from './runner/runner.js';
import type { TaskRun } from './runs.js';
import { checksOf } from './checks/checks-of-task.js';
import { asUserWithGroups, executableOf, type Executable } from './sandbox/command.js';
import { taskEnvironment } from './sandbox/environment.js';
import { createSandbox, stderrOf, stdoutOf } from './sandbox/sandbox.js';
import { findTaskUser, hasMoreGroups, type TaskUser } from './sandbox/task-user.js';
import { Slots } from './slots.js';
import type { TaskReporter } from './task-reporter.js';
import type { StatusUpdateManager } from './updates/status-update-manager.js';

/** What launching needs. */
export interface TaskLauncherDependencies {
  readonly options: AgentOptions;
  readonly host: Host;
  readonly layout: AgentLayout;
  readonly checkpoints: CheckpointStore;
  readonly fetcher: Fetcher;
  readonly runner: Runner;
  readonly updates: StatusUpdateManager;
  readonly reporter: TaskReporter;
  readonly logger: Logger;
  /** Port the agent's HTTP server listens on. */
  readonly agentPort: () => number;
}

/** Runs prepared at the same time: enough to share their fsyncs, few enough to leave files for others. */
const concurrentPreparations = 24;
/** Fetcher processes at the same time. */
const concurrentFetches = 8;

/** Why a run does not come to be. */
class LaunchFailure extends Error {}

/** Takes a run from its record to the runner: checkpoint, sandbox, URIs, process (spec/local-cluster.md §8.1). */
export class TaskLauncher {
  private readonly preparations = new Slots(concurrentPreparations);
  private readonly fetches = new Slots(concurrentFetches);
  private canSetGroups: Promise<boolean> | undefined;

  constructor(private readonly dependencies: TaskLauncherDependencies) {}

  /** Never rejects: whatever goes wrong becomes the task's terminal update. */
  async launch(run: TaskRun): Promise<void> {
    const { reporter, runner } = this.dependencies;
    try {
      const user = await this.preparations.run(() => this.prepare(run));
      await this.fetch(run, user);
      const spec = await this.specOf(run, user);
      if (run.preparation.signal.aborted) return await reporter.killedBeforeDelivery(run);
      if (spec === undefined) return await reporter.executorTerminated(run);
      run.phase = 'delivered';
      reporter.awaitStart(run);
      run.handle = runner.launch(spec, (event, seq, handled) =>
        reporter.report(run, event, { seq, handled }),
      );
    } catch (error) {
      if (run.preparation.signal.aborted) return reporter.killedBeforeDelivery(run);
      return reporter.launchFailed(run, error instanceof LaunchFailure ? error.message : errorText(error));
    }
  }

  private async prepare(run: TaskRun): Promise<TaskUser> {
    const { options, host, layout, checkpoints, updates, logger } = this.dependencies;
    await checkpoints.writeRun(run, commandExecutorInfo(run));
    const path = join(layout.taskMeta(run.id, run.taskId), 'task.updates');
    const log = new AppendLog(path, (error) =>
      logger.error({ taskId: run.taskId, error: String(error) }, 'cannot checkpoint a status update'),
    );
    run.stream = updates.open({ frameworkId: run.framework.id, taskId: run.taskId }, log);
    const refusal = launchRefusal(run.task);
    if (refusal !== undefined) throw new LaunchFailure(refusal);
    const names = { command: run.task.command?.user, framework: run.framework.info.user };
    const user = await findTaskUser(names, options, host);
    if (user.kind === 'refused') throw new LaunchFailure(user.error);
    await createSandbox(run.directory, user.kind === 'switched' ? user.user : undefined);
    return user;
  }

  private async fetch(run: TaskRun, user: TaskUser): Promise<void> {
    const uris = run.task.command?.uris ?? [];
    if (uris.length === 0) return;
    const result = await this.fetches.run(() =>
      this.dependencies.fetcher.fetch({
        containerId: run.id.containerId,
        uris,
        directory: run.directory,
        logPath: stderrOf(run.directory),
        userName: run.task.command?.user ?? run.framework.info.user,
        user: user.kind === 'switched' ? user.user : undefined,
        signal: run.preparation.signal,
      }),
    );
    if (!result.ok) throw new LaunchFailure(result.error);
  }

  /** Nothing when there is no command to execute. */
  private async specOf(run: TaskRun, user: TaskUser): Promise<ContainerSpec | undefined> {
    const { options, layout } = this.dependencies;
    const environment = taskEnvironment(run.task, {
      options,
      ...run.id,
      sandbox: run.directory,
      agentPort: this.dependencies.agentPort(),
      isCheckpointing: run.framework.info.checkpoint === true,
    });
    if (!environment.ok) throw new LaunchFailure(environment.error);
    const executable = executableOf(run.task.command ?? {});
    if (executable === undefined) return undefined;
    const switched = user.kind === 'switched' ? user.user : undefined;
    const needsGroups = switched !== undefined && hasMoreGroups(switched) && (await this.hasSetpriv());
    const asUser = (own: Executable): Executable => (needsGroups ? asUserWithGroups(own, switched) : own);
    const { file, argv } = asUser(executable);
    const checks = checksOf(run.task, { environment: environment.variables, asUser });
    if (!checks.ok) throw new LaunchFailure(checks.error);
    const maximum = run.task.max_completion_time;
    return {
      containerId: run.id.containerId,
      file,
      argv,
      environment: environment.variables,
      directory: run.directory,
      user: needsGroups || switched === undefined ? undefined : { uid: switched.uid, gid: switched.gid },
      stdout: stdoutOf(run.directory),
      stderr: stderrOf(run.directory),
      stateDirectory: layout.runMeta(run.id),
      maxCompletionMs: maximum === undefined ? undefined : toMs(maximum),
      ...checks.specs,
    };
  }

  private hasSetpriv(): Promise<boolean> {
    this.canSetGroups ??= this.dependencies.host.hasProgram('setpriv').then((isThere) => {
      if (!isThere) this.dependencies.logger.warn({}, "no 'setpriv': tasks get their primary group only");
      return isThere;
    });
    return this.canSetGroups;
  }
}
