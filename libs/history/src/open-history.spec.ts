import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteEventLog, type EventLog } from '#event-log';
import { openHistory, type History } from './index.js';
import { Story } from './story.fixture.js';

let folder: string;
let log: EventLog;
let story: Story;
let history: History;
let threads: Worker[];

const noteThread = (worker: Worker) => threads.push(worker);
const index = (): string => `${log.file}.history`;
const reopen = async (): Promise<void> => {
  await history.close();
  history = openHistory(log, join(folder, 'refused.db'));
};
const summaries = async (): Promise<string[]> =>
  (await history.commands({ limit: 10 })).commands.map(({ summary }) => summary);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ekiden-history-'));
  log = await openSqliteEventLog({ path: join(folder, 'events.db'), onWarning: () => undefined });
  story = await Story.begin(log);
  await story.create('/web', { instances: 2 });
  await story.run();
  threads = [];
  process.on('worker', noteThread);
  history = openHistory(log, join(folder, 'refused.db'));
});
afterEach(async () => {
  process.off('worker', noteThread);
  await history.close();
  await log.close();
  rmSync(folder, { recursive: true });
});

/** Changes the index by hand. */
function change(sql: string): void {
  const database = new Database(index());
  database.exec(sql);
  database.close();
}

/** How far the index has come, as its file says. */
function upTo(): number {
  const database = new Database(index());
  try {
    const [row] = database.prepare("SELECT value FROM meta WHERE key = 'upTo'").raw().all() as [string][];
    return row === undefined ? 0 : (JSON.parse(row[0]) as { position: number }).position;
  } finally {
    database.close();
  }
}

const compiled = (library: string): string =>
  fileURLToPath(new URL(`../../../dist/libs/${library}/src/index.js`, import.meta.url));

describe('the history of a log in a file', () => {
  it('is asked on a thread of its own, and keeps what it found in a private file', async () => {
    expect(await summaries()).toEqual(['created /web with 2 instances']);
    expect(threads).toHaveLength(1);
    expect(statSync(index()).mode & 0o777).toBe(0o600);
    await reopen();
    await story.update('/web', { instances: 1 });
    expect(await summaries()).toEqual(['scaled /web from 2 to 1', 'created /web with 2 instances']);
  });

  it('says 503 to those who ask when the thread dies, and has another one for the next', async () => {
    await summaries();
    const [thread] = threads as [Worker];
    const ending = thread.terminate();
    await Promise.all([
      expect(history.search({ limit: 10 })).rejects.toMatchObject({
        statusCode: 503,
        message: expect.stringContaining('thread') as string,
      }),
      ending,
    ]);
    expect(await summaries()).toHaveLength(1);
    expect(threads).toHaveLength(2);
  });

  it.each<[string, () => void]>([
    ['is missing', () => rmSync(index())],
    ['is no database', () => writeFileSync(index(), 'no database')],
    [
      'has pages that make no sense',
      () => writeFileSync(index(), Buffer.alloc(statSync(index()).size, 7), { flag: 'r+' }),
    ],
    ['has another format', () => change("UPDATE meta SET value = 99 WHERE key = 'format'")],
    [
      'is that of another log',
      () => change(`UPDATE meta SET value = replace(value, 'event-', 'other-') WHERE key = 'upTo'`),
    ],
    ['is ahead of the log', () => change(`UPDATE meta SET value = '{"position":9999}' WHERE key = 'upTo'`)],
  ])('is made anew when its index %s', async (_, harm) => {
    const before = await history.search({ app: '/web', limit: 100 });
    await history.close();
    harm();
    history = openHistory(log, join(folder, 'refused.db'));
    expect(await history.search({ app: '/web', limit: 100 })).toEqual(before);
  });

  it('answers again once its files can be opened, without a new start', async () => {
    await history.close();
    rmSync(index(), { force: true });
    mkdirSync(join(index(), 'in the way'), { recursive: true });
    history = openHistory(log, join(folder, 'refused.db'));
    await expect(summaries()).rejects.toThrow(/directory/);
    rmSync(index(), { recursive: true });
    expect(await summaries()).toHaveLength(1);
  });

  it('goes on with a deployment that was running when it was closed', async () => {
    await story.create('/failing');
    await story.tell({ type: 'ReceiveOffers', offers: [] });
    expect((await history.deployments({ state: 'running', limit: 5 })).deployments).toHaveLength(1);
    await reopen();
    await story.run();
    expect((await history.deployments({ state: 'running', limit: 5 })).deployments).toHaveLength(0);
    expect(
      (await history.deployments({ state: 'finished', app: '/failing', limit: 5 })).deployments,
    ).toHaveLength(1);
  });

  it('keeps up with the log by itself', async () => {
    await history.close();
    history = openHistory(log, join(folder, 'refused.db'), 0);
    history.keepUp();
    const head = await log.head();
    await expect.poll(upTo, { timeout: 10_000 }).toBe(head);
  });
});

/** Runs a script that has `log` and `history` to its end, and gives how it ended and what it printed. */
const run = (script: string) => {
  const program = `
    const { openSqliteEventLog } = await import(${JSON.stringify(compiled('event-log'))});
    const { openHistory } = await import(${JSON.stringify(compiled('history'))});
    const log = await openSqliteEventLog({ path: ${JSON.stringify(join(folder, 'other.db'))}, onWarning: console.error });
    const epoch = await log.claimEpoch();
    const event = (id) => ({ id, stream: 'cluster', type: 'LeadershipAcquired', schema: 1, time: 1, actor: { kind: 'system' },
      correlationId: id, causationId: null, data: {} });
    const events = Array.from({ length: 2000 }, (_, index) => event(String(index)));
    for (let round = 0; round < 5; round += 1) await log.append(events, epoch);
    const history = openHistory(log, ${JSON.stringify(join(folder, 'other-refused.db'))});
    ${script}`;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8', timeout: 60_000 },
  );
  return { status, signal, stdout, stderr };
};

describe('a process with a history', () => {
  it('ends by itself, but not before questions are answered', () => {
    const ended = run(`history.keepUp();
      history.search({ limit: 1 }).then(({ events }) => console.log(events[0].position));`);
    expect(ended).toEqual({ status: 0, signal: null, stdout: '10000\n', stderr: '' });
  });

  it('may exit while the index is being built', () => {
    for (const waitMs of [60, 120, 180, 240]) {
      const ended = run(`history.search({ limit: 1 }).catch(() => undefined);
        setTimeout(() => process.exit(7), ${waitMs});`);
      expect(ended).toMatchObject({ status: 7, signal: null });
      for (const name of ['other.db', 'other.db-wal', 'other.db-shm', 'other.db.history']) {
        rmSync(join(folder, name), { force: true });
      }
    }
  });
});
