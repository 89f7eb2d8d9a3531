import { join } from 'node:path';
import type { Configuration } from '#configuration';
import { openHistory, type History } from '#history';
import type { ApiOptions } from './api-options.js';
import type { Leadership } from './leadership.js';
import { Listeners } from './listeners/listeners.js';
import type { OwnAddress } from './listeners/own-address.js';
import { TlsFiles } from './listeners/tls-files.js';
import { Past } from './past/past.js';
import { Projection } from './projection/projection.js';
import { ClusterFacts } from './standby/cluster-facts.js';
import { ConfirmedReads } from './standby/confirmed-reads.js';
import { Forwarder } from './standby/forwarder.js';
import { LeaderConnection } from './standby/leader-connection.js';
import { LeaderFinder } from './standby/leader-finder.js';
import { LeaderTerm } from './standby/leader-term.js';

/** Where refused commands are kept, in the data directory. */
const REFUSALS_FILE = 'refused-commands.db';

const madeFor = new WeakMap<ApiOptions, ApiParts>();

/** What the HTTP server and the Nest module of one API have in common. Both are made from the same options. */
export class ApiParts {
  readonly configuration: Configuration;
  readonly leadership: Leadership;
  readonly projection: Projection;
  readonly listeners: Listeners;
  readonly own: OwnAddress;
  readonly term: LeaderTerm;
  readonly finder: LeaderFinder;
  readonly connection: LeaderConnection;
  readonly forwarder: Forwarder;
  readonly reads: ConfirmedReads;
  readonly past: Past;
  readonly history: History;

  private constructor(options: ApiOptions) {
    const { configuration, leadership, log, logging } = options;
    const logger = logging.logger('api.standby');
    const tls = TlsFiles.read(configuration, logger);
    this.configuration = configuration;
    this.leadership = leadership;
    this.projection = new Projection(log);
    this.listeners = new Listeners(configuration, tls, options.tlsLookMs);
    this.own = this.listeners.address;
    this.term = new LeaderTerm(leadership, log, this.projection);
    this.finder = new LeaderFinder(this.term, this.own, configuration.leaderWaitTimeoutMs);
    this.connection = new LeaderConnection(configuration, this.own, tls);
    this.forwarder = new Forwarder(this.connection, this.own, this.projection);
    this.reads = new ConfirmedReads({
      projection: this.projection,
      finder: this.finder,
      ask: (hostPort) => this.connection.askPosition(hostPort),
      own: ClusterFacts.of(options, 0),
      onDifference: options.onDifference,
      logger,
    });
    this.past = new Past({
      log,
      projection: this.projection,
      logger: logging.logger('api.past'),
      nowMs: options.nowMs ?? Date.now,
      listedVersions: configuration.zkMaxVersions,
    });
    this.history = openHistory(log, join(configuration.dataDir, REFUSALS_FILE));
  }

  /** @throws {TlsFilesError} the files of the TLS flags cannot be used. */
  static of(options: ApiOptions): ApiParts {
    const known = madeFor.get(options);
    if (known !== undefined) return known;
    const parts = new ApiParts(options);
    madeFor.set(options, parts);
    return parts;
  }
}
