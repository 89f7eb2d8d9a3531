import type { Configuration } from '#configuration';
import { SubmitCommand, type Submission } from '#domain';
import type { EventLog } from '#event-log';
import type { Logging, Metrics } from '#observability';
import type { Scheduler } from '#scheduler';
import { WebhookSecrets } from '#secrets';
import type { ApiOptions, Leadership } from '#api';
import { BusSubscription } from '../../../apps/api/src/event-stream/bus-subscription.js';
import { DomainSubscription } from '../../../apps/api/src/event-stream/domain-subscription.js';
import { EventHub } from '../../../apps/api/src/event-stream/event-hub.js';
import { OwnAddress } from '../../../apps/api/src/listeners/own-address.js';
import { Projection } from '../../../apps/api/src/projection/projection.js';
import { ClusterFacts } from '../../../apps/api/src/standby/cluster-facts.js';
import { ConfirmedReads } from '../../../apps/api/src/standby/confirmed-reads.js';
import { LeaderFinder } from '../../../apps/api/src/standby/leader-finder.js';
import { LeaderTerm } from '../../../apps/api/src/standby/leader-term.js';
import { replyAnswer } from '../../../apps/api/src/wire/reply-answer.js';
import type { SimulatedResponse } from './simulated-response.js';

/** A leader that was just elected may take so long to be ready for a request, ms. */
const TERM_BEGIN_MS = 1000;

/** How a request ended: with the writer's answer, or at the door. */
export type WriteOutcome =
  | { readonly kind: 'answered'; readonly submission: Submission; readonly status: number }
  | { readonly kind: 'unavailable' }
  /** The way to the leader broke: nobody knows what became of it. */
  | { readonly kind: 'unknown' };

export interface ApiSideParts {
  readonly log: EventLog;
  readonly configuration: Configuration;
  readonly logging: Logging;
  readonly metrics: Metrics;
  readonly leadership: Leadership;
  readonly scheduler: Scheduler;
  readonly nowMs: () => number;
  readonly onStopped: (error: Error) => void;
  /** Asks another node, by its address. */
  readonly askPosition: (hostPort: string) => Promise<ClusterFacts>;
  readonly forward: (hostPort: string, command: SubmitCommand) => Promise<WriteOutcome>;
}

/** The API of one node behind the framing of HTTP, made of its own parts: projection, reads, streams and the way of writes. */
export class ApiSide {
  readonly projection: Projection;
  readonly reads: ConfirmedReads;
  private readonly hub: EventHub;
  private readonly term: LeaderTerm;
  private readonly finder: LeaderFinder;

  constructor(private readonly parts: ApiSideParts) {
    const { log, configuration, logging, metrics, leadership, nowMs } = parts;
    const own = new OwnAddress(configuration, () => configuration.httpPort);
    this.projection = new Projection(log);
    this.term = new LeaderTerm(leadership, log, this.projection);
    this.finder = new LeaderFinder(this.term, own, configuration.leaderWaitTimeoutMs);
    this.reads = new ConfirmedReads({
      projection: this.projection,
      finder: this.finder,
      ask: parts.askPosition,
      own: this.facts(),
      logger: logging.logger('api.standby'),
    });
    const options: ApiOptions = {
      log,
      leadership,
      configuration,
      settings: {},
      logging,
      metrics,
      secrets: new WebhookSecrets({ kind: 'missing' }),
      buildRevision: 'simulated',
      nowMs,
    };
    this.hub = new EventHub(options, { projection: this.projection, reads: this.reads, term: this.term });
  }

  async start(): Promise<void> {
    await this.projection.start(this.parts.onStopped);
  }

  /** Ends streams and follows nothing any more. */
  close(): void {
    this.hub.close();
    void this.projection.close();
  }

  /** A change of the API (`apps/api`: StandbyFilter, then Writer). `isForwarded`: another node has sent it here. */
  async write(command: SubmitCommand, isForwarded = false): Promise<WriteOutcome> {
    const { leadership } = this.parts;
    if (leadership.stopping) return { kind: 'unavailable' };
    if (await this.term.begunWithin(TERM_BEGIN_MS)) return this.writeHere(command);
    if (isForwarded) return { kind: 'unavailable' };
    const lead = await this.finder.find();
    if (lead.at === 'here') return this.writeHere(command);
    return lead.at === 'nowhere' ? { kind: 'unavailable' } : this.parts.forward(lead.hostPort, command);
  }

  /** A read: the position it shows, and whether that was confirmed to be current. */
  async read(): Promise<{ readonly position: number; readonly isCurrent: boolean }> {
    if (await this.term.begunWithin(TERM_BEGIN_MS))
      return { position: this.projection.position, isCurrent: true };
    const { current } = await this.reads.confirm();
    return { position: this.projection.position, isCurrent: current };
  }

  /** What this node tells another that asks it as the leader. */
  async position(): Promise<ClusterFacts> {
    if (!this.term.now() && !(await this.term.begun())) throw new Error('This node does not lead');
    return this.facts();
  }

  /** Opens `/ekiden/v1/stream` (`domain`) or `/v2/events` (`bus`) behind a position. */
  stream(kind: 'domain' | 'bus', response: SimulatedResponse, after: number): void {
    const subscriber = { response: response.asResponse, address: 'simulated' };
    const subscription = kind === 'bus' ? new BusSubscription({}) : new DomainSubscription({}, 'sse');
    this.hub.subscribe(subscriber, subscription, { after });
  }

  private async writeHere(command: SubmitCommand): Promise<WriteOutcome> {
    const { leadership, scheduler } = this.parts;
    if (!leadership.leadsNow()) return { kind: 'unavailable' };
    const submission = await scheduler.submit(command);
    try {
      await this.projection.waitFor(submission.position);
    } catch {
      return { kind: 'unknown' };
    }
    const { status } = replyAnswer(command.command, submission.reply, 'http://simulated');
    return { kind: 'answered', submission, status };
  }

  private facts(): ClusterFacts {
    return new ClusterFacts(this.projection.position, this.parts.configuration.frameworkName, 'ekiden');
  }
}
