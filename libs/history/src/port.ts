import type { Actor } from '#domain';
import type { StoredEvent } from '#event-log';

/** What to look for in the history; everything that is given must hold (`spec/operations.md` §18.3). */
export interface HistoryQuery {
  /** Absolute id of one app: its own events, those of its instances, and deployments that change it. */
  readonly app?: string;
  /** Absolute id of a group: everything at or below it. */
  readonly group?: string;
  readonly instance?: string;
  readonly deployment?: string;
  /** `app:/a`, `instance:<id>`, `deployment:<id>`, `group:/`, `framework`, `cluster`. */
  readonly stream?: string;
  /** Event types; any of them. */
  readonly types?: readonly string[];
  /** A name, a name acted for, an address, or a kind of actor. */
  readonly actor?: string;
  /** The command (or deployment) that events belong to. */
  readonly correlation?: string;
  /** Id of the event that directly led to them. */
  readonly causedBy?: string;
  /** Definitions, groups and deployments only, without what happened to instances. */
  readonly changesOnly?: boolean;
  /** Positions, both ends included. */
  readonly from?: number;
  readonly to?: number;
  /** Newest first unless `asc`. */
  readonly order?: 'asc' | 'desc';
  readonly limit: number;
  /** Where the page before ended: only what lies behind it in the order asked for. */
  readonly behind?: number;
}

/** A page of events; `next` is the `behind` of the page that follows, if there is one. */
export interface HistoryPage {
  readonly events: readonly StoredEvent[];
  readonly next?: number;
}

/** What one command of a client led to. */
export interface CommandSummary {
  /** Its correlation id. */
  readonly id: string;
  /** Epoch ms. */
  readonly time: number;
  readonly actor: Actor;
  /** Its first and last event. */
  readonly position: number;
  readonly last: number;
  readonly events: number;
  /** One sentence: `scaled /web from 5 to 2`. */
  readonly summary: string;
  readonly subjects: readonly string[];
  readonly deploymentId?: string;
}

/** A page of commands; `next` as with events. */
export interface CommandPage {
  readonly commands: readonly CommandSummary[];
  readonly next?: number;
}

/** Questions about everything that ever happened. Answers include all that was on the log when they were asked. */
export interface History {
  search(query: HistoryQuery): Promise<HistoryPage>;
  commands(query: HistoryQuery): Promise<CommandPage>;
  close(): Promise<void>;
}
