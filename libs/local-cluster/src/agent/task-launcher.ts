import { join } from 'node:path';
import { sumScalar } from '#mesos';
import type { Fetcher } from '../fetcher/fetcher.js';
import type { Logger } from '../runtime/logger.js';
import { errorText } from '../supervisor/exec-error.js';
import type { ContainerSpec } from '../supervisor/protocol.js';
import type { AgentOptions } from './agent-options.js';
import type { CheckpointStore } from './checkpoints.js';
import { toMs } from './duration.js';
import { commandExecutorInfo } from './executor-info.js';
import type { GpuDevices } from './gpu-devices.js';
import type { Host } from './host.js';
import { killGraceMsOf } from './kill-grace.js';
import { memoryLimitBytesOf } from './limits.js';
import { launchRefusal } from './launch-refusal.js';
import type { AgentLayout } from './layout.js';
import { engineNameOf, type DockerEngine } from './runner/docker/docker-engine.js';
import {
  containerExecutableOf,
  engineTaskOf,
  needsEngine,
  type EngineTask,
} from './runner/docker/engine-task.js';
import { mappedSandbox, runArguments } from './runner/docker/run-arguments.js';
import type { Runner } from './runner/runner.js';
import type { TaskRun } from './runs.js';
import { checksOf, type CheckedTask } from './checks/checks-of-task.js';
import { asUserWithGroups, executableOf, type Executable } from './sandbox/command.js';
import { containerEnvironment, taskEnvironment } from './sandbox/environment.js';
import { noPrivateIpc, privateIpcOf } from './sandbox/linux-info.js';
import { findMountSupport, withMounts, type MountSupport } from './sandbox/mounts.js';
import { createSandbox, stderrOf, stdoutOf, type SandboxOwner } from './sandbox/sandbox.js';
import { findTaskUser, hasMoreGroups, type TaskUser } from './sandbox/task-user.js';
import { prepareVolumes } from './sandbox/volumes.js';
import { Slots } from './slots.js';
import type { TaskReporter } from './task-reporter.js';
import type { StatusUpdateManager } from './updates/status-update-manager.js';
import { updateLogOf } from './updates/update-log.js';

/** What launching needs. */
export interface TaskLauncherDependencies {
  readonly options: AgentOptions;
  readonly host: Host;
  readonly layout: AgentLayout;
  readonly checkpoints: CheckpointStore;
  readonly fetcher: Fetcher;
  readonly runner: Runner;
  readonly engine: DockerEngine;
  readonly gpus: GpuDevices;
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

/** Why the engine's client cannot be called for a task. */
class ContainerRefusal extends Error {}

/** What a command of a task runs in. */
interface Surroundings {
  readonly wrap: (executable: Executable) => Executable;
  readonly owner: SandboxOwner | undefined;
}

/**
 * Takes a run from its record to the runner: checkpoint, sandbox, URIs, then volumes and process or image and
 * container (spec/local-cluster.md §8.1, §17.2).
 */
export class TaskLauncher {
  private readonly preparations = new Slots(concurrentPreparations);
  private readonly fetches = new Slots(concurrentFetches);
  private canSetGroups: Promise<boolean> | undefined;
  private mountSupport: Promise<MountSupport> | undefined;

  constructor(private readonly dependencies: TaskLauncherDependencies) {}

  /** Never rejects: whatever goes wrong becomes the task's terminal update. */
  async launch(run: TaskRun): Promise<void> {
    const { reporter, runner } = this.dependencies;
    try {
      const user = await this.preparations.run(() => this.prepare(run));
      await this.fetch(run, user);
      const spec = await (needsEngine(run.task) ? this.engineSpecOf(run, user) : this.specOf(run, user));
      if (run.preparation.signal.aborted) return await reporter.killedBeforeDelivery(run);
      if (spec === undefined) return await reporter.executorTerminated(run);
      run.phase = 'delivered';
      reporter.awaitStart(run);
      run.handle = runner.launch(spec, (event, seq, handled) =>
        reporter.report(run, event, { seq, handled }),
      );
    } catch (error) {
      if (run.preparation.signal.aborted) return reporter.killedBeforeDelivery(run);
      if (error instanceof ContainerRefusal) return reporter.containerRefused(run, error.message);
      return reporter.launchFailed(run, error instanceof LaunchFailure ? error.message : errorText(error));
    }
  }

  private async prepare(run: TaskRun): Promise<TaskUser> {
    const { options, host, layout, checkpoints, updates, logger } = this.dependencies;
    await checkpoints.writeRun(run, commandExecutorInfo(run));
    const log = updateLogOf(run, layout, logger);
    run.stream = updates.open({ frameworkId: run.framework.id, taskId: run.taskId }, log);
    const refusal = launchRefusal(run.task, options.networks);
    if (refusal !== undefined) throw new LaunchFailure(refusal);
    if (needsEngine(run.task)) await this.requireEngine();
    this.acquireGpus(run);
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
    const { options } = this.dependencies;
    const environment = taskEnvironment(run.task, {
      options,
      ...run.id,
      sandbox: run.directory,
      agentPort: this.dependencies.agentPort(),
      isCheckpointing: run.framework.info.checkpoint === true,
      gpus: this.dependencies.gpus.of(run.id.containerId),
    });
    if (!environment.ok) throw new LaunchFailure(environment.error);
    const executable = executableOf(run.task.command ?? {});
    if (executable === undefined) return undefined;
    const { wrap, owner } = await this.surroundingsOf(run, user);
    const { file, argv } = wrap(executable);
    return {
      ...this.commonSpecOf(run),
      ...this.checkSpecsOf(run, environment.variables, (command) => {
        const own = executableOf(command);
        return own && wrap(own);
      }),
      file,
      argv,
      environment: environment.variables,
      user: owner,
      memoryLimitBytes: memoryLimitBytesOf(run.task),
    };
  }

  private checkSpecsOf(
    run: TaskRun,
    environment: Readonly<Record<string, string>>,
    executable: CheckedTask['executable'],
  ): Pick<ContainerSpec, 'healthCheck' | 'check'> {
    const killGraceMs = killGraceMsOf(run.task, this.dependencies.options);
    const checks = checksOf(run.task, { environment, executable, killGraceMs });
    if (!checks.ok) throw new LaunchFailure(checks.error);
    return checks.specs;
  }

  /** `wrap` lets a command run as the task's user with its volumes; `owner` is who the supervisor has to switch to. */
  private async surroundingsOf(run: TaskRun, user: TaskUser): Promise<Surroundings> {
    const switched = user.kind === 'switched' ? user.user : undefined;
    const owner = switched === undefined ? undefined : { uid: switched.uid, gid: switched.gid };
    const volumes = run.task.container?.volumes ?? [];
    const ipc = privateIpcOf(run.task);
    if (volumes.length > 0 || ipc !== undefined) {
      const support = await this.findMounts();
      if (ipc !== undefined && support.mode === 'symlink') throw new LaunchFailure(noPrivateIpc);
      const prepared = await prepareVolumes(volumes, { sandbox: run.directory, mode: support.mode, owner });
      if (!prepared.ok) throw new LaunchFailure(prepared.error);
      if (support.mode !== 'symlink') {
        const { setpriv } = support;
        const asUser = (own: Executable): Executable =>
          switched === undefined ? own : asUserWithGroups(own, switched, setpriv);
        return { wrap: (own) => withMounts(asUser(own), prepared.mounts, support, ipc), owner: undefined };
      }
    }
    const needsGroups = switched !== undefined && hasMoreGroups(switched) && (await this.hasSetpriv());
    if (needsGroups) return { wrap: (own) => asUserWithGroups(own, switched), owner: undefined };
    return { wrap: (own) => own, owner };
  }

  private acquireGpus({ task, id }: TaskRun): void {
    const wanted = sumScalar(task.resources ?? [], 'gpus');
    if (wanted > 0 && this.dependencies.gpus.acquire(id.containerId, wanted) === undefined) {
      throw new LaunchFailure(`${wanted} GPUs are asked for, but not so many are free`);
    }
  }

  private async requireEngine(): Promise<void> {
    const engine = await this.dependencies.engine.availability();
    if (!engine.isAvailable) throw new LaunchFailure(`docker engine is not available: ${engine.detail}`);
  }

  /** The attached client of the engine as a process; the image is there by then (§17.2). */
  private async engineSpecOf(run: TaskRun, user: TaskUser): Promise<ContainerSpec> {
    const { options, engine } = this.dependencies;
    const asked = engineTaskOf(run.task, options.networks);
    if (!asked.ok) throw this.containerFailure(run, asked.error);
    const args = this.engineArgumentsOf(run, asked.task, user);
    const failure = await engine.provideImage({
      image: asked.task.image,
      force: asked.task.forcePull,
      sandbox: run.directory,
      signal: run.preparation.signal,
    });
    if (failure !== undefined) throw new LaunchFailure(failure);
    const { client } = engine;
    const [file = ''] = client;
    // The client's own processes are found again by these when their pid was never written down.
    const marks = { MESOS_SANDBOX: run.directory, MESOS_EXECUTOR_ID: run.id.executorId };
    return {
      ...this.commonSpecOf(run),
      // The engine gives commands the environment and the user of their container.
      ...this.checkSpecsOf(run, {}, (command) => containerExecutableOf(command, run.task)),
      file,
      argv: [...client, ...args],
      environment: { ...engine.clientEnvironment, ...marks },
      engine: { client, name: engineNameOf(run.id.containerId), idFile: this.idFileOf(run) },
    };
  }

  private engineArgumentsOf(run: TaskRun, asked: EngineTask, user: TaskUser): readonly string[] {
    const { options } = this.dependencies;
    const name = engineNameOf(run.id.containerId);
    const environment = containerEnvironment(run.task, { name, sandbox: mappedSandbox });
    if (!environment.ok) throw new LaunchFailure(environment.error);
    const isDocker = run.task.container?.type === 'DOCKER';
    const result = runArguments(run.task, asked, {
      ...run.id,
      workDir: options.workDir,
      name,
      idFile: this.idFileOf(run),
      gpus: this.dependencies.gpus.of(run.id.containerId),
      sandbox: run.directory,
      environment: environment.variables,
      user: !isDocker && user.kind === 'switched' ? user.user : undefined,
      enforcesCpus: options.cgroupsEnableCfs,
    });
    if (!result.ok) throw this.containerFailure(run, result.error);
    return result.args;
  }

  private idFileOf(run: TaskRun): string {
    return join(this.dependencies.layout.runMeta(run.id), 'engine.id');
  }

  /** Only DOCKER containers have an executor that says so in words of its own. */
  private containerFailure({ task }: TaskRun, cause: string): Error {
    return task.container?.type === 'DOCKER' ? new ContainerRefusal(cause) : new LaunchFailure(cause);
  }

  private commonSpecOf(
    run: TaskRun,
  ): Pick<
    ContainerSpec,
    'containerId' | 'directory' | 'stdout' | 'stderr' | 'stateDirectory' | 'gpus' | 'maxCompletionMs'
  > {
    const maximum = run.task.max_completion_time;
    return {
      containerId: run.id.containerId,
      directory: run.directory,
      stdout: stdoutOf(run.directory),
      stderr: stderrOf(run.directory),
      stateDirectory: this.dependencies.layout.runMeta(run.id),
      gpus: this.dependencies.gpus.of(run.id.containerId),
      maxCompletionMs: maximum === undefined ? undefined : toMs(maximum),
    };
  }

  private findMounts(): Promise<MountSupport> {
    const { options, host, logger } = this.dependencies;
    this.mountSupport ??= findMountSupport(options.mountMode, host.uid === 0).then((support) => {
      logger.info({ wanted: options.mountMode, mode: support.mode }, 'host volumes');
      return support;
    });
    return this.mountSupport;
  }

  private hasSetpriv(): Promise<boolean> {
    this.canSetGroups ??= this.dependencies.host.hasProgram('setpriv').then((isThere) => {
      if (!isThere) this.dependencies.logger.warn({}, "no 'setpriv': tasks get their primary group only");
      return isThere;
    });
    return this.canSetGroups;
  }
}
