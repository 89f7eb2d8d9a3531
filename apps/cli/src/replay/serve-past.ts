import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandHandler, CqrsModule, QueryHandler } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule, createHttpAdapter, listen, type ApiOptions, type Leadership } from '#api';
import { loadConfiguration } from '#configuration';
import {
  LocateAgent,
  PlanChange,
  ReadQueue,
  ReadSchedulerStatus,
  SubmitCommand,
  type SchedulerStatus,
  type Submission,
} from '#domain';
import { createMemoryEventLog, type EventLog } from '#event-log';
import { createLogging, Metrics } from '#observability';
import { WebhookSecrets } from '#secrets';
import { CliError } from '../errors.js';
import type { Past } from './past.js';

/** Events put on the log at a time. */
const PORTION = 10_000;

/** Answers every request itself, as the one who leads does; nothing is ever decided. */
class AloneWithThePast implements Leadership {
  readonly leader = undefined;
  readonly stopping = false;

  leadsNow(): boolean {
    return true;
  }

  abdicate(): boolean {
    return false;
  }
}

@CommandHandler(SubmitCommand)
class RefuseCommand {
  execute(): Promise<Submission> {
    const reason = 'this is the past: nothing can be changed here';
    return Promise.resolve({ reply: { kind: 'refused', code: 'LogUnavailable', reason }, position: 0 });
  }
}

/** Back-off and offers are not on the log. */
@QueryHandler(ReadQueue)
class NoQueue {
  execute(): Promise<readonly []> {
    return Promise.resolve([]);
  }
}

@QueryHandler(ReadSchedulerStatus)
class NoScheduler {
  execute(): Promise<SchedulerStatus> {
    return Promise.resolve({ connected: false, frameworkId: null, mesosLeaderUiUrl: null, ready: true });
  }
}

/** Nothing can be planned, and no agent has the files of the past. */
@QueryHandler(PlanChange)
class NoPlan {
  execute(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

@QueryHandler(LocateAgent)
class NoAgent {
  execute(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

@Module({})
class PastModule {
  static forRoot(options: ApiOptions): DynamicModule {
    return {
      module: PastModule,
      imports: [CqrsModule, ApiModule.forRoot(options)],
      providers: [RefuseCommand, NoQueue, NoScheduler, NoPlan, NoAgent],
    };
  }
}

/**
 * Serves the reads of the v2 API over a state of the past on a port of loopback; 0 for any.
 *
 * @throws {CliError} the port cannot be had.
 */
export async function servePast(
  past: Past,
  port: number,
): Promise<{ url: string; close: () => Promise<void> }> {
  const { log } = createMemoryEventLog();
  await fill(log, past);
  // What an API keeps beside its log: nothing of the past.
  const dataDir = mkdtempSync(join(tmpdir(), 'ekiden-past-'));
  try {
    const { url, application } = await serve(log, port, dataDir);
    const close = async (): Promise<void> => {
      await application.close();
      await log.close();
      rmSync(dataDir, { recursive: true, force: true });
    };
    return { url, close };
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new CliError(`port ${port} is taken`, ['`--serve 0` takes a free one']);
    throw code === 'EACCES' ? new CliError(`port ${port} cannot be served: ${message}`) : error;
  }
}

async function serve(
  log: EventLog,
  port: number,
  dataDir: string,
): Promise<{ url: string; application: NestFastifyApplication }> {
  const options = optionsFor(log, port, dataDir);
  const adapter = await createHttpAdapter(options);
  const application = await NestFactory.create<NestFastifyApplication>(PastModule.forRoot(options), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: false,
  });
  try {
    return { ...(await listen(application, options)), application };
  } catch (error) {
    await application.close();
    throw error;
  }
}

async function fill(log: EventLog, { events }: Past): Promise<void> {
  const epoch = await log.claimEpoch();
  for (let start = 0; start < events.length; start += PORTION) {
    await log.adopt(events.slice(start, start + PORTION), epoch);
  }
}

function optionsFor(log: EventLog, port: number, dataDir: string): ApiOptions {
  const address = ['--http_address', '127.0.0.1', '--http_port', String(port), '--hostname', '127.0.0.1'];
  const argv = [...address, '--data_dir', dataDir];
  const loaded = loadConfiguration({ argv, env: {} });
  if (!loaded.ok || !('configuration' in loaded)) throw new CliError(`port ${port} cannot be served`);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  return {
    log,
    leadership: new AloneWithThePast(),
    configuration: loaded.configuration,
    settings: loaded.settings,
    logging: createLogging({ level: 'error', destination: silent, isTerminal: false }),
    metrics: new Metrics(),
    secrets: new WebhookSecrets({ kind: 'missing' }),
    buildRevision: 'past',
  };
}
