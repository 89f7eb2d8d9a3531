import type { Configuration, SettingsReport } from '#configuration';
import type { EventLog } from '#event-log';
import type { Logging, Metrics } from '#observability';
import type { WebhookSecrets } from '#secrets';
import type { Leadership } from './leadership.js';

/** What the API needs from the process that hosts it. */
export interface ApiOptions {
  readonly log: EventLog;
  /** Who leads the cluster. */
  readonly leadership: Leadership;
  readonly configuration: Configuration;
  /** Where every setting came from, secrets masked: the body of `GET /config`. */
  readonly settings: SettingsReport;
  readonly logging: Logging;
  readonly metrics: Metrics;
  /** Seals the secrets of webhooks. */
  readonly secrets: WebhookSecrets;
  /** Revision of the source this was built from, shown in `/v2/info`. */
  readonly buildRevision: string;
  /** Called when the read side cannot follow the log any more; the process had better start anew. */
  readonly onReadSideStopped?: (error: Error) => void;
  /**
   * Called once, with words for people, when the leader turns out to have another framework name or event log than this
   * node. Must not throw.
   */
  readonly onDifference?: (text: string) => void;
  /** Interval of the empty lines that keep event streams alive; 10 s unless given. */
  readonly eventStreamHeartbeatMs?: number;
  /** Interval in which the TLS files are looked at for changes; 5 s unless given. */
  readonly tlsLookMs?: number;
  /** Wall clock, epoch ms; the system's unless given. */
  readonly nowMs?: () => number;
}

/** Injection token of {@link ApiOptions}. */
export const API_OPTIONS = Symbol('ApiOptions');
