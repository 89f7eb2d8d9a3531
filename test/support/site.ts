import { randomInt } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from './api-client.js';
import { EkidenProcess, type Exit } from './ekiden-process.js';
import { endStrays } from './processes.js';

/** Tests behave the same on every machine: how many processors and how much memory it has plays no part. */
const ROOMY_CLUSTER = ['--master', 'local://?resources=cpus:64;mem:65536;disk:65536'];

export interface SiteOptions {
  /** Flags of every start. */
  readonly args?: readonly string[];
  /** The cluster that Ekiden starts by itself, instead of one with room for everything. */
  readonly ownCluster?: boolean;
  /** Variables of the environment of every start. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directory to use instead of a new temporary one; it is emptied of processes, but not removed. */
  readonly dataDir?: string;
}

/**
 * A place where Ekiden is started, crashed and started again: a data directory and a port that stay the same over
 * all its runs. Whatever it leaves behind is ended and removed by `dispose`.
 */
export class Site {
  readonly api: ApiClient;
  private current: EkidenProcess | undefined;

  private constructor(
    readonly dataDir: string,
    readonly port: number,
    private readonly runs: {
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    },
    private readonly ownsDataDir: boolean,
  ) {
    this.api = new ApiClient(`http://127.0.0.1:${port}`);
  }

  /** A site with nothing running on it. */
  static async create({ args = [], ownCluster = false, env = {}, dataDir }: SiteOptions = {}): Promise<Site> {
    const directory = dataDir ?? temporaryDirectory();
    const allArgs = ownCluster ? args : [...ROOMY_CLUSTER, ...args];
    return new Site(directory, await freePort(), { args: allArgs, env }, dataDir === undefined);
  }

  /** A site with Ekiden ready on it. */
  static async start(options: SiteOptions = {}): Promise<Site> {
    const site = await Site.create(options);
    await site.start();
    return site;
  }

  /** The present run. */
  get ekiden(): EkidenProcess {
    if (this.current === undefined) throw new Error('Ekiden was never started here');
    return this.current;
  }

  /** Starts Ekiden and waits until it is ready. */
  async start(...extraArgs: string[]): Promise<EkidenProcess> {
    this.current = this.run(...extraArgs);
    await this.current.ready();
    return this.current;
  }

  /** Starts Ekiden here without waiting for anything. */
  run(...extraArgs: string[]): EkidenProcess {
    const place = ['--data_dir', this.dataDir, '--http_port', String(this.port)];
    return EkidenProcess.run([...place, ...this.runs.args, ...extraArgs], this.runs.env);
  }

  crash(): Promise<Exit> {
    return this.ekiden.crash();
  }

  stop(): Promise<Exit> {
    return this.ekiden.stop();
  }

  /** Kills Ekiden and starts it again. */
  async crashAndRestart(): Promise<void> {
    await this.crash();
    await this.start();
  }

  async dispose(): Promise<void> {
    if (this.current?.isRunning === true) await this.current.crash();
    await endStrays(this.dataDir);
    if (this.ownsDataDir) rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** A new directory, by its real path so that it compares with what processes say about themselves. */
export function temporaryDirectory(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'ekiden-e2e-')));
}

/**
 * A port that nobody listens on, and that no program is given by the system when it asks for any: the ports of tasks and
 * those that the system hands out lie above.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 31_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
