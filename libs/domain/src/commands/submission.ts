import type { AppDefinition, HealthCheck } from '../definitions/app/app-definition.js';
import type { OffersSummary, UnusedOfferView } from '../launching/offer-statistics.js';
import type { Timestamp } from '../time/timestamp.js';
import type { ApiCommand, Reply } from './command.js';

/** Who asked for something; stored with every event that follows from it. */
export interface Actor {
  readonly kind: 'user' | 'system' | 'mesos' | 'import';
  readonly name?: string;
  /** Peer address without port. */
  readonly address?: string;
  /** A proxy that passed the request on. */
  readonly via?: string;
  /** Whom the client says it acts for (`X-Ekiden-Actor`). Claimed, not proven. */
  readonly onBehalfOf?: string;
  /** Why, in the client's words (`X-Ekiden-Reason`). */
  readonly reason?: string;
}

/** The typed door of the writer: travels over the command bus from any node's API to the leader. */
export class SubmitCommand {
  constructor(
    readonly command: ApiCommand,
    readonly actor: Actor,
    /** The client's `Idempotency-Key`: the same key gets the first answer again. */
    readonly idempotencyKey?: string,
    /** `X-Ekiden-Plan`: the command is decided only if what that plan rests on still is as it was. */
    readonly planToken?: string,
  ) {}
}

/** The writer's answer, given once everything it rests on is durable. */
export interface Submission {
  readonly reply: Reply;
  /** A projection at this position has seen everything the reply speaks of. */
  readonly position: number;
}

/**
 * News on the event bus: a health check failed once more, which changes nothing that is recorded. Failures that change
 * something are on the log.
 */
export class FailedProbe {
  constructor(
    readonly appId: string,
    readonly instanceId: string,
    readonly healthCheck: HealthCheck,
    /** Epoch ms. */
    readonly atMs: number,
  ) {}
}

/** Asks the leader for the launch queue; only it knows back-off and offer statistics (`spec/scheduling.md` §2.7). */
export class ReadQueue {}

/** One app that waits for offers; `summary` and `lastUnusedOffers` are in the wire form of `spec/rest-api.md` §11.3. */
export interface QueueItem {
  readonly app: AppDefinition;
  readonly role: string;
  readonly count: number;
  readonly since: Timestamp;
  readonly delay: { readonly timeLeftSeconds: number; readonly overdue: boolean };
  readonly processedOffersSummary: OffersSummary;
  readonly lastUnusedOffers: readonly UnusedOfferView[];
}

/** Asks the leader where an agent is reached: the master, which it is in session with, knows. */
export class LocateAgent {
  constructor(readonly agentId: string) {}
}

/** Where the files of an agent are read (`spec/mesos-client.md` §24.2). */
export interface AgentAddress {
  /** Base address without a slash at the end. */
  readonly url: string;
  /** The `Authorization` header to read with, if the framework authenticates; never to be logged. */
  readonly authorization?: string;
}

/** Asks the leader how it stands with Mesos. */
export class ReadSchedulerStatus {}

export interface SchedulerStatus {
  readonly connected: boolean;
  /** Address of the leading master's UI, once registered. */
  readonly mesosLeaderUiUrl: string | null;
  /** The log takes writes, state is loaded. */
  readonly ready: boolean;
}
