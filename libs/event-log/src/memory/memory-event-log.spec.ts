import { describe, expect, it } from 'vitest';
import { describeEventLogContract } from '../contract.fixture.js';
import { LogUnavailableError } from '../errors.js';
import { newBatch, newEvent } from '../events.fixture.js';
import { createMemoryEventLog } from './memory-event-log.js';

describeEventLogContract('in memory', async (options) => {
  const { log, corruptNewestSnapshot } = createMemoryEventLog(options);
  return { log, corruptNewestSnapshot: async () => corruptNewestSnapshot(), dispose: () => log.close() };
});

describe('a log that fails', () => {
  const diskFull = { code: 'disk-full', outcomeUnknown: false };

  it('rejects the whole group, keeps nothing of it, and goes on', async () => {
    const { log, faults } = createMemoryEventLog();
    const epoch = await log.claimEpoch();
    const delivered: number[] = [];
    log.subscribe(0, (batch) => {
      delivered.push(...batch.map(({ position }) => position));
    });
    await log.append(newBatch(2), epoch);
    faults.failNextWrite();
    const outcomes = await Promise.allSettled([
      log.append(newBatch(2), epoch),
      log.append([newEvent()], epoch),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await log.head()).toBe(2);
    expect(delivered).toEqual([1, 2]);
    expect(await log.append([newEvent()], await log.claimEpoch())).toEqual({ first: 3, last: 3 });
  });

  it('refuses what follows a failed append in the same term, so that nothing gets onto it without that', async () => {
    const { log, faults } = createMemoryEventLog();
    const epoch = await log.claimEpoch();
    faults.failNextWrite();
    const first = log.append(newBatch(2), epoch);
    await expect(first).rejects.toMatchObject({ name: 'LogUnavailableError' });
    await expect(log.append([newEvent()], epoch)).rejects.toMatchObject({ name: 'LogUnavailableError' });
    expect(await log.head()).toBe(0);
    expect(await log.append([newEvent()], await log.claimEpoch())).toEqual({ first: 1, last: 1 });
  });

  it('refuses writes while the disk is full and takes them again afterwards', async () => {
    const { log, faults } = createMemoryEventLog();
    const epoch = await log.claimEpoch();
    faults.diskFull = true;
    await expect(log.append([newEvent()], epoch)).rejects.toMatchObject(diskFull);
    await expect(log.checkWritable()).rejects.toMatchObject(diskFull);
    faults.diskFull = false;
    await log.checkWritable();
    expect(await log.append([newEvent()], await log.claimEpoch())).toEqual({ first: 1, last: 1 });
  });

  it('confirms a batch whose commit reported a failure but is on the log', async () => {
    const { log, faults } = createMemoryEventLog();
    const epoch = await log.claimEpoch();
    faults.loseNextConfirmation();
    expect(await log.append(newBatch(2), epoch)).toEqual({ first: 1, last: 2 });
    expect(await log.append([newEvent()], epoch)).toEqual({ first: 3, last: 3 });
  });

  it('says so when the outcome cannot be found out, and finds out before the next write', async () => {
    const { log, faults } = createMemoryEventLog();
    const epoch = await log.claimEpoch();
    faults.loseNextConfirmation();
    faults.unreadable = true;
    const unknown = await log.append(newBatch(2), epoch).catch((error: unknown) => error);
    expect(unknown).toBeInstanceOf(LogUnavailableError);
    expect(unknown).toMatchObject({ code: 'io', outcomeUnknown: true });
    await expect(log.append([newEvent()], epoch)).rejects.toMatchObject({ code: 'io' });
    faults.unreadable = false;
    await log.checkWritable();
    expect(await log.head()).toBe(2);
    expect(await log.append([newEvent()], await log.claimEpoch())).toEqual({ first: 3, last: 3 });
  });
});
