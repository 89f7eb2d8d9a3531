import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Actor } from '#domain';
import { makeFolder, makePrivateDatabase, PRIVATE_FOLDER_MODE } from '#event-log';
import Database from 'libsql';
import { isUnwritable } from '../indexing/failures.js';
import { IN_MEMORY } from '../indexing/index-file.js';
import type { KeptRefusal, NewRefusal, RefusalQuery } from '../port.js';

const FORMAT = 1;

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS refusals (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    time    INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    method  TEXT    NOT NULL,
    path    TEXT    NOT NULL,
    subject TEXT,
    command TEXT    NOT NULL,
    status  INTEGER NOT NULL,
    reason  TEXT    NOT NULL,
    payload_hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS refusals_by_time ON refusals (time);
  INSERT OR IGNORE INTO meta VALUES ('format', ${FORMAT});
`;

/** Refusals are kept for so long (`spec/operations.md` §18.5). */
export const KEPT_MS = 30 * 24 * 3_600_000;

/** So many are kept at most; the oldest go first. */
export const KEPT_REFUSALS = 100_000;

/** Whoever sends much may not fill the disk with it. */
const LONGEST_TEXT = 2000;

/** What is too old or too much is looked for after so many refusals. */
const LOOK_AFTER = 1000;

interface Row {
  readonly id: number;
  readonly time: number;
  readonly actor: ArrayBuffer;
  readonly method: ArrayBuffer;
  readonly path: ArrayBuffer;
  readonly subject: ArrayBuffer | null;
  readonly command: ArrayBuffer;
  readonly status: number;
  readonly reason: ArrayBuffer;
  readonly payload_hash: ArrayBuffer;
}

/**
 * Commands that were refused, in a file of their own: they changed nothing, so they are no part of the log. Of a body only
 * its hash is kept.
 */
export class RefusalFile {
  readonly #database: Database.Database;
  readonly #nowMs: () => number;
  #sinceLook = 0;

  /** Opens the file; one that cannot be read is replaced by an empty one. */
  constructor(path: string, nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
    try {
      this.#database = openDatabase(path);
    } catch (error) {
      if (isUnwritable(error)) throw error;
      for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
      this.#database = openDatabase(path);
    }
    this.#removeOld();
  }

  add(refusals: readonly NewRefusal[]): void {
    const insert = this.#database.prepare(
      'INSERT INTO refusals (time, actor, method, path, subject, command, status, reason, payload_hash) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const refusal of refusals) insert.run(valuesOf(refusal));
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    this.#sinceLook += refusals.length;
    if (this.#sinceLook >= LOOK_AFTER) this.#removeOld();
  }

  #removeOld(): void {
    this.#sinceLook = 0;
    this.#database.prepare('DELETE FROM refusals WHERE time < ?').run(this.#nowMs() - KEPT_MS);
    this.#database
      .prepare('DELETE FROM refusals WHERE id <= (SELECT max(id) FROM refusals) - ?')
      .run(KEPT_REFUSALS);
  }

  /** Those of the last 30 days that a query asks for. */
  list(query: RefusalQuery): KeptRefusal[] {
    const { app, group, actor, fromMs = 0, toMs = Number.MAX_SAFE_INTEGER, order, limit, behind } = query;
    const conditions = ['time >= ?', 'time <= ?'];
    const values: (string | number)[] = [Math.max(fromMs, this.#nowMs() - KEPT_MS), toMs];
    const demand = (condition: string, ...wanted: (string | number)[]): void => {
      conditions.push(condition);
      values.push(...wanted);
    };
    if (app !== undefined) demand('subject = ?', `app:${app}`);
    if (group !== undefined) demand(...belowGroup(group));
    if (actor !== undefined) demand(ACTOR, actor, actor, actor, actor);
    if (behind !== undefined) demand(order === 'asc' ? 'id > ?' : 'id < ?', behind);
    const sql =
      `SELECT ${COLUMNS} FROM refusals WHERE ${conditions.join(' AND ')} ` +
      `ORDER BY id ${order === 'asc' ? 'ASC' : 'DESC'} LIMIT ?`;
    return (this.#database.prepare(sql).all(...values, limit) as Row[]).map(fromRow);
  }

  close(): void {
    this.#database.close();
  }
}

/** Texts as bytes: the driver ends the process over one of a damaged file that is none. */
const COLUMNS = `id, time, status, ${[
  'actor',
  'method',
  'path',
  'subject',
  'command',
  'reason',
  'payload_hash',
]
  .map((column) => `CAST(${column} AS BLOB) AS ${column}`)
  .join(', ')}`;

const ACTOR =
  "(actor ->> 'name' = ? OR actor ->> 'onBehalfOf' = ? OR actor ->> 'address' = ? OR actor ->> 'kind' = ?)";

/** At the group or below it. */
function belowGroup(group: string): [string, ...string[]] {
  if (group === '/') return ['subject IS NOT NULL'];
  const below = `${group}/`;
  const conditions = ['subject = ?', 'substr(subject, 1, ?) = ?', 'substr(subject, 1, ?) = ?'];
  const prefixes = [`group:${below}`, `app:${below}`].flatMap((prefix) => [String(prefix.length), prefix]);
  return [`(${conditions.join(' OR ')})`, `group:${group}`, ...prefixes];
}

function openDatabase(path: string): Database.Database {
  if (path !== IN_MEMORY) {
    makeFolder(dirname(path), PRIVATE_FOLDER_MODE);
    makePrivateDatabase(path);
  }
  const database = new Database(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec(TABLES);
    const [row] = database.prepare("SELECT value FROM meta WHERE key = 'format'").raw().all() as [number][];
    if (row?.[0] !== FORMAT) throw new Error(`the refusals in ${path} have another format`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function valuesOf(refusal: NewRefusal): (string | number | null)[] {
  const { time, actor, method, path, subject = null, command, status, reason, body } = refusal;
  const hash = createHash('sha256').update(body).digest('hex');
  return [time, JSON.stringify(actor), method, cut(path), subject, cut(command), status, cut(reason), hash];
}

const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);

function fromRow({ id, time, status, ...texts }: Row): KeptRefusal {
  const kept = {
    id,
    time,
    method: textOf(texts.method),
    path: textOf(texts.path),
    command: textOf(texts.command),
    status,
    reason: textOf(texts.reason),
    actor: JSON.parse(textOf(texts.actor)) as Actor,
    payloadHash: textOf(texts.payload_hash),
  };
  return texts.subject === null ? kept : { ...kept, subject: textOf(texts.subject) };
}

const textOf = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString();
