import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../fixtures/docker/docker.mjs');

/** One container of the double: a process of this machine. */
export interface DoubleContainer {
  readonly name: string;
  readonly pid: number;
  readonly network: string;
  readonly address: string;
  readonly labels: readonly string[];
  /** Directory of this machine in the place of the sandbox. */
  readonly sandbox: string;
}

/** A docker client that records its calls and runs containers as processes (see `fixtures/docker/docker.mjs`). */
export class DockerDouble {
  /** Directory to be put first in PATH. */
  readonly binDirectory: string;
  private readonly stateDirectory: string;

  constructor(directory: string) {
    this.binDirectory = join(directory, 'bin');
    this.stateDirectory = join(directory, 'state');
    mkdirSync(this.binDirectory, { recursive: true });
    for (const name of ['containers', 'images'])
      mkdirSync(join(this.stateDirectory, name), { recursive: true });
    const words = [process.execPath, program, this.stateDirectory].map((word) => `'${word}'`);
    writeFileSync(this.path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
    chmodSync(this.path, 0o755);
  }

  /** The client itself. */
  get path(): string {
    return join(this.binDirectory, 'docker');
  }

  /** Whether the engine is gone: its clients end, its containers go on. */
  set isDown(isDown: boolean) {
    this.mark('down', isDown);
  }

  /** Whether the engine takes calls but does nothing about them. */
  set isHung(isHung: boolean) {
    this.mark('hung', isHung);
  }

  /** The engine loses a container, with all that ran in it. */
  lose({ name, pid }: DoubleContainer): void {
    rmSync(join(this.stateDirectory, 'containers', `${name}.json`));
    process.kill(-pid, 'SIGKILL');
  }

  /** Arguments of all calls of one command, oldest first, without the address of the engine. */
  callsOf(command: string): readonly (readonly string[])[] {
    const path = join(this.stateDirectory, 'calls.jsonl');
    if (!existsSync(path)) return [];
    const calls = readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as readonly string[]);
    return calls.map((call) => call.slice(2)).filter(([name]) => name === command);
  }

  /** Containers that were started and not removed. */
  get containers(): readonly DoubleContainer[] {
    const directory = join(this.stateDirectory, 'containers');
    if (!existsSync(directory)) return [];
    return readdirSync(directory).flatMap((name) => readContainer(join(directory, name)) ?? []);
  }

  /** The directory in which the last pull of an image looked for credentials. */
  credentialsOf(image: string): string | undefined {
    const text = readFileSync(join(this.stateDirectory, 'images', encodeURIComponent(image)), 'utf8');
    return (JSON.parse(text) as { config?: string }).config;
  }

  private mark(name: string, isSet: boolean): void {
    const path = join(this.stateDirectory, name);
    if (isSet) writeFileSync(path, '');
    else rmSync(path, { force: true });
  }

  /** Ends what still runs. */
  dispose(): void {
    for (const { pid } of this.containers) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
  }
}

/** Nothing when the container was removed after it was listed. */
function readContainer(path: string): DoubleContainer | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as DoubleContainer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
