import { sumScalar } from '#mesos';
import { FetchCache } from '../fetcher/fetch-cache.js';
import { Fetcher } from '../fetcher/fetcher.js';
import type { AgentLinkEnd } from '../link/link.js';
import type { AgentInfo } from '../link/messages.js';
import type { Clock } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';
import type { Random } from '../runtime/random.js';
import type { AgentOptions } from './agent-options.js';
import { CheckpointStore } from './checkpoints.js';
import { GarbageCollector } from './garbage-collector.js';
import { Draining } from './draining.js';
import { GpuDevices } from './gpu-devices.js';
import type { Host } from './host.js';
import { AgentServer } from './http/agent-server.js';
import type { Endpoint } from './http/answer.js';
import { filesEndpoints } from './http/files-endpoints.js';
import { OwnerNames } from './http/owner-names.js';
import { SandboxPaths } from './http/sandbox-paths.js';
import { stateEndpoints } from './http/state-endpoints.js';
import { AgentLayout } from './layout.js';
import { DockerEngine } from './runner/docker/docker-engine.js';
import { DockerRunner } from './runner/docker/docker-runner.js';
import { ProcessRunner } from './runner/process-runner.js';
import type { Runner } from './runner/runner.js';
import { Runs, type TaskRun } from './runs.js';
import { TaskCommands } from './task-commands.js';
import { TaskLauncher } from './task-launcher.js';
import { TaskReporter, type TaskReporterDependencies } from './task-reporter.js';
import { StatusFactory } from './updates/status-factory.js';
import { StatusUpdateManager } from './updates/status-update-manager.js';

/** What an agent is given. */
export interface AgentDependencies {
  readonly options: AgentOptions;
  readonly link: AgentLinkEnd;
  readonly host: Host;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What the parts ask of the agent they belong to. */
export interface AgentHooks {
  /** Description with the id, once there is one. */
  readonly info: () => AgentInfo | undefined;
  /** A run's terminal update is queued. */
  readonly onEnded: (run: TaskRun) => void;
}

/** The parts of one agent, wired. */
export interface AgentParts {
  readonly layout: AgentLayout;
  readonly checkpoints: CheckpointStore;
  readonly runs: Runs;
  readonly cache: FetchCache;
  readonly runner: Runner;
  readonly gpus: GpuDevices;
  readonly updates: StatusUpdateManager;
  readonly reporter: TaskReporter;
  readonly commands: TaskCommands;
  readonly collector: GarbageCollector;
  readonly draining: Draining;
  readonly server: AgentServer;
  readonly resourceVersion: string;
  /** Takes a run that is over and acknowledged out of the books. */
  readonly complete: (run: TaskRun) => void;
}

/** Puts an agent together. Nothing is started. */
export function wireAgent(dependencies: AgentDependencies, hooks: AgentHooks): AgentParts {
  const { options, link, clock, random, logger } = dependencies;
  const layout = new AgentLayout(options.workDir);
  const checkpoints = new CheckpointStore(layout);
  const runs = new Runs();
  const agentId = (): string => hooks.info()?.id?.value ?? '';
  const statuses = (): StatusFactory => new StatusFactory(agentId(), clock, random);
  const resourceVersion = random.uuid();
  const draining = new Draining(checkpoints, runs, agentId);
  const complete = (run: TaskRun): void =>
    completeRun(run, { ...dependencies, checkpoints, collector, draining });
  const collector = new GarbageCollector({
    ...dependencies,
    layout,
    onCollected: ({ frameworkId, containerId }) => {
      runner.forget(containerId);
      const completed = runs.frameworks.get(frameworkId)?.completed ?? [];
      const index = completed.findIndex((run) => run.id.containerId === containerId);
      if (index >= 0) completed.splice(index, 1);
    },
  });
  const updates = new StatusUpdateManager({
    ...dependencies,
    forward: (frameworkId, status, latestState) =>
      link.send({ type: 'status_update', update: { frameworkId, agentId: agentId(), status }, latestState }),
    onClosed: ({ frameworkId, taskId }) => {
      const run = runs.find(frameworkId, taskId);
      if (run?.phase === 'ended') complete(run);
    },
  });
  const engine = new DockerEngine(options, clock);
  const runner = createRunner(dependencies, layout, engine);
  const gpus = gpuDevicesOf(options, hooks);
  const reporter = createReporter({ ...dependencies, statuses, updates, draining }, gpus, hooks);
  const cache = new FetchCache(options.fetcherCacheDir, options.fetcherCacheSizeBytes);
  const fetcher = new Fetcher({ ...options, stallTimeoutMs: options.fetcherStallTimeoutMs }, cache);
  const agentPort = (): number => server.port;
  const context = {
    ...dependencies,
    layout,
    checkpoints,
    runs,
    runner,
    gpus,
    updates,
    reporter,
    statuses,
    agentId,
    draining,
  };
  const launcher = new TaskLauncher({ ...context, fetcher, engine, agentPort });
  const commands = new TaskCommands({ ...context, launcher, resourceVersion, complete });
  const view = { ...context, info: hooks.info, port: agentPort, startedAtMs: clock.nowMs() };
  const endpoints = new Map<string, Endpoint>([
    ...stateEndpoints(view),
    ...filesEndpoints(new SandboxPaths(layout, agentId), new OwnerNames()),
  ]);
  const server = new AgentServer(endpoints, logger);
  return { ...context, cache, commands, collector, server, resourceVersion, complete };
}

function createRunner(
  { options, host, clock, logger }: AgentDependencies,
  layout: AgentLayout,
  engine: DockerEngine,
): DockerRunner {
  const processes = new ProcessRunner({
    directory: layout.supervisors,
    agentId: options.workDir,
    bootId: host.bootId,
    recoveryTimeoutMs: options.recoveryTimeoutMs,
    reconnectTimeoutMs: options.executorReregistrationTimeoutMs,
    capacity: options.containersPerSupervisor,
    logger,
  });
  return new DockerRunner(processes, engine, { ...options, clock, logger });
}

/** Agents of one machine have as many devices each, one agent's after the other's. */
function gpuDevicesOf({ detectedShare }: AgentOptions, { info }: AgentHooks): GpuDevices {
  const count = (): number => sumScalar(info()?.resources ?? [], 'gpus');
  return new GpuDevices(count, () => detectedShare.index * Math.floor(count()));
}

/** What a run held for itself is free again when it ends. */
function createReporter(
  dependencies: Omit<TaskReporterDependencies, 'onEnded'>,
  gpus: GpuDevices,
  hooks: AgentHooks,
): TaskReporter {
  const onEnded = (run: TaskRun): void => {
    gpus.release(run.id.containerId);
    hooks.onEnded(run);
  };
  return new TaskReporter({ ...dependencies, onEnded });
}

/** The run is history: its directories stay for a while, its id may be used again. */
function completeRun(
  run: TaskRun,
  parts: Pick<AgentDependencies, 'options' | 'clock' | 'logger'> &
    Pick<AgentParts, 'checkpoints' | 'collector' | 'draining'>,
): void {
  const { framework, id } = run;
  framework.runs.delete(id.executorId);
  framework.completed.push(run);
  if (framework.completed.length > parts.options.maxCompletedExecutorsPerFramework)
    framework.completed.shift();
  parts.collector.schedule(id, run.completedAtMs ?? parts.clock.nowMs());
  parts.checkpoints.writeSentinel(id).catch((error: unknown) => {
    // Without the sentinel the next start finds the acknowledged terminal update, which says the same.
    parts.logger.warn({ taskId: run.taskId, error: String(error) }, 'cannot write the sentinel');
  });
  parts.draining.endIfEmpty().catch((error: unknown) => {
    // A drain that seems to go on ends at the next start, which finds no run.
    parts.logger.warn({ error: String(error) }, 'cannot write that the drain is over');
  });
}
