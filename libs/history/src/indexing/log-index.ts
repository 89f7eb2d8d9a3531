import { affectedApps } from '#domain';
import type { ExitGate, StoredEvent } from '#event-log';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CHAIN_BEGIN } from '../audit/audit-line.js';
import { HistoryUnavailableError } from '../port.js';
import { readAt, type EventSource } from './event-source.js';
import { Gathering, type DeploymentsByApp } from './gathering.js';
import { IndexFile, type IndexedUpTo } from './index-file.js';
import { asDomainEvent, isOfCommand } from './terms.js';

/** Events per step while somebody waits for an answer. */
const BIG_STEP = 4000;

/** Events per step in the background. */
export const SMALL_STEP = 500;

const NOTHING: IndexedUpTo = { position: 0, eventId: '', hash: CHAIN_BEGIN };

/** What a log index needs. */
export interface LogIndexParts {
  readonly source: EventSource;
  /** Of the file; `IN_MEMORY` for none. */
  readonly path: string;
  /** What the file is used behind. */
  readonly gate: ExitGate;
}

/**
 * The index of a log, kept up with it. It follows from the log alone: one that is missing, damaged, of another log or of
 * another format is thrown away and made anew.
 */
export class LogIndex {
  readonly source: EventSource;
  readonly #parts: LogIndexParts;
  #file: IndexFile;
  #upTo: IndexedUpTo;
  #byApp: DeploymentsByApp = new Map();
  /** Steps one after another, whoever wants them. */
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  private constructor(parts: LogIndexParts, file: IndexFile) {
    this.#parts = parts;
    this.source = parts.source;
    this.#file = file;
    this.#upTo = NOTHING;
  }

  static async open(parts: LogIndexParts): Promise<LogIndex> {
    const index = new LogIndex(
      parts,
      parts.gate.guard(() => IndexFile.open(parts.path)),
    );
    try {
      if (await index.#isOfThisLog()) await index.#resume();
      else index.#startAnew();
    } catch {
      index.#startAnew();
    }
    return index;
  }

  get file(): IndexFile {
    return this.#file;
  }

  /** Position of the last event in the index. */
  get position(): number {
    return this.#upTo.position;
  }

  /** The chain of the audit behind that event. */
  get hash(): string {
    return this.#upTo.hash;
  }

  /** The last event in the index is where it was. */
  async #isOfThisLog(): Promise<boolean> {
    const upTo = this.#file.upTo();
    if (upTo === undefined) return false;
    if (upTo.position > (await this.source.head())) return false;
    const [event] = await this.source.read(upTo.position - 1, 1);
    return event?.id === upTo.eventId;
  }

  async #resume(): Promise<void> {
    this.#upTo = this.#file.upTo() ?? NOTHING;
    this.#byApp = new Map();
    for (const event of await readAt(this.source, this.#file.running())) {
      const { type, data } = asDomainEvent(event);
      if (type !== 'DeploymentStarted') throw new Error('the index names a deployment that did not begin');
      for (const app of affectedApps(data.plan)) this.#byApp.set(app, data.plan.id);
    }
  }

  #startAnew(): void {
    // First of all: if no file can be made now, the next step tries again.
    this.#upTo = NOTHING;
    this.#byApp = new Map();
    this.#file.close();
    const { gate, path } = this.#parts;
    this.#file = gate.guard(() => IndexFile.create(path));
  }

  /** Takes in everything that is on the log now, as far as it gets within the limit. */
  async catchUp(limitMs: number): Promise<{ readonly goal: number; readonly reached: number }> {
    const deadlineMs = performance.now() + limitMs;
    const goal = await this.source.head();
    while (this.position < goal && performance.now() < deadlineMs) {
      await this.step(BIG_STEP);
      await nextTurn();
    }
    return { goal, reached: Math.min(this.position, goal) };
  }

  /** Takes in some of the events that are not in the index yet, and tells whether there were any. */
  step(limit: number): Promise<boolean> {
    const done = this.#turn.then(() => this.#step(limit));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #step(limit: number): Promise<boolean> {
    if (this.#isClosed) throw new HistoryUnavailableError('The history is closed');
    const events = await this.#nextEvents(limit);
    if (events.length === 0) return false;
    const gathering = new Gathering(this.#upTo, this.#byApp);
    for (const event of events) gathering.add(event);
    const additions = gathering.result();
    try {
      this.#file.add(additions);
    } catch (error) {
      await this.#recover();
      throw error;
    }
    this.#upTo = additions.upTo;
    return true;
  }

  /** Back to what is in the file. */
  async #recover(): Promise<void> {
    try {
      await this.#resume();
    } catch {
      this.#startAnew();
    }
  }

  /** Never ends in the middle of a command: everything that is known of it is noted where it begins. */
  async #nextEvents(limit: number): Promise<readonly StoredEvent[]> {
    const events = await this.source.read(this.position, limit);
    if (events.length < limit || this.position + events.length === (await this.source.head())) return events;
    const last = events.at(-1) as StoredEvent;
    if (!isOfCommand(last)) return events;
    const belongs = (event: StoredEvent): boolean =>
      isOfCommand(event) && event.correlationId === last.correlationId;
    const others = events.findLastIndex((event) => !belongs(event));
    return others < 0 ? this.#nextEvents(2 * limit) : events.slice(0, others + 1);
  }

  /** Throws the index away and makes it anew. */
  rebuild(): Promise<void> {
    const done = this.#turn.then(() => this.#startAnew());
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Whoever still waits for steps is sent away. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turn;
    this.#file.close();
  }
}
