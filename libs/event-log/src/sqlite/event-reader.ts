import { isUtf8 } from 'node:buffer';
import Database from 'libsql';
import { LogUnavailableError } from '../errors.js';
import type { LogState } from '../local/log-store.js';
import type { Actor, StoredEvent } from '../port.js';

/**
 * One value holding a whole page, column by column, as JSON arrays: crossing into the driver once per page instead of
 * once per row and column makes a replay half as fast again (docs/adr/0002). As bytes, for of a damaged file not all texts
 * need be texts, and the driver ends the process over one that is not. Of no events at all it is NULL.
 */
const COLUMNS = `CAST('[' ||
         json_array(count(*), min(position), max(position)) || ',' ||
         '[' || group_concat(epoch) || '],' ||
         json_group_array(id) || ',' ||
         json_group_array(stream) || ',' ||
         json_group_array(type) || ',' ||
         '[' || group_concat(schema) || '],' ||
         '[' || group_concat(time) || '],' ||
         '[' || group_concat(actor) || '],' ||
         json_group_array(correlation) || ',' ||
         json_group_array(causation) || ',' ||
         '[' || group_concat(data) || ']' ||
       ']' AS BLOB)
`;

const PAGE = `
  SELECT ${COLUMNS}
  FROM (SELECT * FROM events WHERE position > ? AND position <= ? ORDER BY position)
`;

/** The same of single positions, which are given as a JSON array in ascending order. */
const PICKED = `
  SELECT ${COLUMNS}
  FROM (SELECT events.* FROM json_each(?) AS wanted CROSS JOIN events ON events.position = wanted.value ORDER BY position)
`;

const STATE = `
  SELECT (SELECT coalesce(max(position), 0) FROM events),
         (SELECT value FROM meta WHERE key = 'epoch'),
         (SELECT value FROM meta WHERE key = 'mark')
`;

/** Where a file stands; `mark` was given with the newest group or term that had one. */
export interface SqliteLogState extends LogState {
  readonly mark: number | undefined;
}

/** {@link COLUMNS} after parsing. */
type Columns = readonly [
  bounds: readonly [count: number, first: number, last: number],
  epoch: readonly number[],
  id: readonly string[],
  stream: readonly string[],
  type: readonly string[],
  schema: readonly number[],
  time: readonly number[],
  actor: readonly Actor[],
  correlation: readonly string[],
  causation: readonly (string | null)[],
  data: readonly unknown[],
];

const NOTHING: Columns = [[0, 0, 0], [], [], [], [], [], [], [], [], [], []];

/** The connection that reads. It sees what is durable and never waits for the writer. */
export class EventReader {
  readonly #path: string;
  readonly #database: Database.Database;
  readonly #page: Database.Statement;
  readonly #picked: Database.Statement;
  readonly #endOfBatch: Database.Statement;

  constructor(path: string) {
    this.#path = path;
    this.#database = new Database(path);
    this.#page = this.#database.prepare(PAGE).raw();
    this.#picked = this.#database.prepare(PICKED).raw();
    this.#endOfBatch = this.#database
      .prepare('SELECT position FROM events WHERE position >= ? AND ends_batch ORDER BY position LIMIT 1')
      .raw();
  }

  state(): SqliteLogState {
    const [[head, epoch, mark] = [0, 0, null]] = this.#database.prepare(STATE).raw().all() as [
      number,
      number,
      number | null,
    ][];
    return { head, epoch, mark: mark ?? undefined };
  }

  /** Position of the oldest event; 1 for an empty log. */
  first(): number {
    const sql = 'SELECT coalesce(min(position), 1) FROM events';
    const [[first] = [1]] = this.#database.prepare(sql).raw().all() as [number][];
    return first;
  }

  /** Every event with `after < position <= to`. A hole means a damaged file and is an error, never a shorter answer. */
  readRange(after: number, to: number): readonly StoredEvent[] {
    if (to <= after) return [];
    const page = this.#parse(this.#page.all(after, to) as (Buffer | null)[][]);
    const [count, first, last] = page[0];
    if (count !== to - after || first !== after + 1 || last !== to) {
      throw new LogUnavailableError(
        'io',
        `the event log ${this.#path} lacks events between ${after} and ${to}`,
      );
    }
    return toEvents(page, (index) => first + index);
  }

  /** The events at these positions, which ascend. One that is missing is an error, as with ranges. */
  readPositions(positions: readonly number[]): readonly StoredEvent[] {
    if (positions.length === 0) return [];
    const page = this.#parse(this.#picked.all(JSON.stringify(positions)) as (Buffer | null)[][]);
    if (page[0][0] !== positions.length) {
      const [first, last] = [positions[0], positions.at(-1)];
      throw new LogUnavailableError(
        'io',
        `the event log ${this.#path} lacks events between ${first} and ${last}`,
      );
    }
    return toEvents(page, (index) => positions[index] as number);
  }

  #parse([[bytes = null] = []]: readonly (readonly (Buffer | null)[])[]): Columns {
    if (bytes === null) return NOTHING;
    if (isUtf8(bytes)) return JSON.parse(bytes.toString()) as Columns;
    throw new LogUnavailableError(
      'io',
      `the event log ${this.#path} is damaged: it holds texts that are none`,
    );
  }

  endOfBatch(position: number): number {
    const [row] = this.#endOfBatch.all(position) as [number][];
    if (!row) throw new LogUnavailableError('io', `the event log ${this.#path} ends within a batch`);
    return row[0];
  }

  close(): void {
    this.#database.close();
  }
}

/** Rows out of columns. Typed access by index is checked once, by the count above. */
function toEvents(page: Columns, positionOf: (index: number) => number): readonly StoredEvent[] {
  const [, epoch, id, stream, type, schema, time, actor, correlation, causation, data] = page;
  return data.map((value, index) => ({
    position: positionOf(index),
    epoch: epoch[index] as number,
    id: id[index] as string,
    stream: stream[index] as string,
    type: type[index] as string,
    schema: schema[index] as number,
    time: time[index] as number,
    actor: actor[index] as Actor,
    correlationId: correlation[index] as string,
    causationId: causation[index] as string | null,
    data: value,
  }));
}
