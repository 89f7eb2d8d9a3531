import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const main = join(
  fileURLToPath(new URL('../..', import.meta.url)),
  'dist/test/support/election-candidate-main.js',
);

/** A line of a candidate's process. Times are of the monotonic clock that all processes of the machine share. */
export type CandidateReport =
  /** What the candidate was told. */
  | { readonly kind: 'told'; readonly what: string; readonly atMs: number }
  /** It might act on every look between the two moments. */
  | { readonly kind: 'acted'; readonly fromMs: number; readonly toMs: number }
  /** The first look after the process had not looked for a while. */
  | { readonly kind: 'pause'; readonly pauseMs: number; readonly mayAct: boolean; readonly atMs: number };

export interface CandidateProcessOptions {
  readonly servers: readonly string[];
  readonly path: string;
  readonly hostPort: string;
  readonly sessionTimeoutMs: number;
}

/** A span of time in which a process might act. */
export interface Reign {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A process that does nothing but stand for election and look whether it may act. */
export class CandidateProcess {
  readonly told: string[] = [];
  readonly pauses: Extract<CandidateReport, { kind: 'pause' }>[] = [];
  readonly toldAtMs = new Map<string, number>();
  readonly #reigns = new Map<number, number>();
  readonly #child: ChildProcess;

  constructor({ servers, path, hostPort, sessionTimeoutMs }: CandidateProcessOptions) {
    const address = { servers, path };
    const options = JSON.stringify({ address, hostPort, sessionTimeoutMs, connectionTimeoutMs: 20_000 });
    this.#child = spawn(process.execPath, [main, options], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdin!.on('error', () => {});
    createInterface(this.#child.stdout!).on('line', (line) =>
      this.#read(JSON.parse(line) as CandidateReport),
    );
  }

  /** When it might act; spans that no look interrupted. */
  get reigns(): Reign[] {
    return [...this.#reigns].map(([fromMs, toMs]) => ({ fromMs, toMs }));
  }

  get isElected(): boolean {
    return this.told.includes('elected');
  }

  get isOver(): boolean {
    return this.told.some((what) => what.startsWith('lost:') || what === 'withdrew') || !this.isRunning;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async hears(what: string): Promise<void> {
    await eventually(() => this.told.includes(what), { what: `'${what}' after ${this.told.join(', ')}` });
  }

  /** `withdraw`, `close`, or `spin <milliseconds>`. */
  command(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child.kill(signal);
  }

  #read(line: CandidateReport): void {
    switch (line.kind) {
      case 'told':
        this.told.push(line.what);
        this.toldAtMs.set(line.what, line.atMs);
        return;
      case 'acted':
        this.#reigns.set(line.fromMs, line.toMs);
        return;
      case 'pause':
        this.pauses.push(line);
    }
  }
}
