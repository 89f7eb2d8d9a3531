import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises';
import { loadConfiguration } from '#configuration';
import {
  SubmitCommand,
  type ApiCommand,
  type ClusterIdentity,
  type Effect,
  type Submission,
  type TurnEnvironment,
} from '#domain';
import { createMemoryEventLog, type EventLog, type MemoryEventLog, type StoredEvent } from '#event-log';
import { Metrics, type Logger } from '#observability';
import { domainSettings } from '../domain-settings.js';
import type { WarmState } from '../following/warm-state.js';
import type { Lead } from '../lead/lead.js';
import { SchedulerMetrics } from '../scheduler-metrics.js';
import { IdentitySource } from './identity-source.js';
import { Snapshotter } from './snapshotter.js';
import { Writer } from './writer.js';

/** Keeps nothing: what the writer says is no part of what it promises. */
export const SILENT: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A log whose appends can be held back before they reach it. */
export class HeldLog {
  readonly memory: MemoryEventLog = createMemoryEventLog();
  readonly port: EventLog;
  /** Appends the writer has asked for. */
  appendsAsked = 0;
  private gate: Promise<void> | undefined;
  private open: () => void = () => undefined;

  constructor() {
    const { log } = this.memory;
    const append: EventLog['append'] = async (events, epoch) => {
      this.appendsAsked += 1;
      await this.gate;
      return log.append(events, epoch);
    };
    this.port = new Proxy(log, {
      get: (target, name: Exclude<keyof EventLog, 'file'>) =>
        name === 'append' ? append : target[name].bind(target),
    });
  }

  hold(): void {
    this.gate = new Promise((resolve) => (this.open = resolve));
  }

  release(): void {
    this.open();
    this.gate = undefined;
  }

  async events(): Promise<readonly StoredEvent[]> {
    return this.memory.log.read(0, 100_000);
  }

  /** Ids of the apps created on the log, in order. */
  async createdApps(): Promise<string[]> {
    const created = (await this.events()).filter(({ type }) => type === 'AppCreated');
    return created.map(({ data }) => (data as { app: { id: string } }).app.id);
  }
}

function failByBug(): never {
  throw new Error('scripted bug');
}

/** Can be made to fail in the middle of a decision, as a bug would. */
class BreakableIdentity extends IdentitySource {
  /** The next turn fails when it comes to the instances that it needs. */
  broken = false;
  /** The next turn gets so many ids of events, then fails; the first one is that of its command. */
  eventIdsLeft = Infinity;

  override turnEnvironment(): TurnEnvironment {
    const environment = super.turnEnvironment();
    const { broken } = this;
    let left = this.eventIdsLeft;
    this.broken = false;
    this.eventIdsLeft = Infinity;
    return {
      ...environment,
      newTimeUuid: broken ? failByBug : environment.newTimeUuid,
      newEventId: () => (left-- > 0 ? environment.newEventId() : failByBug()),
    };
  }
}

/** Whether the node leads is up to the test. */
export class SettableLead implements Lead {
  isGood = true;
  /** What the store of the election answers; nothing: what holds without asking it. */
  confirmed: boolean | undefined;

  mayAct(): boolean {
    return this.isGood;
  }

  confirm(): Promise<boolean> {
    return Promise.resolve(this.confirmed ?? this.isGood);
  }

  othersStand(): boolean {
    return true;
  }
}

interface HarnessOptions {
  readonly snapshotIntervalEvents?: number;
  readonly maxQueuedCommands?: number;
  readonly cluster?: Partial<ClusterIdentity>;
  readonly warm?: WarmState;
}

/** A writer over a log that outlives it, with everything it does noted down. */
export class WriterHarness {
  readonly identity = new BreakableIdentity();
  readonly settings = domainSettings(defaultConfiguration());
  readonly writer: Writer;
  readonly performed: Effect[] = [];
  /** App ids of answered creates, in the order of the answers. */
  readonly answered: string[] = [];
  timesDegraded = 0;
  readonly deposedBy: Error[] = [];
  readonly lead = new SettableLead();

  constructor(
    readonly log = new HeldLog(),
    { snapshotIntervalEvents = 1_000_000, maxQueuedCommands = 500, cluster = {}, warm }: HarnessOptions = {},
  ) {
    this.writer = new Writer({
      log: log.port,
      settings: this.settings,
      identity: this.identity,
      snapshotter: new Snapshotter(log.port, snapshotIntervalEvents, SILENT),
      logger: SILENT,
      metrics: new SchedulerMetrics(new Metrics()),
      node: () => 'node-1:8080',
      lead: this.lead,
      cluster: { frameworkName: 'marathon', ...cluster },
      ...(warm === undefined ? {} : { warm }),
      maxQueuedCommands,
      perform: (effects) => this.performed.push(...effects),
      onDegraded: () => (this.timesDegraded += 1),
      onReady: () => undefined,
      onDeposed: (reason) => this.deposedBy.push(reason),
    });
  }

  async started(): Promise<this> {
    await this.writer.start();
    return this;
  }

  async create(id: string, idempotencyKey?: string): Promise<Submission> {
    const submission = await this.submit(
      { type: 'CreateApp', json: { id, cmd: 'sleep 9', instances: 1 }, force: false, uri: '/v2/apps' },
      idempotencyKey,
    );
    this.answered.push(id);
    return submission;
  }

  submit(command: ApiCommand, idempotencyKey?: string, planToken?: string): Promise<Submission> {
    const actor = { kind: 'user', name: 'ops' } as const;
    return this.writer.submit(new SubmitCommand(command, actor, idempotencyKey, planToken));
  }

  /** The next process over the same log. */
  async restarted(): Promise<WriterHarness> {
    await this.writer.stop();
    return new WriterHarness(this.log).started();
  }
}

/** Waits until something holds, however long the machine takes. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await nextTurnOfTheLoop();
}

/** Gives everything that could happen by itself the chance to happen. */
export async function idle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurnOfTheLoop();
}

function defaultConfiguration() {
  const loaded = loadConfiguration({ argv: [], env: {} });
  if (!loaded.ok || !('configuration' in loaded)) throw new Error('the defaults are no configuration');
  return loaded.configuration;
}
