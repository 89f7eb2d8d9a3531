import { setTimeout as delay } from 'node:timers/promises';
import { EventFile } from '#event-log';
import { startServer, type ServerOptions, type ServerProcess } from '../server-process.js';
import { launchFacts, type LaunchFacts } from './launch-facts.js';
import { cpuSeconds, memoryMb } from './process-figures.js';
import { startSimulator, type Simulator, type SimulatorOptions } from './simulator.js';

/**
 * What Ekiden is told for a cluster of this size: Marathon's own defaults (100 launches on their way, five instances per
 * offer, 5 s between two revives; offers that wait for more than 3 s, or behind 1,024 others, go back and are not made again
 * for 5 s) are limits on purpose, and would be all that is measured.
 */
const FLAGS = [
  '--launch_tokens',
  '1000000',
  '--max_instances_per_offer',
  '200',
  '--max_running_deployments',
  '100000',
  '--max_queued_offers',
  '10000',
  '--offer_matching_timeout',
  '60000',
];

/**
 * Room in memory for a million instances: more than V8 takes by itself, and a young generation in which what is on its way to
 * Mesos and to the disk is done with before it has to be moved (docs/performance.md).
 */
const MUCH_MEMORY = ['--max-old-space-size=8192', '--max-semi-space-size=128'];

/** Benchmarks of pauses and of memory run with no more than the flags of `scripts/node-flags.json`. */
export interface SceneOptions extends Pick<ServerOptions, 'nodeFlags'> {
  /** How soon offers may be asked for again; with thousands of agents each time costs something. Default 100. */
  readonly reviveIntervalMs?: number;
}

/** What a piece of work cost. */
export interface Spent extends LaunchFacts {
  /** From before the first request to the last task running, as the log tells; seconds. */
  readonly seconds: number;
  /** Processor time of Ekiden and of the simulated cluster, seconds. */
  readonly ekidenCpuSeconds: number;
  readonly simulatorCpuSeconds: number;
  /** Memory of Ekiden when it was over, MiB. */
  readonly ekidenMb: number;
  readonly simulatorMb: number;
}

/** Ekiden and a simulated cluster, each in a process of its own, with real HTTP between them and the log on disk. */
export class ScaleScene {
  private constructor(
    readonly server: ServerProcess,
    readonly simulator: Simulator,
    /** What Ekiden was started with, besides its port and its directory. */
    readonly flags: readonly string[],
  ) {}

  static async start(cluster: SimulatorOptions, options: SceneOptions = {}): Promise<ScaleScene> {
    const { nodeFlags, reviveIntervalMs } = { nodeFlags: MUCH_MEMORY, reviveIntervalMs: 100, ...options };
    const simulator = await startSimulator(cluster);
    try {
      const revive = ['--min_revive_offers_interval', String(reviveIntervalMs)];
      const flags = ['--master', simulator.url, ...FLAGS, ...revive];
      const server = await startServer(flags, { nodeFlags });
      const scene = new ScaleScene(server, simulator, flags);
      await scene.connected();
      return scene;
    } catch (error) {
      await simulator.stop();
      throw error;
    }
  }

  get url(): string {
    return this.server.url;
  }

  /** Does the work, waits for what follows from it, and tells what the log says. `runningBefore`: tasks that run now. */
  async measure(work: () => Promise<void>, runningBefore = 0): Promise<Spent> {
    const { server, simulator } = this;
    const file = this.log();
    try {
      const after = file.head();
      const startedMs = Date.now();
      const [ekidenBefore, simulatorBefore] = [cpuSeconds(server.pid), cpuSeconds(simulator.pid)];
      await work();
      const ekidenCpuSeconds = cpuSeconds(server.pid) - ekidenBefore;
      const simulatorCpuSeconds = cpuSeconds(simulator.pid) - simulatorBefore;
      const memory = { ekidenMb: memoryMb(server.pid), simulatorMb: memoryMb(simulator.pid) };
      const facts = launchFacts(file, after, runningBefore);
      const seconds = (Math.max(facts.lastRunningMs, startedMs) - startedMs) / 1000;
      return { ...facts, seconds, ekidenCpuSeconds, simulatorCpuSeconds, ...memory };
    } finally {
      file.close();
    }
  }

  /** The log, to be closed by the caller. */
  log(): EventFile {
    return new EventFile(`${this.server.dataDir}/events.db`);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.simulator.stop();
  }

  private async connected(): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.url}/ekiden/v1/status`);
      const { mesos } = (await answer.json()) as { mesos: { connected: boolean } };
      if (mesos.connected) return;
      await delay(20);
    }
  }
}
