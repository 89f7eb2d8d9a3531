import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { stablePort } from '../support/ports.js';
import { endStrays } from '../support/processes.js';
import { temporaryDirectory } from '../support/site.js';
import { Tmpfs } from '../support/tmpfs.js';
import { Ensemble } from './ensemble.js';
import { ekidenFlags } from './flags.js';
import { proxied, type Link } from './link.js';
import { MESOS_NAMES, prepareMesos, type Mesos } from './mesos.js';
import { SteppedClock, clockObstacle } from './stepped-clock.js';
import { Supervised } from './supervised.js';

/** Room for the log of ten thousand faults; only what is written takes memory. */
const DISK_MB = 4096;

export interface SceneOptions {
  /** Of Ekiden. One keeps its log itself; several share ZooKeeper and Kafka, of three servers each. */
  readonly nodes: number;
  readonly longestFreezeMs: number;
  /** Told of faults that cannot be had here. */
  warn(text: string): void;
}

/** A node of Ekiden and the ways to it. */
interface Node {
  readonly program: Supervised;
  /** Past all proxies. */
  readonly url: string;
  readonly forClients: Link;
  readonly forStream: Link;
  /** To ZooKeeper, if there is any. */
  readonly toZooKeeper: readonly Link[];
}

interface NamedClock {
  readonly name: string;
  readonly clock: SteppedClock;
}

interface SceneParts {
  /** Everything of the run but Ekiden's data: logs, the diary, the cluster. */
  readonly directory: string;
  readonly ensemble: Ensemble | undefined;
  readonly nodes: readonly Node[];
  readonly mesos: Mesos;
  readonly disk: Tmpfs | undefined;
  readonly clocks: readonly NamedClock[] | undefined;
}

/**
 * Real processes on this machine: nodes of Ekiden, master and agents of a local cluster, each under a supervisor, Ekiden's
 * data on a disk of its own, and a proxy in every connection that is to be broken.
 */
export class Scene {
  private constructor(
    private readonly parts: SceneParts,
    readonly longestFreezeMs: number,
  ) {}

  static async start(options: SceneOptions): Promise<Scene> {
    const directory = temporaryDirectory();
    const disk = mountDisk(options);
    const names = Array.from({ length: options.nodes }, (_, index) =>
      options.nodes === 1 ? 'Ekiden' : `node ${index + 1}`,
    );
    const clocks = makeClocks(directory, [...names, ...MESOS_NAMES], options);
    const ofMesos = clocks?.slice(options.nodes).map(({ clock }) => clock);
    const mesos = await prepareMesos(directory, ofMesos);
    const ensemble = options.nodes === 1 ? undefined : await Ensemble.start();
    const dataDir = disk?.path ?? directory;
    const around = { directory, dataDir, master: mesos.toMaster.addresses[0]!, ensemble };
    const nodes = await Promise.all(
      names.map((name, index) => prepareNode(name, around, clocks?.[index]?.clock)),
    );
    const scene = new Scene({ directory, ensemble, nodes, mesos, disk, clocks }, options.longestFreezeMs);
    for (const program of scene.programs) program.start();
    return scene;
  }

  /** Everything that is started again when it ends. */
  get programs(): readonly Supervised[] {
    return [this.master, ...this.agents, ...this.nodes];
  }

  get directory(): string {
    return this.parts.directory;
  }

  get nodes(): readonly Supervised[] {
    return this.parts.nodes.map(({ program }) => program);
  }

  /** Of all nodes, past all proxies. */
  get urls(): readonly string[] {
    return this.parts.nodes.map(({ url }) => url);
  }

  get master(): Supervised {
    return this.parts.mesos.master;
  }

  get agents(): readonly Supervised[] {
    return this.parts.mesos.agents;
  }

  get clusterDir(): string {
    return join(this.directory, 'cluster');
  }

  /** ZooKeeper and Kafka of several nodes. */
  get ensemble(): Ensemble | undefined {
    return this.parts.ensemble;
  }

  get links(): readonly Link[] {
    const { nodes, mesos } = this.parts;
    return [
      mesos.toMaster,
      ...mesos.ofAgents,
      ...nodes.flatMap(({ forClients, forStream, toZooKeeper }) => [forClients, forStream, ...toZooKeeper]),
    ];
  }

  /** Where clients find Ekiden. */
  get clientUrls(): readonly string[] {
    return this.parts.nodes.map(({ forClients }) => `http://${forClients.addresses[0]!}`);
  }

  /** Where the subscriber of the stream finds it. */
  get streamUrls(): readonly string[] {
    return this.parts.nodes.map(({ forStream }) => `http://${forStream.addresses[0]!}`);
  }

  /** Everything that a look needs after a violation. */
  get evidence(): string {
    return this.disk === undefined
      ? this.directory
      : `${this.directory}, data in ${this.disk.path} (mounted)`;
  }

  /** Absent when this user may not mount one. */
  get disk(): Tmpfs | undefined {
    return this.parts.disk;
  }

  /** Absent without libfaketime. */
  get clocks(): readonly NamedClock[] | undefined {
    return this.parts.clocks;
  }

  /** Ends every process, tasks too. Logs and data stay for a look if that is asked for. */
  async dispose({ keepEvidence }: { keepEvidence: boolean }): Promise<void> {
    await Promise.all(this.programs.map((program) => program.dispose()));
    await endStrays(this.clusterDir);
    await Promise.all(this.links.flatMap(({ proxies }) => proxies).map((proxy) => proxy.stop()));
    await this.ensemble?.dispose();
    if (keepEvidence) return;
    this.disk?.unmount();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

async function prepareNode(
  name: string,
  around: {
    readonly directory: string;
    readonly dataDir: string;
    readonly master: string;
    readonly ensemble: Ensemble | undefined;
  },
  clock: SteppedClock | undefined,
): Promise<Node> {
  const port = await stablePort();
  const fileName = name.replace(' ', '-');
  const { ensemble } = around;
  const toZooKeeper = ensemble && (await proxied(`${name} to ZooKeeper`, ensemble.zooKeeperAddresses, 1));
  const place = { port, master: around.master, dataDir: join(around.dataDir, fileName) };
  const program = new Supervised({
    name,
    main: 'apps/ekiden/src/main.js',
    args: [...ekidenFlags(place), ...(ensemble?.flags(toZooKeeper!.addresses) ?? [])],
    env: clock?.environment ?? {},
    logPath: join(around.directory, `${fileName}.log`),
  });
  const target = [`127.0.0.1:${port}`];
  return {
    program,
    url: `http://${target[0]!}`,
    forClients: await proxied(`clients to ${name}`, target, 4),
    forStream: await proxied(`stream of ${name}`, target, 2),
    toZooKeeper: toZooKeeper === undefined ? [] : [toZooKeeper],
  };
}

function mountDisk({ warn }: SceneOptions): Tmpfs | undefined {
  const disk = Tmpfs.mount(DISK_MB);
  if (disk instanceof Tmpfs) return disk;
  warn(`NO FULL DISK: mounting a tmpfs needs root (${disk.impossible})`);
  return undefined;
}

function makeClocks(
  directory: string,
  names: readonly string[],
  { warn }: SceneOptions,
): NamedClock[] | undefined {
  const obstacle = clockObstacle();
  if (obstacle !== undefined) {
    warn(`NO STEPPED CLOCKS: ${obstacle}`);
    return undefined;
  }
  return names.map((name, index) => ({ name, clock: new SteppedClock(join(directory, `clock-${index}`)) }));
}
