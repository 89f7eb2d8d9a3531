import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../agent/agent.fixture.js';
import { Container } from '../container.js';
import { MemoryGuard } from '../memory-guard.js';
import { SessionSweeper, TreeSignaller } from '../process-tree.js';
import type { CheckSpec, ContainerEvent, ContainerSpec, HealthCheckSpec, ProbeSpec } from '../protocol.js';

const nowMs = (): number => performance.now();

const rhythm = { delayMs: 0, intervalMs: 30, timeoutMs: 5_000 };

/** A shell command line in the sandbox. */
export const shell = (line: string, environment: Record<string, string> = {}): ProbeSpec => ({
  type: 'COMMAND',
  file: '/bin/sh',
  argv: ['/bin/sh', '-c', line],
  environment: { PATH: '/usr/bin:/bin', ...environment },
});

export const healthOf = (probe: ProbeSpec, more: Partial<HealthCheckSpec> = {}): HealthCheckSpec => ({
  probe,
  ...rhythm,
  gracePeriodMs: 0,
  consecutiveFailures: 1_000,
  killGraceMs: 3_000,
  ...more,
});

export const checkOf = (probe: ProbeSpec, more: Partial<CheckSpec> = {}): CheckSpec => ({
  probe,
  ...rhythm,
  ...more,
});

/** A process that sleeps, under a supervisor's care, with the checks of a test. */
export class CheckedContainer {
  readonly events: ContainerEvent[] = [];
  readonly outputFailures: string[] = [];
  private container!: Container;

  private constructor(readonly directory: string) {}

  static async start(
    checks: Pick<ContainerSpec, 'healthCheck' | 'check'>,
    command = 'sleep 1000',
  ): Promise<CheckedContainer> {
    const checked = new CheckedContainer(await mkdtemp(join(tmpdir(), 'checked-')));
    await checked.launch(checks, command);
    return checked;
  }

  /** What was reported of this type, oldest first. */
  got<Type extends ContainerEvent['type']>(type: Type): Extract<ContainerEvent, { type: Type }>[] {
    return this.events.filter(
      (event): event is Extract<ContainerEvent, { type: Type }> => event.type === type,
    );
  }

  get health(): boolean[] {
    return this.got('health').map(({ healthy }) => healthy);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** What the sandbox file holds; nothing when it is not there. */
  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8').catch(() => '');
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(this.path(name), text);
  }

  kill(): void {
    this.container.kill(3_000);
  }

  async dispose(): Promise<void> {
    this.container.destroy();
    await eventually(() => this.container.isEndWritten, 'the end of the container');
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  private async launch(checks: Pick<ContainerSpec, 'healthCheck' | 'check'>, command: string): Promise<void> {
    const { directory } = this;
    await mkdir(join(directory, 'pids'));
    await Promise.all([this.write('stdout', ''), this.write('stderr', '')]);
    const spec: ContainerSpec = {
      containerId: 'c',
      file: '/bin/sh',
      argv: ['/bin/sh', '-c', command],
      environment: { PATH: '/usr/bin:/bin' },
      directory,
      stdout: this.path('stdout'),
      stderr: this.path('stderr'),
      stateDirectory: directory,
      ...checks,
    };
    this.container = new Container(spec, {
      bootId: 'boot',
      nowMs,
      signaller: new TreeSignaller(),
      sweeper: new SessionSweeper(nowMs),
      memoryGuard: new MemoryGuard(),
      announce: (_id, { event }) => this.events.push(event),
      onWriteFailure: (_id, error) => {
        throw error;
      },
      onWriteRecovery: () => undefined,
      onOutputFailure: (_id, error) => this.outputFailures.push(String(error)),
    });
    this.container.start();
    await eventually(() => this.got('running').length === 1, 'the start');
  }
}
