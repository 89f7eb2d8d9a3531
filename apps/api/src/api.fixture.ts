import { Module } from '@nestjs/common';
import { CommandHandler, CqrsModule, QueryHandler } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Writable } from 'node:stream';
import { loadConfiguration } from '#configuration';
import {
  LocateAgent,
  ReadQueue,
  ReadSchedulerStatus,
  SubmitCommand,
  type AgentAddress,
  type ApiCommand,
  type DomainEvent,
  type QueueItem,
  type Reply,
  type SchedulerStatus,
  type Submission,
} from '#domain';
import { createMemoryEventLog, type EventLog } from '#event-log';
import { createLogging, Metrics } from '#observability';
import { WebhookSecrets } from '#secrets';
import type { ApiOptions } from './api-options.js';
import { VERSION_MS } from './domain-objects.fixture.js';
import { ApiParts } from './api-parts.js';
import { ApiModule, createHttpAdapter, listen, type Leadership } from './index.js';

/** What the scripted leader answers to a command, and the events it puts on the log for it. */
export interface Scripted {
  readonly reply: Reply;
  readonly events?: readonly DomainEvent[];
}

/** The leader behind the buses: follows a script, but writes to a real log. */
export class ScriptedLeader {
  readonly submitted: SubmitCommand[] = [];
  decide: (command: ApiCommand) => Scripted = () => ({ reply: { kind: 'done' } });
  queue: readonly QueueItem[] = [];
  /** Where agents are reached, by id. */
  readonly agents = new Map<string, AgentAddress>();
  status: SchedulerStatus = { connected: true, mesosLeaderUiUrl: null, ready: true };
  private epoch: Promise<number> | undefined;
  private written = 0;

  constructor(private readonly log: EventLog) {}

  async submit(submit: SubmitCommand): Promise<Submission> {
    this.submitted.push(submit);
    const { reply, events = [] } = this.decide(submit.command);
    return { reply, position: await this.append(events, submit.actor.address) };
  }

  /** Puts events on the log as one batch; answers the position of the last event on the log. */
  async append(events: readonly DomainEvent[], address = '192.0.2.9'): Promise<number> {
    if (events.length === 0) return this.log.head();
    this.epoch ??= this.log.claimEpoch();
    const batch = events.map(({ type, data }) => ({
      id: `event-${(this.written += 1)}`,
      stream: 'cluster',
      type,
      schema: 1,
      time: VERSION_MS,
      actor: { kind: 'user' as const, address },
      correlationId: 'command',
      causationId: null,
      data,
    }));
    return (await this.log.append(batch, await this.epoch)).last;
  }
}

/** Who leads, as the test says. */
export class SwitchableLeadership implements Leadership {
  leader: string | undefined;
  stopping = false;
  abdications = 0;

  constructor(public leads = true) {}

  leadsNow(): boolean {
    return this.leads;
  }

  abdicate(): boolean {
    if (this.leads) this.abdications += 1;
    return this.leads;
  }
}

export interface TestApi {
  readonly app: NestFastifyApplication;
  readonly leader: ScriptedLeader;
  readonly log: EventLog;
  readonly url: string;
  /** Base address of the TLS listener, if the flags ask for one. */
  readonly tlsUrl: string | undefined;
  /** As other nodes know this one. */
  readonly hostPort: string;
  readonly metrics: Metrics;
  readonly close: () => Promise<void>;
}

/** Serves the API on a free port over an in-memory log; `flags` are command-line arguments. */
export async function startApi(
  flags: readonly string[] = [],
  overrides: Partial<ApiOptions> = {},
): Promise<TestApi> {
  const log = overrides.log ?? createMemoryEventLog().log;
  const leader = new ScriptedLeader(log);
  const options: ApiOptions = { ...apiOptions(flags, log), ...overrides };
  const testing = await Test.createTestingModule({
    imports: [leaderModule(leader), ApiModule.forRoot(options)],
  }).compile();
  const app = testing.createNestApplication<NestFastifyApplication>(await createHttpAdapter(options), {
    bodyParser: false,
    logger: false,
  });
  const { url, hostPort } = await listen(app, options);
  const close = async (): Promise<void> => {
    await app.close();
    await log.close();
  };
  const { tlsUrl } = ApiParts.of(options).listeners;
  return { app, leader, log, url, tlsUrl, hostPort, metrics: options.metrics, close };
}

function apiOptions(flags: readonly string[], log: EventLog): ApiOptions {
  const loaded = loadConfiguration({
    argv: [...flagsUnlessGiven(flags), ...flags],
    env: {},
    machine: { hostname: 'ekiden.example', userName: 'tester', cpus: 1 },
  });
  if (!loaded.ok || !('configuration' in loaded)) {
    throw new Error(`the flags of the test do not load: ${JSON.stringify(loaded)}`);
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  return {
    log,
    leadership: new SwitchableLeadership(),
    configuration: loaded.configuration,
    settings: loaded.settings,
    logging: createLogging({ level: 'info', destination: silent, isTerminal: false }),
    metrics: new Metrics(),
    secrets: new WebhookSecrets({ kind: 'missing' }),
    buildRevision: 'revision-1',
    nowMs: () => VERSION_MS + 10_000,
  };
}

/** Ports are free ones; TLS, where a test asks for it, too. */
function flagsUnlessGiven(flags: readonly string[]): string[] {
  const defaults = { '--hostname': 'ekiden.example', '--http_port': '0', '--https_port': '0' };
  return Object.entries(defaults).flatMap(([flag, value]) => (flags.includes(flag) ? [] : [flag, value]));
}

function leaderModule(leader: ScriptedLeader) {
  @CommandHandler(SubmitCommand)
  class Submit {
    execute(command: SubmitCommand): Promise<Submission> {
      return leader.submit(command);
    }
  }
  @QueryHandler(ReadQueue)
  class Queue {
    execute(): Promise<readonly QueueItem[]> {
      return Promise.resolve(leader.queue);
    }
  }
  @QueryHandler(ReadSchedulerStatus)
  class Status {
    execute(): Promise<SchedulerStatus> {
      return Promise.resolve(leader.status);
    }
  }
  @QueryHandler(LocateAgent)
  class Locate {
    execute({ agentId }: LocateAgent): Promise<AgentAddress | undefined> {
      return Promise.resolve(leader.agents.get(agentId));
    }
  }
  @Module({ imports: [CqrsModule], providers: [Submit, Queue, Status, Locate] })
  class LeaderModule {}
  return LeaderModule;
}
