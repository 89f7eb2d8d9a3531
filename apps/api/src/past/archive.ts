import { formatTimestamp, type State } from '#domain';
import { positionAt } from '#event-log';
import { ReadModel } from '../projection/read-model.js';
import { recorded } from '#bus-events';
import { errorAnswer, type Answer } from '../wire/answer.js';
import type { EventSource } from './event-source.js';
import { readMoment } from './moment-text.js';

/** The present, as whoever asks about the past knows it. */
export interface Present {
  /** Position that reads show. */
  readonly position: number;
  /** Wall clock, epoch ms. */
  readonly nowMs: number;
}

/** A position of the log, and the moment (epoch ms) for which its state is shown. */
export interface Place {
  readonly position: number;
  readonly timeMs: number;
}

/** Where folding may begin instead of at the beginning of the log. */
export interface Checkpoints {
  newestUpTo(position: number): Promise<State | undefined>;
}

export const NO_CHECKPOINTS: Checkpoints = { newestUpTo: () => Promise.resolve(undefined) };

const PAGE_EVENTS = 512;

/** How many former states are kept at hand, and how many records they may hold together; one is kept in any case. */
const KEPT_MODELS = 4;
const KEPT_RECORDS = 200_000;

/** Restoring a checkpoint costs about as much as folding so many events. */
const RESTORING_EVENTS = 2_000;

/** The states that a log has gone through. Not to be asked twice at the same time: states are folded on in place. */
export class Archive {
  /** The most recently used one comes last. */
  private readonly recent: ReadModel[] = [];

  constructor(
    private readonly source: EventSource,
    private readonly checkpoints: Checkpoints = NO_CHECKPOINTS,
  ) {}

  /** Where a position or time lies, or the answer to one that cannot be read or is not reached yet. */
  async locate(text: string, present: Present): Promise<Place | Answer> {
    const moment = readMoment(text);
    if (moment === undefined) {
      const message = `'${text}' is neither a position of the event log nor an RFC 3339 time`;
      return errorAnswer(400, message);
    }
    return moment.kind === 'position'
      ? this.locatePosition(moment.position, present)
      : this.locateTime(moment.timeMs, present);
  }

  private async locatePosition(position: number, present: Present): Promise<Place | Answer> {
    if (position > present.position) {
      const message = `Position ${position} lies in the future: the event log is at ${present.position}`;
      return errorAnswer(400, message);
    }
    const first = await this.source.first();
    if (first > 1 && position < first) return gone(position, first);
    return { position, timeMs: await this.timeOf(position) };
  }

  private async locateTime(timeMs: number, present: Present): Promise<Place | Answer> {
    const newestMs = Math.max(present.nowMs, await this.timeOf(present.position));
    if (timeMs > newestMs) return errorAnswer(400, `${formatTimestamp(timeMs)} lies in the future`);
    // A log may have lost its beginning: what is left is searched as if it were all.
    const before = (await this.source.first()) - 1;
    const rest = {
      head: () => Promise.resolve(present.position - before),
      read: (after: number, limit: number) => this.source.read(after + before, limit),
    };
    const position = before + (await positionAt(rest, timeMs));
    return before > 0 && position === before ? gone(position, before + 1) : { position, timeMs };
  }

  /** The state at a position that the log has reached, or the answer that the log does not reach back so far. */
  async modelAt(position: number): Promise<ReadModel | Answer> {
    const model = await this.startingPoint(position);
    const first = await this.source.first();
    if (model.state.position < first - 1) return gone(position, first);
    // What fails on the way is not kept.
    this.forget(model);
    await this.fold(model, position);
    this.keep(model);
    return model;
  }

  private async startingPoint(position: number): Promise<ReadModel> {
    const nearest = this.nearestKept(position);
    if (nearest !== undefined && position - nearest.state.position <= RESTORING_EVENTS) return nearest;
    const restored = await this.checkpoints.newestUpTo(position);
    const isNearer = (restored?.position ?? 0) > (nearest?.state.position ?? -1);
    return nearest === undefined || isNearer ? new ReadModel(restored) : nearest;
  }

  private nearestKept(position: number): ReadModel | undefined {
    let nearest: ReadModel | undefined;
    for (const model of this.recent) {
      const at = model.state.position;
      if (at <= position && at >= (nearest?.state.position ?? 0)) nearest = model;
    }
    return nearest;
  }

  private async fold(model: ReadModel, to: number): Promise<void> {
    for (let at = model.state.position; at < to; at = model.state.position) {
      const events = await this.source.read(at, Math.min(PAGE_EVENTS, to - at));
      if (events.length === 0) throw new Error(`the event log ends at ${at}, before ${to}`);
      for (const event of events) model.apply(recorded(event));
    }
  }

  private keep(model: ReadModel): void {
    this.recent.push(model);
    while (this.recent.length > 1 && this.holdsTooMuch()) this.recent.shift();
  }

  private holdsTooMuch(): boolean {
    const records = this.recent.reduce((sum, { state }) => sum + state.recordCount, 0);
    return this.recent.length > KEPT_MODELS || records > KEPT_RECORDS;
  }

  private forget(model: ReadModel): void {
    const index = this.recent.indexOf(model);
    if (index >= 0) this.recent.splice(index, 1);
  }

  /** Epoch ms; of the empty log, the beginning of time. */
  private async timeOf(position: number): Promise<number> {
    const [event] = position === 0 ? [] : await this.source.read(position - 1, 1);
    return event?.time ?? 0;
  }
}

const gone = (position: number, first: number): Answer =>
  errorAnswer(410, `The state at position ${position} is gone: the event log begins at ${first}`);
