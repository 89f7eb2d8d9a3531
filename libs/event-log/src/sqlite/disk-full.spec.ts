import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newBatch, newEvent } from '../events.fixture.js';
import type { EventLog, NewEvent } from '../port.js';
import { openSqliteEventLog } from './open-sqlite-event-log.js';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.fixture.js';

const onWarning = () => undefined;
const mountSmall = (folder: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
const unmount = (folder: string) => execFileSync('umount', ['-l', folder]);

/** A real small file system needs the right to mount one. */
const canMount = (() => {
  const folder = temporaryFolder();
  try {
    if (mountSmall(folder.path).status !== 0) return false;
    unmount(folder.path);
    return true;
  } finally {
    folder.remove();
  }
})();

const bigBatch = () => newBatch(3).map((event) => ({ ...event, data: 'x'.repeat(5000) }));

/** Appends until that is refused. */
async function fillDisk(log: EventLog, epoch: number, makeBatch: () => readonly NewEvent[]) {
  let confirmed = 0;
  for (;;) {
    try {
      confirmed = (await log.append(makeBatch(), epoch)).last;
    } catch (refusal) {
      return { confirmed, refusal };
    }
  }
}

describe.skipIf(!canMount)('on a full disk', () => {
  let folder: TemporaryFolder;
  let path: string;

  beforeEach(() => {
    folder = temporaryFolder();
    mountSmall(folder.path);
    path = join(folder.path, 'events.db');
  });
  afterEach(() => {
    unmount(folder.path);
    folder.remove();
  });

  it('appends are refused whole, nothing confirmed is lost, and it goes on when there is room', async () => {
    const log = await openSqliteEventLog({ path, onWarning });
    const epoch = await log.claimEpoch();
    const { confirmed, refusal } = await fillDisk(log, epoch, bigBatch);
    expect(refusal).toMatchObject({ code: 'disk-full', outcomeUnknown: false });
    const group = await Promise.allSettled([log.append(bigBatch(), epoch), log.append(bigBatch(), epoch)]);
    expect(group.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(
      log.saveSnapshot({ position: 1, format: 1, state: ['x'.repeat(2 ** 20)] }),
    ).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(await log.latestSnapshot()).toBeUndefined();
    expect(await log.head()).toBe(confirmed);
    expect(await log.read(0, 10_000)).toHaveLength(confirmed);

    execFileSync('mount', ['-o', 'remount,size=4m', folder.path]);
    await log.checkWritable();
    const next = await log.append([newEvent()], await log.claimEpoch());
    expect(next).toEqual({ first: confirmed + 1, last: confirmed + 1 });
    await log.close();
    const reopened = await openSqliteEventLog({ path, onWarning });
    expect(await reopened.read(0, 10_000)).toHaveLength(confirmed + 1);
    await reopened.close();
  });

  it('the check for room fails while there is none', async () => {
    const log = await openSqliteEventLog({ path, onWarning });
    const epoch = await log.claimEpoch();
    await fillDisk(log, epoch, () => [newEvent()]);
    await expect(log.checkWritable()).rejects.toMatchObject({ code: 'disk-full' });
    await log.close();
  });

  it('a file system that cannot be written refuses to be opened, with the reason', async () => {
    execFileSync('mount', ['-o', 'remount,ro', folder.path]);
    await expect(openSqliteEventLog({ path, onWarning })).rejects.toMatchObject({
      name: 'LogOpenError',
      code: 'unusable',
    });
  });
});
