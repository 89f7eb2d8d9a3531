import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';

/** The folder of `package.json`, above the sources as above what is compiled from them. */
export const projectRoot = folderWithPackage(import.meta.dirname);

const main = join(projectRoot, 'dist/apps/ekiden/src/main.js');

/** What `npm start` gives to Node. */
const NODE_FLAGS = JSON.parse(readFileSync(join(projectRoot, 'scripts/node-flags.json'), 'utf8')) as string[];

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One run of Ekiden's main program as a child process, as `npm start` runs it. */
export class EkidenProcess {
  /** Everything the process wrote so far, both streams as they came. */
  output = '';
  stdout = '';
  stderr = '';
  readonly exited: Promise<Exit>;
  private exit: Exit | undefined;

  /** Those who want to know of more output, or of the end. */
  private waiting: (() => void)[] = [];

  private constructor(private readonly child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.take(text);
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.take(text);
    });
    this.exited = once(child, 'close').then(([code, signal]: unknown[]) => {
      this.exit = { code, signal } as Exit;
      this.take('');
      return this.exit;
    });
  }

  private take(text: string): void {
    this.output += text;
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  /** Runs the program; says nothing about whether it is ready, or ever will be. */
  static run(args: readonly string[], env: Readonly<Record<string, string>> = {}): EkidenProcess {
    if (!existsSync(main)) throw new Error(`${main} is missing: build first (npm run build)`);
    const child = spawn(process.execPath, [...NODE_FLAGS, main, ...args], {
      cwd: projectRoot,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new EkidenProcess(child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  get isRunning(): boolean {
    return this.exit === undefined;
  }

  /** The API's address, once the process has announced that it is ready. Rejects when it ends before. */
  async ready(): Promise<string> {
    const [, url] = await this.wrote(/Ekiden is ready\.[\s\S]*?API\s+(http\S+)/);
    return url!;
  }

  /** Waits for a piece of output. Rejects when the process ends without it. */
  async wrote(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (!this.isRunning) {
        throw new Error(`Ekiden ended (${JSON.stringify(this.exit)}) without ${pattern}:\n${this.output}`);
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Asks for an orderly stop and waits for it. */
  stop(): Promise<Exit> {
    this.child.kill('SIGTERM');
    return this.exited;
  }

  /** Ends the process as a power cut would: without a chance to do anything. */
  crash(): Promise<Exit> {
    this.child.kill('SIGKILL');
    return this.exited;
  }
}

function folderWithPackage(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderWithPackage(dirname(folder));
}
