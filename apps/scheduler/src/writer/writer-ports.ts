import type { ClusterIdentity, DomainSettings, Effect, State } from '#domain';
import type { EventLog } from '#event-log';
import type { Logger } from '#observability';
import type { WarmState } from '../following/warm-state.js';
import type { Lead } from '../lead/lead.js';
import type { SchedulerMetrics } from '../scheduler-metrics.js';
import type { IdentitySource } from './identity-source.js';
import type { Snapshotter } from './snapshotter.js';

/** What the writer needs of the world. */
export interface WriterPorts {
  readonly log: EventLog;
  readonly lead: Lead;
  /** What is handed over at the first term, where there is one. */
  readonly warm?: WarmState;
  /** A state folded from the log by somebody else in the process, who goes on with it. */
  readonly presentState?: () => State | undefined;
  readonly settings: DomainSettings;
  readonly identity: IdentitySource;
  readonly snapshotter: Snapshotter;
  readonly logger: Logger;
  readonly metrics: SchedulerMetrics;
  /** `host:port` under which this node is known. */
  readonly node: () => string;
  /** What each term says of the cluster; a log of another one is not written. */
  readonly cluster: ClusterIdentity;
  /** So many commands of the API may wait; more are refused. */
  readonly maxQueuedCommands: number;
  /** Carries out effects; called in order, only with effects whose events are durable. */
  readonly perform: (effects: readonly Effect[]) => void;
  /** The writer lost its log or its lead: whatever rests on undurable state must be dropped. */
  readonly onDegraded: () => void;
  /** State is loaded (again), commands are decided. */
  readonly onReady: () => void;
  /** Another node leads, or may: this one decides nothing any more. */
  readonly onDeposed: (reason: Error) => void;
}
