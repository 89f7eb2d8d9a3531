import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TaskState } from '#mesos';
import { silentLogger } from '../../runtime/logger.js';
import { ManualClock } from '../../runtime/manual-clock.fixture.js';
import { AppendLog } from '../../runtime/durable-file.js';
import { StatusUpdateManager, type TaskKey } from './status-update-manager.js';
import type { AgentStatus, UpdateRecord } from './update-stream.js';

const key: TaskKey = { frameworkId: 'f', taskId: 't' };
const statusOf = (uuid: string, state: TaskState, taskId = 't'): AgentStatus => ({
  task_id: { value: taskId },
  state,
  uuid,
});

const updateOf = (uuid: string, state: TaskState): UpdateRecord => ({
  type: 'UPDATE',
  status: statusOf(uuid, state),
});

describe('StatusUpdateManager', () => {
  let clock: ManualClock;
  let sent: string[];
  let closed: TaskKey[];
  let manager: StatusUpdateManager;

  beforeEach(() => {
    clock = new ManualClock();
    sent = [];
    closed = [];
    manager = new StatusUpdateManager({
      clock,
      logger: silentLogger,
      forward: (_frameworkId, status, latestState) => sent.push(`${status.uuid} (${latestState})`),
      onClosed: (closedKey) => closed.push(closedKey),
    });
    manager.resume();
  });

  it('sends the head only, with the newest state', async () => {
    await manager.update(key, statusOf('1', 'TASK_STARTING'));
    await manager.update(key, statusOf('2', 'TASK_RUNNING'));
    clock.advance(10_000);
    expect(sent).toEqual(['1 (TASK_STARTING)', '1 (TASK_RUNNING)']);
    await manager.acknowledge(key, '1');
    expect(sent.at(-1)).toBe('2 (TASK_RUNNING)');
  });

  it('repeats after 10 s, doubling up to 10 min, anew for each head', async () => {
    const startMs = clock.nowMs();
    const times: number[] = [];
    manager = new StatusUpdateManager({
      clock,
      logger: silentLogger,
      forward: () => times.push((clock.nowMs() - startMs) / 1000),
      onClosed: () => undefined,
    });
    manager.resume();
    await manager.update(key, statusOf('1', 'TASK_STARTING'));
    clock.advance(3_000_000);
    expect(times).toEqual([0, 10, 30, 70, 150, 310, 630, 1230, 1830, 2430]);
    await manager.update(key, statusOf('2', 'TASK_RUNNING'));
    await manager.acknowledge(key, '1');
    clock.advance(10_000);
    expect(times.slice(-2)).toEqual([3000, 3010]);
  });

  it('ignores what does not fit: another uuid, one twice, an update known already', async () => {
    await manager.update(key, statusOf('1', 'TASK_STARTING'));
    await manager.update(key, statusOf('1', 'TASK_STARTING'));
    await manager.update(key, statusOf('2', 'TASK_RUNNING'));
    await manager.acknowledge(key, '2');
    await Promise.all([manager.acknowledge(key, '1'), manager.acknowledge(key, '1')]);
    await manager.acknowledge({ ...key, taskId: 'unknown' }, '1');
    expect(sent).toEqual(['1 (TASK_STARTING)', '2 (TASK_RUNNING)']);
  });

  it('closes a stream with the acknowledgement of its terminal update', async () => {
    await manager.update(key, statusOf('1', 'TASK_FINISHED'));
    await manager.acknowledge(key, '1');
    expect(closed).toEqual([key]);
    clock.advance(60_000);
    expect(sent).toHaveLength(1);
  });

  it('is silent while paused, and sends all heads when it goes on', async () => {
    await manager.update(key, statusOf('1', 'TASK_STARTING'));
    manager.pause();
    await manager.update({ ...key, taskId: 'u' }, statusOf('2', 'TASK_STARTING', 'u'));
    clock.advance(60_000);
    expect(sent).toHaveLength(1);
    manager.resume();
    expect(sent.slice(1)).toEqual(['1 (TASK_STARTING)', '2 (TASK_STARTING)']);
  });

  it('takes only what it forwarded for told', async () => {
    const stream = manager.open(key, undefined);
    manager.pause();
    await manager.update(key, statusOf('1', 'TASK_RUNNING'));
    expect(stream.lastSent).toBeUndefined();
    manager.resume();
    expect(stream.lastSent?.uuid).toBe('1');
    manager.pause();
    await manager.acknowledge(key, '1');
    await manager.update(key, statusOf('2', 'TASK_FAILED'));
    expect([stream.latestState, stream.lastSent?.uuid]).toEqual(['TASK_FAILED', '1']);
    manager.resume();
    expect(stream.lastSent?.uuid).toBe('2');
  });

  it('resends or forgets a whole framework', async () => {
    await manager.update(key, statusOf('1', 'TASK_STARTING'));
    await manager.update({ frameworkId: 'g', taskId: 't' }, statusOf('2', 'TASK_STARTING'));
    manager.resend('g');
    expect(sent.slice(2)).toEqual(['2 (TASK_STARTING)']);
    manager.removeFramework('f');
    manager.resume();
    expect(sent.slice(3)).toEqual(['2 (TASK_STARTING)']);
  });

  it('does not take the end of a task that is on disk for told', () => {
    const records: UpdateRecord[] = [
      updateOf('1', 'TASK_RUNNING'),
      { type: 'ACK', uuid: '1' },
      updateOf('2', 'TASK_FAILED'),
    ];
    expect(manager.open(key, undefined, records).lastSent?.uuid).toBe('1');
    expect(manager.open(key, undefined, [updateOf('1', 'TASK_FAILED')]).lastSent).toBeUndefined();
  });

  it('goes on from what is on disk', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'updates-'));
    const path = join(directory, 'task.updates');
    const log = new AppendLog(path, {
      failed: (error) => expect.fail(String(error)),
      recovered: () => undefined,
    });
    manager.open(key, log);
    await Promise.all([
      manager.update(key, statusOf('1', 'TASK_STARTING'), 1),
      manager.update(key, statusOf('2', 'TASK_RUNNING'), 2),
      manager.update(key, statusOf('3', 'TASK_FAILED'), 3),
    ]);
    await manager.acknowledge(key, '1');
    const records = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as UpdateRecord);
    const stream = manager.open(key, log, records);
    expect(stream.head?.uuid).toBe('2');
    expect(stream.lastSent?.uuid).toBe('2');
    expect(stream.latestState).toBe('TASK_FAILED');
    await rm(directory, { recursive: true });
  });
});
