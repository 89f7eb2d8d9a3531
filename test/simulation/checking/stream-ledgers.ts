import { busEventsOf } from '#bus-events';
import type { SharedTopic } from '../log/shared-topic.js';
import type { ApiSide } from '../node/api-side.js';
import type { SimulatedResponse } from '../node/simulated-response.js';
import { must } from './violation.js';

const EVERY_POSITION = 'subscribers see every position once and in order';

/** What a reader of a stream has seen, and may see next. */
export interface StreamLedger {
  /** Where it goes on when its stream has ended. */
  readonly position: number;
  open(api: ApiSide, response: SimulatedResponse): void;
  /** @throws {Violation} it is not what comes next. */
  see(frame: string): void;
}

/** `/ekiden/v1/stream`: every event of the log. */
export class DomainLedger implements StreamLedger {
  position = 0;

  constructor(private readonly topic: SharedTopic) {}

  open(api: ApiSide, response: SimulatedResponse): void {
    api.stream('domain', response, this.position);
  }

  see(frame: string): void {
    const position = idOf(frame);
    must(position === this.position + 1, EVERY_POSITION, () => `${position} comes after ${this.position}`);
    const [stored] = this.topic.read(position - 1, position);
    const type = typeOf(frame);
    must(
      stored !== undefined && type.endsWith(stored.type),
      EVERY_POSITION,
      () => `${position} is a ${type}`,
    );
    this.position = position;
  }
}

/** What others are told of the streams themselves is on no log. */
const EPHEMERAL = /^event_stream_(?:attached|detached)$/;

/** `/v2/events`: for each event of the log the frames that Marathon has for it, the last of them with its position. */
export class BusLedger implements StreamLedger {
  position = 0;
  private next = 1;
  private wanted: readonly string[] | undefined;
  private seen = 0;

  constructor(private readonly topic: SharedTopic) {}

  open(api: ApiSide, response: SimulatedResponse): void {
    this.next = this.position + 1;
    this.wanted = undefined;
    api.stream('bus', response, this.position);
  }

  see(frame: string): void {
    const type = typeOf(frame);
    if (EPHEMERAL.test(type)) return;
    const wanted = this.wantedNext();
    must(
      type === wanted[this.seen],
      EVERY_POSITION,
      () => `${type} comes at ${this.next} for ${wanted.join()}`,
    );
    this.seen += 1;
    const id = this.seen === wanted.length ? this.next : 0;
    must(idOf(frame) === id, EVERY_POSITION, () => `${type} has the id ${idOf(frame)}, not ${id}`);
    if (id === 0) return;
    this.position = id;
    this.next = id + 1;
    this.wanted = undefined;
  }

  private wantedNext(): readonly string[] {
    while (this.wanted === undefined) {
      const [stored] = this.topic.read(this.next - 1, this.next);
      must(stored !== undefined, EVERY_POSITION, () => `${this.next} is shown, which is not on the log`);
      const types = busEventsOf(stored).map(({ type }) => type);
      if (types.length > 0) this.wanted = types;
      else this.next += 1;
      this.seen = 0;
    }
    return this.wanted;
  }
}

const idOf = (frame: string): number => Number(/^id: (\d+)$/m.exec(frame)?.[1] ?? 0);
const typeOf = (frame: string): string => /^event: (\S+)$/m.exec(frame)?.[1] ?? '';
