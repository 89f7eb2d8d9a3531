import type { Clock, Timer } from '../../../runtime/clock.js';
import type { Logger } from '../../../runtime/logger.js';
import type { ContainerSpec, ContainerUsage } from '../../../supervisor/protocol.js';
import type {
  ContainerHandle,
  ContainerListener,
  RecoverableContainer,
  RecoveredContainer,
  Runner,
  RunnerEvent,
} from '../runner.js';
import { ContainerWatch } from './container-watch.js';
import type { DockerEngine } from './docker-engine.js';
import { engineNameOf } from './docker-engine.js';
import { workDirLabel } from './run-arguments.js';

/** Pause before the next attempt to remove a container, for an engine that does not answer. */
const removalRetryMs = 60_000;
/** Pause before an engine that is away is asked again (spec/local-cluster.md §17.1). */
const orphanSearchRetryMs = 30_000;
/** Status of a client whose engine failed rather than the container. */
const engineFailedStatus = 125;

/** What running containers of an engine needs. */
export interface DockerRunnerOptions {
  readonly workDir: string;
  readonly dockerRemoveDelayMs: number;
  readonly dockerKillOrphans: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Runs containers of a docker engine beside plain processes (spec/local-cluster.md §17): the attached client is a
 * process like any other, and its container's start, address and remains are looked after here.
 */
export class DockerRunner implements Runner {
  /** Containers of the engine that have not ended, by name. */
  private readonly watches = new Map<string, ContainerWatch>();
  private readonly removals = new Map<string, Timer>();
  private orphanSearch: Timer | undefined;
  private isStopped = false;

  constructor(
    private readonly processes: Runner,
    private readonly engine: DockerEngine,
    private readonly options: DockerRunnerOptions,
  ) {}

  async start(): Promise<void> {
    await this.processes.start();
    // An engine that takes its time to answer holds up those tasks only that need it.
    void this.lookForEngine();
  }

  launch(spec: ContainerSpec, listener: ContainerListener): ContainerHandle {
    if (spec.engine === undefined) return this.processes.launch(spec, listener);
    return this.processes.launch(spec, this.watch(spec.engine.name, listener));
  }

  async recover(
    container: RecoverableContainer,
    listener: ContainerListener,
  ): Promise<RecoveredContainer | undefined> {
    const { engineName } = container;
    if (engineName === undefined) return this.processes.recover(container, listener);
    const found = await this.processes.recover(container, this.watch(engineName, listener));
    if (found === undefined) this.watches.delete(engineName);
    return found;
  }

  destroyUnclaimed(): void {
    this.processes.destroyUnclaimed();
    if (this.options.dockerKillOrphans) void this.removeOrphans();
  }

  /** Of processes: what a container uses is not what its client uses. */
  async usage(): Promise<readonly ContainerUsage[]> {
    const usages = await this.processes.usage();
    return usages.filter(({ containerId }) => !this.watches.has(engineNameOf(containerId)));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    for (const watch of this.watches.values()) watch.close();
    for (const removal of this.removals.values()) removal.cancel();
    this.orphanSearch?.cancel();
    await this.processes.stop();
  }

  /** The directories of a run are removed: its container goes with them. */
  forget(containerId: string): void {
    const name = engineNameOf(containerId);
    const removal = this.removals.get(name);
    if (removal === undefined) return;
    removal.cancel();
    this.remove(name);
  }

  private async lookForEngine(): Promise<void> {
    const engine = await this.engine.availability();
    if (this.isStopped) return;
    if (engine.isAvailable) this.options.logger.info({ version: engine.version }, 'docker engine found');
    else this.options.logger.info({ detail: engine.detail }, 'no docker engine: tasks with images fail');
  }

  private watch(name: string, listener: ContainerListener): ContainerListener {
    const watch = new ContainerWatch(name, { ...this.options, engine: this.engine, listener });
    this.watches.set(name, watch);
    return (event, seq, handled) => {
      watch.take({ event, seq, handled });
      if (leavesRemains(event)) this.remove(name);
      else if (event.type === 'exited') this.removeLater(name, this.options.dockerRemoveDelayMs);
      else if (event.type === 'failed') this.watches.delete(name);
    };
  }

  private removeLater(name: string, delayMs: number): void {
    const removal = this.options.clock.schedule(delayMs, () => this.remove(name));
    this.removals.set(name, removal);
    this.watches.delete(name);
  }

  private remove(name: string): void {
    this.watches.delete(name);
    this.removals.delete(name);
    void this.removeNow(name);
  }

  private async removeNow(name: string): Promise<void> {
    const failure = await this.engine.remove(name);
    if (failure === undefined || this.isStopped) return;
    this.options.logger.warn({ name, failure }, 'cannot remove a container yet');
    this.removeLater(name, removalRetryMs);
  }

  /**
   * Containers that an earlier agent of this directory left behind and no task belongs to. An engine that is away is
   * asked again: it comes back with all of them.
   */
  private async removeOrphans(): Promise<void> {
    const { isAvailable } = await this.engine.availability();
    const label = workDirLabel(this.options.workDir);
    const names = isAvailable ? await this.engine.namesWithLabel(label) : undefined;
    if (this.isStopped) return;
    if (names === undefined) {
      const { clock } = this.options;
      this.orphanSearch = clock.schedule(orphanSearchRetryMs, () => void this.removeOrphans());
      return;
    }
    for (const name of names) {
      if (this.watches.has(name) || this.removals.has(name)) continue;
      this.options.logger.warn({ name }, 'removing a container that no task belongs to');
      this.remove(name);
    }
  }
}

/** Whether the container may still run although its client has ended. */
function leavesRemains(event: RunnerEvent): boolean {
  if (event.type === 'lost') return true;
  return event.type === 'exited' && (event.signal !== undefined || event.code === engineFailedStatus);
}
