import { resolve } from 'node:path';
import { ApiModule, createHttpAdapter, listen, type ApiOptions, type Leadership } from '#api';
import { EXIT_CODES, type Configuration, type ExitCode, type SettingsReport } from '#configuration';
import type { EventLog } from '#event-log';
import { ClusterProcess } from '#local-cluster';
import { UrlListDetector, type Authentication, type MasterDetector } from '#mesos';
import { createLogging, Metrics, startRuntimeMetrics, type Logging } from '#observability';
import { Scheduler, SchedulerModule } from '#scheduler';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ekidenModule } from './ekiden.module.js';
import { effectiveConfiguration } from './effective-configuration.js';
import { localClusterSettings } from './local-cluster-settings.js';
import { NestLogger } from './nest-logger.js';
import { openEventLog } from './open-log.js';

/** What a process is started with. */
export interface EkidenOptions {
  readonly configuration: Configuration;
  readonly settings: SettingsReport;
  readonly buildRevision: string;
  /** The log of the process; one after the configuration unless given. */
  readonly logging?: Logging;
  /** Ekiden cannot go on; the process should end with this code. */
  readonly onFatal: (exitCode: ExitCode, message: string) => void;
}

/** How a stop went. */
export interface Stopped {
  /** Tasks of the local cluster that were ended; 0 when they were left running. */
  readonly stoppedTasks: number;
}

interface Parts {
  readonly configuration: Configuration;
  readonly log: EventLog;
  readonly cluster: ClusterProcess | undefined;
  readonly scheduler: Scheduler;
  readonly application: NestFastifyApplication;
  readonly url: string;
  readonly stopMetrics: () => void;
}

/**
 * One process that is everything: API, scheduler and event log; with `--master local` it has a cluster run beside it.
 * The parts know each other only through their doors: buses, log and the Mesos API.
 */
export class Ekiden {
  private constructor(private readonly parts: Parts) {}

  /** Starts everything; resolves when commands are decided. Whatever was started is stopped again on failure. */
  static async start(options: EkidenOptions): Promise<Ekiden> {
    const configuration = effectiveConfiguration(options.configuration, options.settings);
    const logging = options.logging ?? createLogging({ level: configuration.loggingLevel });
    const metrics = createMetrics(configuration);
    const undo: (() => Promise<unknown> | void)[] = [];
    try {
      const log = await openEventLog(configuration, logging.logger('log'));
      undo.push(() => log.close());
      // Nothing is started for a log that takes no writes.
      await log.checkWritable();
      const cluster = await startCluster(configuration, logging);
      if (cluster !== undefined) undo.push(() => cluster.stop({ keepTasks: true }));
      const scheduler = new Scheduler({
        log,
        configuration,
        logging,
        metrics,
        detector: detectorFor(configuration, cluster),
        authentication: authenticationOf(configuration),
        node: `${configuration.hostname}:${configuration.httpPort}`,
        onFatal: options.onFatal,
      });
      const { application, url } = await serve({
        log,
        leadership: alwaysLeading(options.onFatal),
        configuration,
        logging,
        metrics,
        scheduler,
        settings: options.settings,
        buildRevision: options.buildRevision,
        onReadSideStopped: (error) => options.onFatal(EXIT_CODES.storeLost, error.message),
      });
      undo.push(() => application.close());
      await scheduler.start();
      const stopMetrics = startRuntimeMetrics(metrics);
      return new Ekiden({ configuration, log, cluster, scheduler, application, url, stopMetrics });
    } catch (error) {
      for (const step of undo.toReversed()) await step();
      throw error;
    }
  }

  /** Base address of the API. */
  get url(): string {
    return this.parts.url;
  }

  get dataDir(): string {
    return resolve(this.parts.configuration.dataDir);
  }

  /** Address of the embedded master, if there is one. */
  get masterUrl(): string | undefined {
    return this.parts.cluster?.url;
  }

  /**
   * Stops in good order: no command is lost that was answered. Tasks on a real cluster always go on; those of the
   * local cluster are ended with their grace period unless they are to be kept.
   */
  async stop({ keepTasks }: { keepTasks: boolean }): Promise<Stopped> {
    const { stopMetrics, scheduler, cluster, application, log } = this.parts;
    stopMetrics();
    await scheduler.stop();
    const stopped = await cluster?.stop({ keepTasks });
    await application.close();
    await log.close();
    return stopped ?? { stoppedTasks: 0 };
  }
}

function createMetrics(configuration: Configuration): Metrics {
  const resets = configuration.metricsHistogramReservoirResetPeriodically;
  return new Metrics({
    prefix: configuration.metricsNamePrefix,
    reservoir: {
      highestTrackableValue: configuration.metricsHistogramReservoirHighestTrackableValue,
      significantDigits: configuration.metricsHistogramReservoirSignificantDigits,
      resetIntervalMs: resets ? configuration.metricsHistogramReservoirResettingIntervalMs : undefined,
    },
  });
}

async function startCluster(
  configuration: Configuration,
  logging: Logging,
): Promise<ClusterProcess | undefined> {
  const settings = localClusterSettings(configuration);
  return settings && ClusterProcess.start(settings, logging.logger('cluster'));
}

function detectorFor({ master }: Configuration, cluster: ClusterProcess | undefined): MasterDetector {
  const urls = cluster === undefined ? (master.kind === 'remote' ? master.urls : []) : [cluster.url];
  const [first, ...others] = urls.map((url) => new URL(url));
  if (first === undefined) throw new Error('no Mesos master is configured');
  return new UrlListDetector([first, ...others]);
}

function authenticationOf(configuration: Configuration): Authentication | undefined {
  const { mesosAuthentication, mesosAuthenticationPrincipal, mesosAuthenticationSecret } = configuration;
  if (!mesosAuthentication || mesosAuthenticationPrincipal === undefined) return undefined;
  return { principal: mesosAuthenticationPrincipal, secret: mesosAuthenticationSecret ?? '' };
}

/** A node without an election leads from begin to end; its supervisor starts it again when it gives up the lead. */
function alwaysLeading(onFatal: EkidenOptions['onFatal']): Leadership {
  const giveUp = (): void => onFatal(EXIT_CODES.leadershipLost, 'the lead was given up on request');
  return {
    leader: undefined,
    stopping: false,
    leadsNow: () => true,
    abdicate: () => setTimeout(giveUp, ABDICATION_MS).hasRef(),
  };
}

/** The answer of `DELETE /v2/leader` gets this long to arrive (`spec/operations.md` §6.4). */
const ABDICATION_MS = 500;

interface Served {
  readonly application: NestFastifyApplication;
  readonly url: string;
}

async function serve(options: ApiOptions & { scheduler: Scheduler }): Promise<Served> {
  const { scheduler, ...apiOptions } = options;
  const module = ekidenModule([ApiModule.forRoot(apiOptions), SchedulerModule.forRoot(scheduler)]);
  const adapter = await createHttpAdapter(apiOptions);
  const application = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(options.logging.logger('nest')),
  });
  const { url } = await listen(application, apiOptions);
  return { application, url };
}
