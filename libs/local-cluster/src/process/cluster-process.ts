import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../runtime/logger.js';
import { programPath } from '../supervisor/program.js';
import type { ClusterMessage, ClusterRequest, ClusterSettings, StartFailure } from './messages.js';

/** Pauses between attempts to start a cluster again that ended by itself. */
const firstRestartDelayMs = 100;
const longestRestartDelayMs = 30_000;

/** A million simulated tasks need more than Node takes by itself. */
const MOST_HEAP_MB = 16_384;
const heapMb = Math.floor(Math.min(MOST_HEAP_MB, totalmem() / 2 ** 20 / 2));
const SIMULATION_FLAGS = [`--max-old-space-size=${heapMb}`, '--max-semi-space-size=32'];

/**
 * A local cluster in a process of its own, as a real one would be: what agents do for their tasks neither holds up
 * nor ends the process that uses them. A cluster that ends by itself is started again at the same address; its
 * tasks have gone on meanwhile.
 */
export class ClusterProcess {
  private child: ChildProcess | undefined;
  private masterUrl = '';
  private restartDelayMs = firstRestartDelayMs;
  private restartTimer: NodeJS.Timeout | undefined;
  private isStopping = false;

  private constructor(
    private readonly settings: ClusterSettings,
    private readonly logger: Logger,
  ) {}

  /** Starts the process; resolves once the master takes requests. Rejects like `startLocalCluster`. */
  static async start(settings: ClusterSettings, logger: Logger): Promise<ClusterProcess> {
    const cluster = new ClusterProcess(settings, logger);
    await cluster.launch(settings);
    return cluster;
  }

  /** Of the master, without a trailing slash: where a scheduler subscribes. The same for as long as this lives. */
  get url(): string {
    return this.masterUrl;
  }

  /** Of the process that runs the cluster at the moment. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Ends the cluster, its tasks too unless they are to be kept (see `LocalCluster`). */
  async stop({ keepTasks }: { readonly keepTasks: boolean }): Promise<{ readonly stoppedTasks: number }> {
    this.isStopping = true;
    clearTimeout(this.restartTimer);
    if (this.child === undefined && !keepTasks) await this.comeBackToStop();
    const { child } = this;
    if (child === undefined) return { stoppedTasks: 0 };
    let stoppedTasks = 0;
    child.on('message', (message: ClusterMessage) => {
      if (message.type === 'stopped') stoppedTasks = message.stoppedTasks;
    });
    const exit = once(child, 'exit');
    tell(child, { type: 'stop', keepTasks });
    await exit;
    return { stoppedTasks };
  }

  /** Tasks whose cluster has just ended by itself are ended, too. */
  private async comeBackToStop(): Promise<void> {
    try {
      await this.launch(this.sameAddress());
    } catch (error) {
      const message = 'the local cluster does not start again to end its tasks; the next start finds them';
      this.logger.error({ error: String(error) }, message);
    }
  }

  private async launch(settings: ClusterSettings): Promise<void> {
    const child = fork(programPath('process/main'), [join(settings.dataDir, 'mesos')], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // What this process was started with (loaders, `--eval`) is not meant for that program.
      execArgv: settings.simulation === undefined ? [] : SIMULATION_FLAGS,
    });
    this.child = child;
    const started = new Promise<string>((resolve, reject) => {
      child.on('message', (message: ClusterMessage) => {
        if (message.type === 'log') this.logger[message.level](message.fields, message.message);
        else if (message.type === 'ready') resolve(message.url);
        else if (message.type === 'failed') reject(errorOf(message.failure));
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.child = undefined;
        reject(new Error(`the local cluster ended with ${signal ?? `status ${code}`} before it was ready`));
      });
    });
    tell(child, { type: 'start', settings });
    this.masterUrl = await started;
    child.once('exit', (code, signal) => this.ended(signal ?? `status ${code}`));
  }

  private ended(how: string): void {
    if (this.isStopping) return;
    this.logger.error({ how }, 'the local cluster ended by itself and is started again; its tasks go on');
    this.restart();
  }

  private restart(): void {
    this.restartTimer = setTimeout(() => {
      this.launch(this.sameAddress()).then(
        () => (this.restartDelayMs = firstRestartDelayMs),
        (error: unknown) => {
          this.logger.error({ error: String(error) }, 'the local cluster does not start');
          this.restartDelayMs = Math.min(this.restartDelayMs * 2, longestRestartDelayMs);
          if (!this.isStopping) this.restart();
        },
      );
    }, this.restartDelayMs);
  }

  private sameAddress(): ClusterSettings {
    const port = Number(new URL(this.masterUrl).port);
    return { ...this.settings, master: { ...this.settings.master, port } };
  }
}

/** A process that is gone already has told so, or will, by its exit. */
function tell(child: ChildProcess, request: ClusterRequest): void {
  child.send(request, () => undefined);
}

function errorOf({ message, code, address, port }: StartFailure): Error {
  return Object.assign(new Error(message), { code, address, port });
}
