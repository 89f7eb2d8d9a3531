import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stablePort } from '../support/ports.js';
import { endStrays } from '../support/processes.js';
import { temporaryDirectory } from '../support/site.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Tmpfs } from '../support/tmpfs.js';
import { SteppedClock, clockObstacle } from './stepped-clock.js';
import { Supervised } from './supervised.js';

/** Room for the logs of some ten thousand faults, and small enough to be filled in a moment. */
const DISK_MB = 1024;

const AGENTS = 2;

export interface Link {
  readonly name: string;
  readonly proxy: TcpProxy;
  /** How often it is hit. */
  readonly weight: number;
}

export interface SceneOptions {
  readonly longestFreezeMs: number;
  /** Told of faults that cannot be had here. */
  warn(text: string): void;
}

/**
 * Real processes on this machine: Ekiden and a local cluster, each under a supervisor, Ekiden's data on a disk of its own,
 * and a proxy in every connection that is to be broken.
 */
export class Scene {
  readonly longestFreezeMs: number;
  private constructor(
    private readonly parts: {
      /** Everything of the run but Ekiden's data: logs, the diary, the cluster. */
      readonly directory: string;
      readonly nodes: readonly Supervised[];
      /** Past all proxies. */
      readonly urls: readonly string[];
      readonly cluster: Supervised;
      readonly links: readonly Link[];
      readonly disk: Tmpfs | undefined;
      readonly clocks: readonly { readonly name: string; readonly clock: SteppedClock }[] | undefined;
    },
    options: SceneOptions,
  ) {
    this.longestFreezeMs = options.longestFreezeMs;
  }

  static async start(options: SceneOptions): Promise<Scene> {
    const directory = temporaryDirectory();
    const disk = mountDisk(options);
    const clocks = makeClocks(directory, options);
    const [ekidenPort, masterPort] = [await stablePort(), await stablePort()];
    const toMaster = await TcpProxy.start(`127.0.0.1:${masterPort}`);
    const toEkiden = async (): Promise<TcpProxy> => TcpProxy.start(`127.0.0.1:${ekidenPort}`);
    const links = [
      { name: 'Ekiden to master', proxy: toMaster, weight: 5 },
      { name: 'clients to Ekiden', proxy: await toEkiden(), weight: 4 },
      { name: 'stream', proxy: await toEkiden(), weight: 2 },
    ];
    const dataDir = join(disk?.path ?? directory, 'ekiden');
    mkdirSync(join(directory, 'cluster'));
    const ekiden = new Supervised({
      name: 'Ekiden',
      main: 'apps/ekiden/src/main.js',
      args: ekidenFlags(dataDir, ekidenPort, toMaster.address),
      env: clocks?.[0]?.clock.environment ?? {},
      logPath: join(directory, 'ekiden.log'),
    });
    const cluster = new Supervised({
      name: 'the cluster',
      main: 'apps/local-cluster/src/main.js',
      args: clusterFlags(join(directory, 'cluster'), masterPort),
      env: clocks?.[1]?.clock.environment ?? {},
      logPath: join(directory, 'cluster.log'),
    });
    const urls = [`http://127.0.0.1:${ekidenPort}`];
    const scene = new Scene({ directory, nodes: [ekiden], urls, cluster, links, disk, clocks }, options);
    cluster.start();
    ekiden.start();
    return scene;
  }

  get directory(): string {
    return this.parts.directory;
  }

  get nodes(): readonly Supervised[] {
    return this.parts.nodes;
  }

  get urls(): readonly string[] {
    return this.parts.urls;
  }

  get cluster(): Supervised {
    return this.parts.cluster;
  }

  get clusterDir(): string {
    return join(this.directory, 'cluster');
  }

  get links(): readonly Link[] {
    return this.parts.links;
  }

  /** Where clients find Ekiden. */
  get clientUrls(): readonly string[] {
    return [`http://${this.links[1]!.proxy.address}`];
  }

  /** Where the subscriber of the stream finds it. */
  get streamUrls(): readonly string[] {
    return [`http://${this.links[2]!.proxy.address}`];
  }

  /** Absent when this user may not mount one. */
  get disk(): Tmpfs | undefined {
    return this.parts.disk;
  }

  /** Absent without libfaketime. */
  get clocks() {
    return this.parts.clocks;
  }

  /** Ends every process, tasks too. Logs and data stay for a look unless they are to be forgotten. */
  async dispose({ keepEvidence }: { keepEvidence: boolean }): Promise<void> {
    await Promise.all([...this.nodes, this.cluster].map((program) => program.dispose()));
    await endStrays(this.clusterDir);
    await Promise.all(this.links.map(({ proxy }) => proxy.stop()));
    if (keepEvidence) return;
    this.disk?.unmount();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function mountDisk({ warn }: SceneOptions): Tmpfs | undefined {
  const disk = Tmpfs.mount(DISK_MB);
  if (disk instanceof Tmpfs) return disk;
  warn(`NO FULL DISK: mounting a tmpfs needs root (${disk.impossible})`);
  return undefined;
}

function makeClocks(directory: string, { warn }: SceneOptions) {
  const obstacle = clockObstacle();
  if (obstacle !== undefined) {
    warn(`NO STEPPED CLOCKS: ${obstacle}`);
    return undefined;
  }
  return ['Ekiden', 'the cluster'].map((name, index) => ({
    name,
    clock: new SteppedClock(join(directory, `clock-${index}`)),
  }));
}

/** Launches without waiting, and time-outs that show within a check. */
const ekidenFlags = (dataDir: string, port: number, master: string): string[] =>
  flags({
    master: `http://${master}`,
    data_dir: dataDir,
    http_port: port,
    hostname: '127.0.0.1',
    snapshot_interval_events: 500,
    launch_tokens: 1000,
    max_instances_per_offer: 100,
    min_revive_offers_interval: 250,
    decline_offer_duration: 500,
    reconciliation_initial_delay: 1000,
    reconciliation_interval: 10_000,
    scale_apps_initial_delay: 1000,
    scale_apps_interval: 5_000,
    task_launch_confirm_timeout: 10_000,
    task_launch_timeout: 20_000,
    kill_retry_timeout: 3_000,
    mesos_heartbeat_interval: 1_000,
  });

const clusterFlags = (workDir: string, port: number): string[] =>
  flags({
    work_dir: workDir,
    port,
    agents: AGENTS,
    agent_port: 0,
    resources: 'cpus:16;mem:16384;disk:16384',
    heartbeat_interval: '1secs',
  });

const flags = (values: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
