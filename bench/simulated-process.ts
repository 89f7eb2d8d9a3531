import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './server-process.js';

const TICKS_PER_SECOND = 100;

/** The cluster in a process of its own. */
export class SimulatedProcess {
  private constructor(
    readonly url: URL,
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly startedMs: number,
  ) {}

  /** `profileDir`: where its processor profile goes when it ends. */
  static async start(agents: number, profileDir?: string): Promise<SimulatedProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'ekiden-sim-'));
    const main = new URL('../apps/local-cluster/src/main.js', import.meta.url).pathname;
    const flags = JSON.parse(await readFile('scripts/node-flags.json', 'utf8')) as string[];
    const heapMb = Math.floor(Math.min(4096, totalmem() / 2 ** 20 / 2));
    const port = await freePort();
    const startedMs = performance.now();
    const sim = `sim://?agents=${agents}&cpus=32&mem=131072`;
    const child = spawn(
      process.execPath,
      [
        ...flags,
        `--max-old-space-size=${heapMb}`,
        ...(profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]),
        main,
        '--sim',
        sim,
        '--port',
        String(port),
        '--work_dir',
        directory,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const url = new URL(`http://127.0.0.1:${port}`);
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the cluster ended with code ${child.exitCode}`);
      if ((await fetch(new URL('/health', url)).catch(() => undefined))?.status === 200) break;
      await delay(10);
    }
    return new SimulatedProcess(url, child, directory, startedMs);
  }

  async cpuSeconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }

  async metric(name: string): Promise<number> {
    const answer = await fetch(new URL('/metrics/snapshot', this.url));
    return ((await answer.json()) as Record<string, number>)[name] ?? Number.NaN;
  }

  async control(path: string, body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(new URL(`/_control/${path}`, this.url), {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }

  async stop(): Promise<void> {
    const exit = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await exit;
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Asks for `/version` all the time: what keeps the event loop keeps the answer. */
export class Probe {
  private readonly times: number[] = [];
  private isStopped = false;
  private readonly done: Promise<void>;

  constructor(private readonly url: URL) {
    this.done = this.ask();
  }

  /** The time that this share of the questions did not exceed. */
  async stop(share = 0.99): Promise<number> {
    this.isStopped = true;
    await this.done;
    const sorted = this.times.toSorted((left, right) => left - right);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  }

  private async ask(): Promise<void> {
    while (!this.isStopped) {
      const startedMs = performance.now();
      await (await fetch(new URL('/version', this.url))).arrayBuffer();
      this.times.push(performance.now() - startedMs);
      await delay(5);
    }
  }
}
