import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Event, FrameworkInfo, TaskStatus } from '#mesos';
import { MemoryLink } from '../link/link.js';
import { silentLogger } from '../runtime/logger.js';
import { ManualClock } from '../runtime/manual-clock.fixture.js';
import { createRandom } from '../runtime/random.js';
import { assembleMaster, type MasterParts } from './assemble-master.js';
import type { SessionCall } from './calls/call-dispatcher.js';
import { resolveMasterOptions, type MasterOptions } from './options.js';
import { Registry } from './registry/registry.js';
import { ScriptedAgent, type ScriptedAgentSettings } from './scripted-agent.fixture.js';
import type { Framework, FrameworkStream } from './state/framework.js';
import { MasterState } from './state/master-state.js';

/** Polls until a condition holds; a test that waits in vain runs into its own time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

/** A stream that keeps what it is sent. */
export class RecordingStream implements FrameworkStream {
  readonly events: Event[] = [];
  isClosed = false;

  constructor(readonly id: string) {}

  send(event: Event): void {
    this.events.push(event);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Events so far, and forgets them. */
  take(): Event[] {
    return this.events.splice(0);
  }

  statuses(): TaskStatus[] {
    return this.events.flatMap((event) => (event.type === 'UPDATE' ? [event.update.status] : []));
  }
}

export const FRAMEWORK: FrameworkInfo = {
  user: 'root',
  name: 'test',
  roles: ['*'],
  failover_timeout: 60,
  checkpoint: true,
  capabilities: [{ type: 'MULTI_ROLE' }, { type: 'PARTITION_AWARE' }, { type: 'RESERVATION_REFINEMENT' }],
};

/** Each run has its own seed, so that no two make the same ids. */
let masterRuns = 1;

/** A master without HTTP: calls go in as objects, events come out on recording streams, time moves by hand. */
export class MasterHarness {
  private subscriptions = 0;

  private constructor(
    readonly clock: ManualClock,
    readonly state: MasterState,
    readonly registry: Registry,
    readonly parts: MasterParts,
  ) {}

  get workDir(): string {
    return this.state.options.workDir;
  }

  static async start(options: Partial<MasterOptions> = {}): Promise<MasterHarness> {
    const workDir = options.workDir ?? (await mkdtemp(join(tmpdir(), 'master-')));
    const clock = new ManualClock();
    const state = new MasterState({
      options: resolveMasterOptions({ ...options, workDir }),
      clock,
      random: createRandom(masterRuns++),
      logger: silentLogger,
    });
    const registry = await Registry.open(workDir);
    const parts = assembleMaster(state, registry);
    parts.allocator.start();
    parts.recovery.open();
    return new MasterHarness(clock, state, registry, parts);
  }

  /** Ends this master run; the work directory stays for the next one. */
  async crash(): Promise<void> {
    this.parts.gateway.close();
    await this.registry.close();
  }

  async dispose(): Promise<void> {
    await this.crash();
    await rm(this.workDir, { recursive: true, force: true });
  }

  /** A registered agent. Only two await points, so it can be used between two moves of the clock. */
  async agent(settings: Partial<ScriptedAgentSettings> = {}): Promise<ScriptedAgent> {
    const link = new MemoryLink();
    this.parts.gateway.attach(link.masterEnd);
    const agent = new ScriptedAgent(link, settings);
    link.connect();
    await until(() => agent.isRegistered);
    this.clock.advance(0);
    return agent;
  }

  subscribe(info: Partial<FrameworkInfo> = {}, more: { suppressed_roles?: string[] } = {}): RecordingStream {
    const stream = new RecordingStream(`stream-${this.subscriptions++}`);
    this.parts.sessions.subscribe({ framework_info: { ...FRAMEWORK, ...info }, ...more }, stream);
    this.clock.advance(0);
    return stream;
  }

  framework(stream: RecordingStream): Framework {
    return [...this.state.frameworks.values()].find((framework) => framework.stream === stream)!;
  }

  /** Makes a call in the name of whoever listens on the stream. */
  call(stream: RecordingStream, body: Record<string, unknown>): void {
    const framework = this.framework(stream);
    const call = { framework_id: { value: framework.id }, ...body } as unknown as SessionCall;
    this.parts.dispatcher.dispatch(framework, call);
  }
}
