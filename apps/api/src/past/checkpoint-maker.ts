import { evolve, State } from '#domain';
import { recorded } from '#bus-events';
import type { CheckpointFolder } from './checkpoint-folder.js';
import type { EventSource } from './event-source.js';
import { Pace } from './pace.js';

/** Events between two checkpoints at least: folding so many takes a fraction of a second (docs/time-travel.md). */
export const CHECKPOINT_INTERVAL = 10_000;

/** So much text is restored in the time in which one event is folded, or somewhat longer. */
const LENGTH_PER_EVENT = 1000;

/** Some milliseconds of work. */
const PAGE_EVENTS = 256;

/** How much room the checkpoints of a log may take: a share of the log itself, and this much in any case. */
const LIMIT_SHARE = 0.1;
const LIMIT_BYTES = 256e6;

export interface CheckpointMakerParts {
  readonly source: EventSource;
  readonly folder: CheckpointFolder;
  /** Of the log's file. */
  readonly logBytes: () => number;
  readonly warn: (text: string) => void;
}

/** Goes along the log behind its writer, slowly, and leaves checkpoints. */
export class CheckpointMaker {
  private state: State | undefined;
  /** Of the last checkpoint; unknown to begin with. */
  private length = 0;
  private readonly pace = new Pace();

  constructor(private readonly parts: CheckpointMakerParts) {}

  /**
   * Makes every checkpoint that is due up to `head`, where the log is at least. Resolves with the position from which on
   * the next one is due. Never rejects: without checkpoints the past takes longer to find, and that is all.
   */
  async makeUpTo(head: number): Promise<number> {
    try {
      const state = (this.state ??= (await this.parts.folder.newestUpTo(head)) ?? new State());
      for (let due = this.dueAfter(state); due <= head; due = this.dueAfter(state)) {
        const eventId = await this.fold(state, due);
        this.length = await this.parts.folder.save(state, eventId, this.pace);
        await this.parts.folder.tidy(Math.max(LIMIT_BYTES, this.parts.logBytes() * LIMIT_SHARE));
      }
      return this.dueAfter(state);
    } catch (error) {
      // Perhaps there is room again by then.
      this.state = undefined;
      this.parts.warn(
        `no checkpoint could be made: ${error instanceof Error ? error.message : String(error)}`,
      );
      return head + CHECKPOINT_INTERVAL;
    }
  }

  /** A large state is written less often, so that the work per event stays small however large it is. */
  private dueAfter({ position }: State): number {
    return position + Math.max(CHECKPOINT_INTERVAL, Math.ceil(this.length / LENGTH_PER_EVENT));
  }

  /** Answers the id of the last event. */
  private async fold(state: State, to: number): Promise<string> {
    let lastId = '';
    this.pace.begin();
    while (state.position < to) {
      const events = await this.parts.source.read(state.position, Math.min(PAGE_EVENTS, to - state.position));
      if (events.length === 0) throw new Error(`the log ends at ${state.position}`);
      for (const event of events) evolve(state, recorded(event));
      lastId = events.at(-1)?.id ?? lastId;
      await this.pace.rest();
    }
    return lastId;
  }
}
