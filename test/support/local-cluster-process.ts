import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterControlClient } from './cluster-control.js';
import { projectRoot, type Exit } from './ekiden-process.js';
import { eventually } from './eventually.js';
import { stablePort } from './ports.js';
import { endStrays } from './processes.js';
import { temporaryDirectory } from './site.js';

const main = join(projectRoot, 'dist/apps/local-cluster/src/main.js');

/** A master that hangs is no leader. */
const ASK_TIMEOUT_MS = 500;

/** One run of the local cluster's program. It ends with this process, however that ends. */
class ClusterRun {
  output = '';
  readonly exited: Promise<Exit>;
  private exit: Exit | undefined;

  constructor(args: readonly string[]) {
    if (!existsSync(main)) throw new Error(`${main} is missing: build first (npm run build)`);
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.exited = once(this.child, 'close').then(
      ([code, signal]: unknown[]) => (this.exit = { code, signal } as Exit),
    );
  }

  private readonly child: ChildProcess;

  get pid(): number {
    return this.child.pid!;
  }

  get isRunning(): boolean {
    return this.exit === undefined;
  }

  /** @throws with what it wrote when it ends before it is ready. */
  async ready(): Promise<void> {
    const isReady = (): boolean => this.output.includes('The local cluster is ready.');
    await eventually(() => isReady() || !this.isRunning, { what: 'the local cluster' });
    if (!isReady()) throw new Error(`the local cluster ended:\n${this.output}`);
  }

  async end(signal: NodeJS.Signals): Promise<Exit | undefined> {
    if (this.isRunning) this.child.kill(signal);
    return this.exited;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}

/** A part of a cluster that comes, goes and comes again at the same place. */
export class ClusterPart {
  private current: ClusterRun | undefined;

  constructor(private readonly args: readonly string[]) {}

  get pid(): number {
    return this.current!.pid;
  }

  get isRunning(): boolean {
    return this.current?.isRunning === true;
  }

  /** Everything that the present run wrote. */
  get output(): string {
    return this.current?.output ?? '';
  }

  /** Resolves with the end of the present run. */
  get exited(): Promise<Exit> {
    return this.current!.exited;
  }

  async start(): Promise<void> {
    this.current = new ClusterRun(this.args);
    await this.current.ready();
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.current?.end('SIGKILL');
  }

  /** Ends it in good order; tasks go on. */
  async stop(): Promise<void> {
    await this.current?.end('SIGTERM');
  }

  /** Stops it in its tracks; its connections stay open. */
  freeze(): void {
    this.current?.signal('SIGSTOP');
  }

  /** Lets it go on. */
  thaw(): void {
    this.current?.signal('SIGCONT');
  }
}

export interface LocalClusterProcessOptions {
  /** Of all agents together, in one process. Default 1. */
  readonly agents?: number;
  readonly resources?: string;
  /** `zk://…/path`; masters then contend there. Without it there is one process with everything. */
  readonly zk?: string;
  /** Master processes, with `zk`. Default 1. */
  readonly masters?: number;
  /** Further flags of masters, and of the one process without `zk`. */
  readonly masterArgs?: readonly string[];
  /** Further flags of agents, with `zk`. */
  readonly agentArgs?: readonly string[];
}

/**
 * A local cluster apart from Ekiden, which outlives it: one process with everything and its control API, or, under
 * ZooKeeper, masters that contend and a process with the agents.
 */
export class LocalClusterProcess {
  private constructor(
    private readonly parts: {
      readonly dataDir: string;
      readonly address: string;
      readonly masterUrls: readonly string[];
      readonly masters: readonly ClusterPart[];
      readonly agents: ClusterPart | undefined;
    },
  ) {}

  /** Sandboxes and registry; what runs there belongs to the cluster. */
  get dataDir(): string {
    return this.parts.dataDir;
  }

  /** What `--master` of Ekiden takes. */
  get address(): string {
    return this.parts.address;
  }

  /** The masters, in the order in which they were started. Without ZooKeeper the only one has the agents, too. */
  get masters(): readonly ClusterPart[] {
    return this.parts.masters;
  }

  /** Absent without ZooKeeper. */
  get agents(): ClusterPart | undefined {
    return this.parts.agents;
  }

  /** Starts it and waits until a master leads and every agent is registered. */
  static async start(options: LocalClusterProcessOptions = {}): Promise<LocalClusterProcess> {
    const cluster = await LocalClusterProcess.prepare(options);
    try {
      // One after the other, so that the first one leads.
      for (const part of [...cluster.masters, cluster.agents]) await part?.start();
      await cluster.complete(options.agents ?? 1);
    } catch (error) {
      await cluster.dispose();
      throw error;
    }
    return cluster;
  }

  private static async prepare(options: LocalClusterProcessOptions): Promise<LocalClusterProcess> {
    const { agents = 1, resources = 'cpus:64;mem:65536;disk:65536', zk, masterArgs = [] } = options;
    const dataDir = temporaryDirectory();
    const place = ['--work_dir', dataDir, ...(zk === undefined ? [] : ['--zk', zk])];
    const ofAgents = ['--agents', String(agents), '--agent_port', '0', '--resources', resources];
    const masters = zk === undefined ? 1 : (options.masters ?? 1);
    const ports = await Promise.all(Array.from({ length: masters }, () => stablePort()));
    const urls = ports.map((port) => `http://127.0.0.1:${port}`);
    const session = zk === undefined ? [] : ['--zk_session_timeout', '2secs'];
    if (zk === undefined) {
      const all = [...place, '--port', String(ports[0]), '--test_api', ...ofAgents, ...masterArgs];
      const only = [new ClusterPart(all)];
      return new LocalClusterProcess({
        dataDir,
        address: urls[0]!,
        masterUrls: urls,
        masters: only,
        agents: undefined,
      });
    }
    const contenders = ports.map(
      (port) =>
        new ClusterPart(['--role', 'master', '--port', String(port), ...place, ...session, ...masterArgs]),
    );
    const agentArgs = ['--role', 'agent', ...place, ...session, ...ofAgents, ...(options.agentArgs ?? [])];
    return new LocalClusterProcess({
      dataDir,
      address: zk,
      masterUrls: urls,
      masters: contenders,
      agents: new ClusterPart(agentArgs),
    });
  }

  /** The control API; only without ZooKeeper. */
  get control(): ClusterControlClient {
    if (this.agents !== undefined) throw new Error('the control API needs a cluster without ZooKeeper');
    return new ClusterControlClient(this.parts.masterUrls[0]!);
  }

  /** Base URL of a master, whether it leads or not. */
  urlOf(master: number): string {
    return this.parts.masterUrls[master]!;
  }

  /** The number of the master that leads; waits while none does. */
  leader(): Promise<number> {
    return eventually(
      async () => {
        for (const [index, url] of this.parts.masterUrls.entries())
          if (this.masters[index]!.isRunning && (await isLeading(url))) return index;
        return undefined;
      },
      { what: 'a leading master' },
    );
  }

  /** `GET /state` of the leading master. */
  async state(): Promise<MasterState> {
    const response = await fetch(`${this.parts.masterUrls[await this.leader()]}/state`);
    return (await response.json()) as MasterState;
  }

  /** Waits until so many agents are active at the leading master. */
  async complete(agents: number): Promise<void> {
    const what = `the registration of ${agents} agents`;
    await eventually(async () => (await this.state()).activated_slaves === agents, { what });
  }

  /** Ends everything, tasks too. */
  async dispose(): Promise<void> {
    await Promise.all([...this.masters, this.agents].map(async (part) => part?.kill()));
    await endStrays(this.dataDir);
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** What tests look at in `GET /state`. */
export interface MasterState {
  readonly id: string;
  readonly activated_slaves: number;
  readonly frameworks: readonly {
    readonly id: string;
    readonly active: boolean;
    readonly tasks: readonly { readonly id: string; readonly state: string }[];
  }[];
}

async function isLeading(url: string): Promise<boolean> {
  try {
    return (
      (await fetch(`${url}/state`, { redirect: 'manual', signal: AbortSignal.timeout(ASK_TIMEOUT_MS) }))
        .status === 200
    );
  } catch {
    return false;
  }
}
