import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newBatch, newEvent } from '../../events.fixture.js';
import type { EventLog } from '../../port.js';
import { openSqliteEventLog } from '../open-sqlite-event-log.js';
import { temporaryFolder, type TemporaryFolder } from '../temporary-folder.fixture.js';

let folder: TemporaryFolder;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'events.db');
});
afterEach(() => folder.remove());

describe('a writing thread that dies', () => {
  let log: EventLog;
  let epoch: number;
  let thread: Worker;

  const noteThread = (worker: Worker) => {
    thread = worker;
  };

  beforeEach(async () => {
    process.on('worker', noteThread);
    log = await openSqliteEventLog({ path, onWarning: () => undefined });
    epoch = await log.claimEpoch();
  });
  afterEach(async () => {
    await log.close();
    process.off('worker', noteThread);
  });

  it.each([
    ['append', () => log.append(newBatch(2), epoch)],
    ['check', () => log.checkWritable()],
    ['claim', () => log.claimEpoch()],
  ])('while idle, is replaced for the next %s', async (_, write) => {
    await log.append(newBatch(3), epoch);
    await thread.terminate();
    await expect(write()).resolves.not.toThrow();
    expect((await log.read(0, 3)).map(({ position }) => position)).toEqual([1, 2, 3]);
  });

  it('may do so before the log is closed', async () => {
    await thread.terminate();
    await expect(log.close()).resolves.toBeUndefined();
  });

  /** Makes the thread die of the next request, with nothing of it done. */
  const dieOfNextRequest = () =>
    vi.spyOn(thread, 'postMessage').mockImplementationOnce(() => void thread.terminate());

  it('with appends in flight, is replaced at once to see where the log ends: they are refused', async () => {
    await log.append(newBatch(3), epoch);
    dieOfNextRequest();
    const outcomes = await Promise.allSettled([
      log.append(newBatch(2), epoch),
      log.append(newBatch(2), epoch),
    ]);
    const reason = { code: 'io', outcomeUnknown: false, message: expect.stringContaining('thread') };
    expect(outcomes).toMatchObject([{ reason }, { reason }]);
    expect(await log.append(newBatch(2), await log.claimEpoch())).toEqual({ first: 4, last: 5 });
  });

  it('before it could say that they are on the log, has them confirmed all the same', async () => {
    thread.removeAllListeners('message');
    thread.once('message', () => void thread.terminate());
    const ranges = await Promise.all([log.append(newBatch(2), epoch), log.append(newBatch(2), epoch)]);
    expect(ranges).toEqual([
      { first: 1, last: 2 },
      { first: 3, last: 4 },
    ]);
    expect(await log.append(newBatch(2), epoch)).toEqual({ first: 5, last: 6 });
  });

  it('and cannot be replaced, leaves the outcome unknown until it can', async () => {
    const shell = new Database(path);
    shell.exec('BEGIN IMMEDIATE');
    dieOfNextRequest();
    const outcome = log.append(newBatch(2), epoch);
    await expect(outcome).rejects.toMatchObject({ code: 'io', outcomeUnknown: true });
    shell.exec('ROLLBACK');
    shell.close();
    await log.checkWritable();
    expect(await log.head()).toBe(0);
    expect(await log.append(newBatch(2), await log.claimEpoch())).toEqual({ first: 1, last: 2 });
  });

  it('ends with the log', async () => {
    const exit = once(thread, 'exit');
    await log.close();
    expect(await exit).toEqual([0]);
  });
});

describe('a process with an open log', () => {
  const compiledLog = fileURLToPath(
    new URL('../../../../../dist/libs/event-log/src/index.js', import.meta.url),
  );
  const event = JSON.stringify(newEvent());

  /** Runs a script that has `log`, `epoch` and `event` to its end, and gives what it printed. */
  function run(script: string): string {
    const program = `
      const { openSqliteEventLog } = await import(${JSON.stringify(compiledLog)});
      const log = await openSqliteEventLog({ path: ${JSON.stringify(path)}, onWarning: console.error });
      const epoch = await log.claimEpoch();
      const event = ${event};
      ${script}`;
    return execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
      timeout: 30_000,
    });
  }

  it('ends by itself when there is nothing more to do, but not before its appends are done', async () => {
    expect(run('log.append([event], epoch).then(({ last }) => console.log(last));')).toBe('1\n');
    expect(run('')).toBe('');
  });

  it('may exit in the middle of a flush: whole batches are left', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 6; round += 1) {
      run(`
        const batch = Array.from({ length: 64 }, () => event);
        for (let client = 0; client < 32; client += 1) {
          (async () => { for (;;) await log.append(batch, epoch); })();
        }
        setTimeout(() => process.exit(0), ${20 + 3 * round});`);
      const log = await openSqliteEventLog({ path, onWarning: () => undefined });
      expect((await log.head()) % 64).toBe(0);
      expect(await log.read(0, 100_000)).toHaveLength(await log.head());
      await log.close();
    }
  });
});
