import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeEventLogContract } from '../contract.fixture.js';
import { newBatch, newEvent } from '../events.fixture.js';
import type { EventLog } from '../port.js';
import { corruptNewestSnapshot } from './damaged-snapshot.fixture.js';
import { EventFile } from './event-file.js';
import { openSqliteEventLog } from './open-sqlite-event-log.js';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.fixture.js';

const onWarning = () => undefined;

describeEventLogContract('SQLite', async (options) => {
  const folder = temporaryFolder();
  const path = join(folder.path, 'events.db');
  const log = await openSqliteEventLog({ path, ...options });
  return {
    log,
    corruptNewestSnapshot: async () => corruptNewestSnapshot(path),
    dispose: async () => {
      await log.close();
      folder.remove();
    },
  };
});

describe('the SQLite event log', () => {
  let folder: TemporaryFolder;
  let path: string;

  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, 'data', 'events.db');
  });
  afterEach(() => folder.remove());

  const open = () => openSqliteEventLog({ path, onWarning });

  it('can be read from its file by others, up to what is durable', async () => {
    const log = await open();
    const epoch = await log.claimEpoch();
    const file = new EventFile(log.file!);
    expect(file.head()).toBe(0);
    await log.append(newBatch(3), epoch);
    expect(file.head()).toBe(3);
    expect(file.read(1, 10)).toEqual(await log.read(1, 10));
    expect(file.pick([1, 3])).toEqual([...(await log.read(0, 1)), ...(await log.read(2, 1))]);
    expect(file.pick([])).toEqual([]);
    expect(() => file.pick([2, 4])).toThrow('lacks events between 2 and 4');
    file.close();
    await log.close();
    expect(() => new EventFile(`${path}.missing`)).toThrow('there is no event log');
  });

  it('goes on where it was closed: events, terms and snapshots', async () => {
    const first = await open();
    const epoch = await first.claimEpoch();
    await first.append(newBatch(3), epoch);
    await first.saveSnapshot({ position: 2, format: 4, state: ['{}'] });
    const before = await first.read(0, 10);
    await first.close();

    const second = await open();
    expect(await second.read(0, 10)).toEqual(before);
    expect(await second.latestSnapshot()).toEqual({ position: 2, format: 4, state: ['{}'] });
    const next = await second.claimEpoch();
    expect(next).toBe(epoch + 1);
    expect(await second.append([newEvent()], next)).toEqual({ first: 4, last: 4 });
    await second.close();
  });

  const modes = (): Record<string, string> => {
    const names = readdirSync(dirname(path), { recursive: true, encoding: 'utf8' });
    const files = ['.', ...names].map((name): [string, string] => {
      const { mode } = statSync(join(dirname(path), name));
      return [name, (mode & 0o777).toString(8)];
    });
    return Object.fromEntries(files);
  };
  const writeSomething = async (): Promise<EventLog> => {
    const log = await open();
    await log.append(newBatch(3), await log.claimEpoch());
    await log.saveSnapshot({ position: 2, format: 4, state: ['{}'] });
    return log;
  };

  it("is its owner's alone", async () => {
    const log = await writeSomething();
    expect(modes()).toEqual({
      '.': '700',
      'events.db': '600',
      'events.db-wal': '600',
      'events.db-shm': '600',
      'events.db.lock': '600',
      'events.db.lock-journal': '600',
      'events.db.snapshots': '700',
      'events.db.snapshots/0000000000000002.snapshot': '600',
    });
    await log.close();
  });

  it('takes what an earlier release showed to everybody away from them, but no folder', async () => {
    await (await writeSomething()).close();
    for (const [name, mode] of Object.entries(modes()))
      chmodSync(join(dirname(path), name), mode === '700' ? 0o755 : 0o644);
    const log = await open();
    expect(modes()).toMatchObject({
      '.': '755',
      'events.db': '600',
      'events.db-wal': '600',
      'events.db.lock': '600',
      'events.db.snapshots': '700',
    });
    await log.close();
  });

  it('leaves one file when it is closed', async () => {
    const log = await open();
    await log.append(newBatch(3), await log.claimEpoch());
    await log.close();
    const copy = new Database(join(folder.path, 'copy.db'));
    copy.exec(`ATTACH '${path}' AS log`);
    expect(readFileSync(`${path}-wal`).length).toBe(0);
    expect(copy.prepare('SELECT count(*) AS events FROM log.events').all()).toMatchObject([{ events: 3 }]);
    copy.close();
  });

  it('is opened by one at a time, and names the file', async () => {
    const log = await open();
    await expect(open()).rejects.toMatchObject({
      name: 'LogOpenError',
      code: 'in-use',
      message: `the event log ${path} is already open by another Ekiden process`,
    });
    await log.close();
    await (await open()).close();
  });

  it('can be read by others while it is open', async () => {
    const log = await open();
    const epoch = await log.claimEpoch();
    await log.append(
      [newEvent({ stream: 'app:/a', data: { cpus: 2 } }), newEvent({ stream: 'app:/b' })],
      epoch,
    );
    const shell = new Database(path);
    const query = "SELECT position, json_extract(data, '$.cpus') AS cpus FROM events WHERE stream = 'app:/a'";
    expect(shell.prepare(query).all()).toMatchObject([{ position: 1, cpus: 2 }]);
    shell.close();
    await log.close();
  });

  it('loses the index that former releases gave it', async () => {
    await (await open()).close();
    const shell = new Database(path);
    shell.exec('CREATE INDEX events_by_stream ON events (stream)');
    const log = await open();
    const indexes = shell
      .prepare("SELECT name FROM sqlite_schema WHERE tbl_name = 'events' AND type = 'index'")
      .all();
    expect(indexes).toEqual([]);
    shell.close();
    await log.close();
  });

  it('reports a writer that holds the file, keeps nothing of the batch, and goes on', async () => {
    const log = await open();
    const epoch = await log.claimEpoch();
    const shell = new Database(path);
    shell.exec('BEGIN IMMEDIATE');
    const refused = { code: 'io', outcomeUnknown: false, message: expect.stringContaining(path) };
    await expect(log.append(newBatch(2), epoch)).rejects.toMatchObject(refused);
    shell.exec('ROLLBACK');
    shell.close();
    expect(await log.append(newBatch(2), await log.claimEpoch())).toEqual({ first: 1, last: 2 });
    await log.close();
  });

  it('keeps its journal short while it is written and read', async () => {
    const log = await open();
    const epoch = await log.claimEpoch();
    const seen: number[] = [];
    log.subscribe(0, (batch) => {
      seen.push(batch.length);
    });
    for (let round = 0; round < 40; round += 1) {
      const batch = newBatch(100).map((event) => ({ ...event, data: 'x'.repeat(4000) }));
      await log.append(batch, epoch);
      await log.read(0, 10);
    }
    const journal = readFileSync(`${path}-wal`).length;
    expect(journal).toBeLessThan(8 * 2 ** 20);
    expect(await log.sizeBytes()).toBeGreaterThan(40 * 100 * 4000);
    await log.close();
  });

  it('refuses a log of a newer release', async () => {
    await (await open()).close();
    const shell = new Database(path);
    shell.exec("UPDATE meta SET value = 2 WHERE key = 'format'");
    shell.close();
    await expect(open()).rejects.toMatchObject({
      code: 'newer-format',
      message: expect.stringContaining('upgrade this node'),
    });
  });

  it('refuses a file that is no log, and a folder that cannot be', async () => {
    path = join(folder.path, 'events.db');
    writeFileSync(path, 'not a database'.repeat(1000));
    await expect(open()).rejects.toMatchObject({ code: 'unusable', message: expect.stringContaining(path) });
    path = join(path, 'below-a-file', 'events.db');
    await expect(open()).rejects.toMatchObject({ code: 'unusable', message: expect.stringContaining(path) });
  });

  it('refuses to read over a hole', async () => {
    const log = await open();
    await log.append(newBatch(5), await log.claimEpoch());
    const shell = new Database(path);
    shell.exec('DELETE FROM events WHERE position = 3');
    shell.close();
    await expect(log.read(0, 5)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('lacks events'),
    });
    await log.close();
  });

  it('keeps a snapshot of many megabytes intact', async () => {
    const log = await open();
    await log.append([newEvent()], await log.claimEpoch());
    const state = ['short\n', `${'a😀'.repeat(1_500_000)}\n`, 'one\ntwo\n', 'long '.repeat(500_000)];
    await log.saveSnapshot({ position: 1, format: 1, state });
    const slices = (await log.latestSnapshot())?.state ?? [];
    expect(slices.join('') === state.join('')).toBe(true);
    expect(slices.slice(0, -1).every((slice) => slice.endsWith('\n'))).toBe(true);
    await log.close();
  });
});
