import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../runtime/clock.js';
import type { AgentOptions } from '../../agent-options.js';
import { Slots } from '../../slots.js';
import type { Inspection } from '../runner.js';
import { readInspection } from './inspection.js';

/** Whether an engine answers, or what it was that answered instead. */
export type EngineAvailability =
  | { readonly isAvailable: true; readonly version: string }
  | { readonly isAvailable: false; readonly detail: string };

/** An image that a task needs. */
export interface ImageRequest {
  readonly image: string;
  /** Pull it even when it is there. */
  readonly force: boolean;
  /** May hold the credentials of a registry. */
  readonly sandbox: string;
  readonly signal: AbortSignal;
}

/** How a call of the client went. */
interface Answer {
  readonly succeeded: boolean;
  readonly stdout: string;
  /** Why it did not succeed: what the client wrote, else how it ended. */
  readonly failure: string;
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly environment?: NodeJS.ProcessEnv;
}

const detectionTimeoutMs = 5_000;
/** An engine that takes longer for anything but a pull hangs. */
const callTimeoutMs = 30_000;
/** An answer about the engine is good for this long (spec/local-cluster.md §17.1). */
const validForMs = 30_000;
/** Clients at the same time: enough to use the engine, few enough to leave processes for others. */
const concurrentCalls = 16;
/** Pulls can take minutes: they do not hold up the other calls. */
const concurrentPulls = 8;
/** Longest output of one call; an inspection has some ten thousand characters. */
const longestOutput = 16 * 1024 ** 2;

/** The docker engine as its command-line client shows it (spec/local-cluster.md §17). */
export class DockerEngine {
  private readonly calls = new Slots(concurrentCalls);
  private readonly pulls = new Slots(concurrentPulls);
  private known: { readonly answer: Promise<EngineAvailability>; readonly askedAtMs: number } | undefined;

  constructor(
    private readonly options: Pick<AgentOptions, 'docker' | 'dockerSocket' | 'runner'>,
    private readonly clock: Clock,
  ) {}

  /** The client's program and the arguments that all its calls have in common. */
  get client(): readonly string[] {
    return [this.options.docker, '-H', `unix://${this.options.dockerSocket}`];
  }

  /** What the client needs of this process's environment, its own configuration included. */
  get clientEnvironment(): Record<string, string> {
    const names = ['PATH', 'HOME', 'DOCKER_CONFIG'];
    return Object.fromEntries(
      names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    );
  }

  /** Whether the engine answers; asked again when the last answer is old. */
  availability(): Promise<EngineAvailability> {
    const nowMs = this.clock.nowMs();
    if (this.known === undefined || nowMs - this.known.askedAtMs > validForMs) {
      this.known = { answer: this.detect(), askedAtMs: nowMs };
    }
    return this.known.answer;
  }

  /** Sees to it that the image is there. Gives the reason when it cannot be had. */
  async provideImage(request: ImageRequest): Promise<string | undefined> {
    const image = withTag(request.image);
    const { signal, force } = request;
    const isThere = async (): Promise<boolean> =>
      !force && (await this.call(['image', 'inspect', image], { signal })).succeeded;
    if (await isThere()) return undefined;
    // By the time it is its turn, another task may have pulled the same image.
    return this.pulls.run(async () => ((await isThere()) ? undefined : this.pull(image, request)));
  }

  private async pull(image: string, { sandbox, signal }: ImageRequest): Promise<string | undefined> {
    const environment = { ...this.clientEnvironment, ...registryEnvironment(sandbox) };
    const pulled = await this.execute(['pull', image], { signal, environment });
    if (pulled.succeeded) return undefined;
    this.known = undefined;
    return `Failed to pull image '${image}': ${pulled.failure}`;
  }

  /** What the engine says of a container; nothing while it has not started. */
  async inspectStarted(name: string): Promise<Inspection | undefined> {
    const { succeeded, stdout } = await this.call(['inspect', name]);
    return succeeded ? readInspection(stdout) : undefined;
  }

  /** Removes a container, running or not. Gives the reason when it could not be removed. */
  async remove(name: string): Promise<string | undefined> {
    const { succeeded, failure } = await this.call(['rm', '-f', name]);
    return succeeded || failure.includes('No such container') ? undefined : failure;
  }

  /** Names of all containers with a label, also of those that have ended; nothing when the engine does not answer. */
  async namesWithLabel(label: string): Promise<readonly string[] | undefined> {
    const { succeeded, stdout } = await this.call([
      'ps',
      '-a',
      '--filter',
      `label=${label}`,
      '--format',
      '{{.Names}}',
    ]);
    return succeeded ? stdout.split('\n').filter((name) => name !== '') : undefined;
  }

  private async detect(): Promise<EngineAvailability> {
    if (this.options.runner === 'process') {
      return { isAvailable: false, detail: 'this agent runs processes only' };
    }
    // Not one of the calls that share a limit: those of an engine that hangs would hold it up.
    const { succeeded, stdout, failure } = await this.execute(
      ['version', '--format', '{{.Server.Version}}'],
      {
        timeoutMs: detectionTimeoutMs,
      },
    );
    return succeeded
      ? { isAvailable: true, version: stdout.trim() }
      : { isAvailable: false, detail: failure };
  }

  private call(args: readonly string[], options: CallOptions = {}): Promise<Answer> {
    return this.calls.run(() => this.execute(args, { timeoutMs: callTimeoutMs, ...options }));
  }

  private execute(args: readonly string[], { signal, timeoutMs, environment }: CallOptions): Promise<Answer> {
    const [file = '', ...common] = this.client;
    const options = {
      env: environment ?? this.clientEnvironment,
      maxBuffer: longestOutput,
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: 'SIGKILL' as const }),
    };
    return new Promise((resolve) => {
      execFile(file, [...common, ...args], options, (error, stdout, stderr) => {
        const failure = error === null ? '' : stderr.trim() || reasonOf(error, file, timeoutMs);
        resolve({ succeeded: error === null, stdout, failure });
      });
    });
  }
}

/** Name of the container of one run. */
export const engineNameOf = (containerId: string): string => `mesos-${containerId}`;

/** `:latest` is meant when an image is named without tag and digest. */
function withTag(image: string): string {
  const lastPart = image.slice(image.lastIndexOf('/') + 1);
  return /[:@]/.test(lastPart) ? image : `${image}:latest`;
}

/** Credentials that a task brought along, in either place the client looks for them. */
function registryEnvironment(sandbox: string): Record<string, string> {
  const directory = join(sandbox, '.docker');
  if (existsSync(join(directory, 'config.json'))) return { HOME: sandbox, DOCKER_CONFIG: directory };
  return existsSync(join(sandbox, '.dockercfg')) ? { HOME: sandbox, DOCKER_CONFIG: directory } : {};
}

interface CallError extends Error {
  readonly code?: string | number | null;
  readonly signal?: string | null;
  readonly killed?: boolean;
}

function reasonOf(error: CallError, file: string, timeoutMs: number | undefined): string {
  if (error.code === 'ENOENT') return `no program '${file}' is installed`;
  if (error.killed === true && timeoutMs !== undefined) return `no answer within ${timeoutMs / 1000} s`;
  return `'${file}' ended with ${error.signal ?? `status ${error.code}`}`;
}
