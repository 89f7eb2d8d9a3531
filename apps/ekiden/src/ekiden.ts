import { resolve } from 'node:path';
import { ApiModule, createHttpAdapter, listen, presentState, type ApiOptions, type Listening } from '#api';
import { EXIT_CODES, type Configuration, type ExitCode, type SettingsReport } from '#configuration';
import type { Coordination } from '#coordination';
import type { EventLog } from '#event-log';
import type { ClusterProcess } from '#local-cluster';
import { createLogging, Metrics, startRuntimeMetrics, type Logger, type Logging } from '#observability';
import { type WebhookSecrets } from '#secrets';
import {
  NoScheduler,
  Scheduler,
  SchedulerModule,
  type SchedulerDoor,
  type SchedulerOptions,
} from '#scheduler';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { coordinate } from './coordinate.js';
import { ekidenModule } from './ekiden.module.js';
import { effectiveConfiguration } from './effective-configuration.js';
import { electionOf, identityOf, mayLead } from './election.js';
import { knowLeader, knowLog } from './know-cluster.js';
import { LeaderTerm, settledWithin } from './leader-term.js';
import { localClusterSettings } from './local-cluster-settings.js';
import { authenticationOf, detectorFor } from './master-detector.js';
import { NestLogger } from './nest-logger.js';
import { isShared, openEventLog, type LogHost } from './open-log.js';
import { webhookSecrets } from './webhook-secrets.js';

/** What a process is started with. */
export interface EkidenOptions {
  readonly configuration: Configuration;
  readonly settings: SettingsReport;
  readonly buildRevision: string;
  /** The log of the process; one after the configuration unless given. */
  readonly logging?: Logging;
  /** Ekiden cannot go on; the process should end with this code. */
  readonly onFatal: (exitCode: ExitCode, message: string) => void;
  /** What the node shares with others; each after the configuration unless given. */
  readonly shared?: Partial<SharedParts>;
}

/** The doors through which the nodes of a cluster meet. */
export interface SharedParts {
  readonly openLog: (configuration: Configuration, host: LogHost) => Promise<EventLog>;
  /** `node`: `host:port` under which this one is known. */
  readonly coordinate: (configuration: Configuration, node: string, logger: Logger) => Coordination;
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
  readonly term: LeaderTerm;
  readonly application: NestFastifyApplication;
  readonly url: string;
  readonly stopMetrics: () => void;
}

/** What the parts are made from. */
interface Makings extends EkidenOptions {
  readonly logging: Logging;
  readonly metrics: Metrics;
  readonly log: EventLog;
  readonly term: LeaderTerm;
  readonly secrets: WebhookSecrets;
}

/** So long requests under way may take once a term is over (`spec/operations.md` §7.4), and so long whatever follows. */
const DRAIN_LIMIT_MS = 5000;
const CLOSE_LIMIT_MS = 5000;

/**
 * One process: event log, read side and API always; a scheduler on a node that may lead, set to work once it is elected;
 * with `--master local` a cluster beside it. The parts know each other only through their doors: buses, log, election
 * and the Mesos API.
 */
export class Ekiden {
  private constructor(private readonly parts: Parts) {}

  /**
   * Starts everything. Resolves when commands are decided; with an election, when this node takes part in it. Whatever
   * was started is stopped again on failure.
   */
  static async start(given: EkidenOptions): Promise<Ekiden> {
    const configuration = effectiveConfiguration(given.configuration, given.settings);
    const logging = given.logging ?? createLogging({ level: configuration.loggingLevel });
    const metrics = createMetrics(configuration);
    const secrets = webhookSecrets(configuration);
    const undo: Undo = [];
    let ekiden: Ekiden | undefined;
    const term = new LeaderTerm({
      logger: logging.logger('leadership'),
      electionTimeoutMs: configuration.zkTimeoutMs,
      onEnd: (exitCode, message) =>
        void (ekiden?.leave() ?? Promise.resolve()).finally(() => given.onFatal(exitCode, message)),
    });
    try {
      const log = await openLog({ ...given, configuration, logging, term });
      undo.push(() => log.close());
      // Nothing is started for a log that takes no writes; one that others write, too, can be read all the same.
      if (!isShared(configuration)) await log.checkWritable();
      ekiden = await Ekiden.compose({ ...given, configuration, logging, metrics, term, log, secrets }, undo);
      return ekiden;
    } catch (error) {
      for (const step of undo.toReversed()) await step();
      throw error;
    }
  }

  private static async compose(makings: Makings, undo: Undo): Promise<Ekiden> {
    const { configuration, logging, metrics, log, term, shared } = makings;
    const cluster = mayLead(configuration) ? await startCluster(configuration, logging) : undefined;
    if (cluster !== undefined) undo.push(() => cluster.stop({ keepTasks: true }));
    let listening: Listening | undefined;
    const node = (): string => listening?.hostPort ?? configuration.hostname;
    const api = apiOptions(makings);
    const scheduler = mayLead(configuration)
      ? schedulerOf(makings, { cluster, node, presentState: () => presentState(api) })
      : undefined;
    await knowLog(makings, scheduler);
    const served = await serve(api, scheduler ?? new NoScheduler());
    const { application } = served;
    const { hostPort } = (listening = served.listening);
    undo.push(() => application.close());
    const newCoordination = (): Coordination =>
      (shared?.coordinate ?? coordinate)(configuration, hostPort, logging.logger('leadership'));
    const isElected = electionOf(configuration) !== undefined;
    if (isElected) await knowLeader(api, newCoordination(), hostPort);
    const coordination = newCoordination();
    undo.push(() => coordination.close());
    if (!isElected && scheduler !== undefined) await term.joinAndLead(coordination, scheduler);
    else await term.join(coordination, scheduler);
    const stopMetrics = startRuntimeMetrics(metrics);
    return new Ekiden({ configuration, log, cluster, term, application, url: listening.url, stopMetrics });
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
    const { stopMetrics, term, cluster, application, log } = this.parts;
    stopMetrics();
    await term.resign();
    const stopped = await cluster?.stop({ keepTasks });
    await application.close();
    await log.close();
    return stopped ?? { stoppedTasks: 0 };
  }

  /** The term is over: requests under way are answered, tasks go on, and the process ends soon, whatever happens. */
  private async leave(): Promise<void> {
    const { stopMetrics, term, cluster, application, log } = this.parts;
    stopMetrics();
    await settledWithin(DRAIN_LIMIT_MS, application.close());
    const rest = [Promise.resolve(cluster?.stop({ keepTasks: true })), log.close(), term.resign()];
    await settledWithin(CLOSE_LIMIT_MS, Promise.allSettled(rest));
  }
}

type Undo = (() => Promise<unknown> | void)[];

function openLog({
  configuration,
  logging,
  term,
  shared,
}: Pick<Makings, 'configuration' | 'logging' | 'term' | 'shared'>): Promise<EventLog> {
  const { hostname, httpPort, httpsPort, disableHttp } = configuration;
  return (shared?.openLog ?? openEventLog)(configuration, {
    logger: logging.logger('log'),
    node: `${hostname}:${disableHttp ? httpsPort : httpPort}`,
    mayWrite: () => term.mayAct(),
    onLost: (error) => term.end(EXIT_CODES.storeLost, error.message),
  });
}

function apiOptions({
  log,
  term,
  configuration,
  logging,
  metrics,
  secrets,
  settings,
  buildRevision,
}: Makings): ApiOptions {
  return {
    log,
    leadership: term,
    configuration,
    logging,
    metrics,
    secrets,
    settings,
    buildRevision,
    onReadSideStopped: (error) => term.end(EXIT_CODES.storeLost, error.message),
    onDifference: (text) => term.end(EXIT_CODES.badConfiguration, text),
  };
}

/** Where a scheduler finds itself. */
interface SchedulerPlace extends Pick<SchedulerOptions, 'node' | 'presentState'> {
  readonly cluster: ClusterProcess | undefined;
}

function schedulerOf(
  { configuration, logging, metrics, log, term, secrets }: Makings,
  { cluster, ...place }: SchedulerPlace,
): Scheduler {
  return new Scheduler({
    log,
    configuration,
    logging,
    metrics,
    secrets,
    lead: term,
    cluster: identityOf(configuration),
    detector: detectorFor(configuration, cluster?.url, logging.logger('mesos')),
    authentication: authenticationOf(configuration),
    ...place,
    onFatal: (exitCode, message) => term.end(exitCode, message),
    onDeposed: (reason) => term.deposed(reason),
  });
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
  if (settings === undefined) return undefined;
  // A fifth of the program: loaded only where it is used.
  const { ClusterProcess } = await import('#local-cluster');
  return ClusterProcess.start(settings, logging.logger('cluster'));
}

interface Served {
  readonly application: NestFastifyApplication;
  readonly listening: Listening;
}

async function serve(options: ApiOptions, scheduler: SchedulerDoor): Promise<Served> {
  const module = ekidenModule([ApiModule.forRoot(options), SchedulerModule.forRoot(scheduler)]);
  const adapter = await createHttpAdapter(options);
  const application = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(options.logging.logger('nest')),
  });
  return { application, listening: await listen(application, options) };
}
