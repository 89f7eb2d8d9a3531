import { rmSync } from 'node:fs';
import Database from 'libsql';
import { makePrivateDatabase } from '#event-log';
import { isReadOnly, isUnwritable } from './failures.js';

/** Version of the tables below and of what is written into them; a file of any other is thrown away. */
const FORMAT = 1;

/** Events of one row: a term has one row per slice in which it comes up. Places within a slice take two bytes. */
export const SLICE_EVENTS = 8192;

const BYTES_PER_PLACE = 2;

/** In-process index of a log that lives in memory. */
export const IN_MEMORY = ':memory:';

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

  -- The positions at which a term comes up, slice by slice: their distances from the begin of the slice, two bytes each,
  -- little-endian, ascending.
  CREATE TABLE IF NOT EXISTS places (
    term   INTEGER NOT NULL,
    slice  INTEGER NOT NULL,
    places BLOB    NOT NULL,
    PRIMARY KEY (term, slice)
  ) STRICT, WITHOUT ROWID;

  -- Deployments that have not ended, by the position of their begin.
  CREATE TABLE IF NOT EXISTS running (id TEXT PRIMARY KEY, started INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- What the chain of the audit says behind every so many events.
  CREATE TABLE IF NOT EXISTS chain (position INTEGER PRIMARY KEY, hash TEXT NOT NULL) STRICT;

  INSERT OR IGNORE INTO meta (key, value) VALUES ('format', ${FORMAT});
`;

/** How far an index has come. */
export interface IndexedUpTo {
  /** Position of the last event in it. */
  readonly position: number;
  /** Id of that event; empty for an empty index. */
  readonly eventId: string;
  /** Of the chain behind that event. */
  readonly hash: string;
}

/** What one step of indexing adds. */
export interface Additions {
  /** Positions by term number, ascending. */
  readonly places: ReadonlyMap<number, readonly number[]>;
  readonly begun: ReadonlyMap<string, number>;
  readonly ended: ReadonlySet<string>;
  readonly checkpoints: readonly { readonly position: number; readonly hash: string }[];
  readonly upTo: IndexedUpTo;
}

/**
 * The file of the index: for every term the positions of its events. It holds nothing that does not follow from the log,
 * so that it may be lost; hence no flush to the disk is waited for. Texts are read as bytes: the driver ends the process over
 * one of a damaged file that is none.
 */
export class IndexFile {
  readonly #database: Database.Database;
  readonly #put: Database.Statement;
  readonly #statements = new Map<string, Database.Statement>();

  private constructor(database: Database.Database) {
    this.#database = database;
    this.#put = database.prepare(
      'INSERT INTO places VALUES (?, ?, ?) ON CONFLICT (term, slice) ' +
        // Two blobs joined are a text, byte by byte.
        'DO UPDATE SET places = CAST(places || excluded.places AS BLOB)',
    );
  }

  /** Opens the index; one that is damaged or of another format is replaced by an empty one. */
  static open(path: string): IndexFile {
    try {
      return IndexFile.#openAsIs(path);
    } catch (error) {
      // A full disk is no reason to throw anything away.
      if (isUnwritable(error) && !isReadOnly(error)) throw error;
      return IndexFile.create(path);
    }
  }

  /** An empty index in the place of whatever is there. */
  static create(path: string): IndexFile {
    if (path !== IN_MEMORY)
      for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
    return IndexFile.#openAsIs(path);
  }

  static #openAsIs(path: string): IndexFile {
    if (path !== IN_MEMORY) makePrivateDatabase(path);
    const database = new Database(path);
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768');
      database.exec(TABLES);
      const [row] = database.prepare("SELECT value FROM meta WHERE key = 'format'").raw().all() as [number][];
      if (row?.[0] !== FORMAT) throw new Error(`the index ${path} has another format`);
      return new IndexFile(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  upTo(): IndexedUpTo | undefined {
    const sql = "SELECT CAST(value AS BLOB) FROM meta WHERE key = 'upTo'";
    const [row] = this.#database.prepare(sql).raw().all() as [Buffer][];
    return row && (JSON.parse(row[0].toString()) as IndexedUpTo);
  }

  /** Takes in a step, whole or not at all. */
  add({ places, begun, ended, checkpoints, upTo }: Additions): void {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      // In the order of the table: neighbours share its pages.
      const terms = [...places.keys()].toSorted((a, b) => a - b);
      for (const term of terms) this.#addPlaces(term, places.get(term) ?? []);
      const begin = database.prepare('INSERT OR REPLACE INTO running VALUES (?, ?)');
      for (const [id, started] of begun) begin.run(id, started);
      const end = database.prepare('DELETE FROM running WHERE id = ?');
      for (const id of ended) end.run(id);
      const check = database.prepare('INSERT OR REPLACE INTO chain VALUES (?, ?)');
      for (const { position, hash } of checkpoints) check.run(position, hash);
      database.prepare("INSERT OR REPLACE INTO meta VALUES ('upTo', ?)").run(JSON.stringify(upTo));
      database.exec('COMMIT');
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  #addPlaces(term: number, positions: readonly number[]): void {
    let begin = 0;
    while (begin < positions.length) {
      const slice = sliceOf(positions[begin] as number);
      let end = begin + 1;
      while (end < positions.length && sliceOf(positions[end] as number) === slice) end += 1;
      const packed = Buffer.allocUnsafe((end - begin) * BYTES_PER_PLACE);
      for (let at = begin; at < end; at += 1) {
        packed.writeUInt16LE(
          (positions[at] as number) - slice * SLICE_EVENTS,
          (at - begin) * BYTES_PER_PLACE,
        );
      }
      this.#put.run(term, slice, packed);
      begin = end;
    }
  }

  /**
   * Slices between `from` and `to` in which all of the terms come up, `limit` of them at most, each with the places of
   * every term.
   */
  slices(
    terms: readonly number[],
    { from, to, descending, limit }: { from: number; to: number; descending: boolean; limit: number },
  ): { readonly slice: number; readonly places: readonly Uint16Array[] }[] {
    const [first = 0, ...others] = terms;
    const rows = this.#join(terms.length, descending).all(...others, first, from, to, limit) as [
      number,
      ...Buffer[],
    ][];
    return rows.map(([slice, ...packed]) => ({ slice, places: packed.map(unpack) }));
  }

  /** Prepared once. Rows come as lists. */
  #query(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql).raw();
    this.#statements.set(sql, statement);
    return statement;
  }

  #join(terms: number, descending: boolean): Database.Statement {
    const others = Array.from({ length: terms - 1 }, (_, index) => `p${index + 1}`);
    const columns = ['p0', ...others].map((name) => `${name}.places`).join(', ');
    const joins = others
      .map((name) => `CROSS JOIN places ${name} ON ${name}.term = ? AND ${name}.slice = p0.slice`)
      .join(' ');
    return this.#query(
      `SELECT p0.slice, ${columns} FROM places p0 ${joins} ` +
        `WHERE p0.term = ? AND p0.slice BETWEEN ? AND ? ORDER BY p0.slice ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
    );
  }

  /** How often a term comes up. */
  count(term: number): number {
    const sum = this.#query('SELECT total(length(places)) FROM places WHERE term = ?');
    const [row] = sum.all(term) as [number][];
    return (row?.[0] ?? 0) / BYTES_PER_PLACE;
  }

  /** Position of the begin of each deployment that has not ended. */
  running(): number[] {
    const rows = this.#database.prepare('SELECT started FROM running ORDER BY started').raw().all() as [
      number,
    ][];
    return rows.map(([started]) => started);
  }

  /** The last noted value of the chain at or before a position. */
  checkpointBefore(position: number): { readonly position: number; readonly hash: string } | undefined {
    const newest =
      'SELECT position, CAST(hash AS BLOB) FROM chain WHERE position <= ? ORDER BY position DESC LIMIT 1';
    const [row] = this.#query(newest).all(position) as [number, Buffer][];
    return row && { position: row[0], hash: row[1].toString() };
  }

  close(): void {
    this.#database.close();
  }
}

export const sliceOf = (position: number): number => Math.floor(position / SLICE_EVENTS);

function unpack(packed: Buffer): Uint16Array {
  const places = new Uint16Array(packed.length / BYTES_PER_PLACE);
  for (let at = 0; at < places.length; at += 1) places[at] = packed.readUInt16LE(at * BYTES_PER_PLACE);
  return places;
}
