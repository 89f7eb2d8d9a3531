import { formatTimestamp, type Timestamp } from '#domain';

/** What a sentence is about. */
export type SentenceKind =
  | 'demand'
  | 'deployment'
  | 'placement'
  | 'waiting'
  | 'delay'
  | 'connection'
  | 'health'
  | 'failure'
  | 'kill'
  | 'end';

/** One fact in plain words. */
export interface Sentence {
  readonly kind: SentenceKind;
  readonly text: string;
  /** When it became so. */
  readonly time?: Timestamp;
  /** The event on the log that says so. */
  readonly position?: number;
}

/** A stage of the offer funnel, in words (`spec/operations.md` §16). */
export interface FunnelStage {
  readonly reason: string;
  readonly declined: number;
  readonly processed: number;
  readonly text: string;
}

/** How an app or an instance stands, in one word. */
export type Standing =
  | 'running'
  | 'unhealthy'
  | 'waiting'
  | 'delayed'
  | 'starting'
  | 'deploying'
  | 'suspended'
  | 'unreachable'
  | 'ended';

/** The answer to "why?" (`spec/operations.md` §19). */
export interface Explanation {
  readonly id: string;
  readonly state: Standing;
  /** The one sentence to read if only one is read. */
  readonly summary: string;
  /** What the summary rests on, from cause to effect. */
  readonly sentences: readonly Sentence[];
  /** Where offers were lost, for what waits. */
  readonly funnel?: readonly FunnelStage[];
}

/** Where a fact stands on the log. */
interface Recorded {
  readonly time: number;
  readonly position: number;
}

/** A sentence about a recorded event. */
export const told = (kind: SentenceKind, text: string, { time, position }: Recorded): Sentence => ({
  kind,
  text,
  time: formatTimestamp(time),
  position,
});
