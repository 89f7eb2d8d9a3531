import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sleepingApp } from './support/app-definitions.js';
import { eventually } from './support/eventually.js';
import { LaunchDiary } from './support/launch-diary.js';
import { taskPids } from './support/processes.js';
import { Site } from './support/site.js';

interface QueueAnswer {
  readonly queue: readonly {
    readonly app: { readonly id: string };
    readonly count: number;
    readonly delay: { readonly timeLeftSeconds: number; readonly overdue: boolean };
  }[];
}

describe('a task that ends though it should run', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.start();
  });

  afterAll(() => site?.dispose());

  const queued = async (id: string) =>
    (await site.api.get<QueueAnswer>('/v2/queue')).body.queue.find(({ app }) => app.id === id);

  test('is replaced after its process was killed, and lastTaskFailure says why', async () => {
    // The delay is long enough to be seen in the queue, so that "with back-off" can be told from "at once".
    await site.api.createApp(sleepingApp('victim', { backoffSeconds: 3 }));
    const [before] = (await site.api.running('/victim', 1)).tasks;
    process.kill(taskPids(site.dataDir)[before!.id]!, 'SIGKILL');

    const waiting = await eventually(() => queued('/victim'));
    expect(waiting).toMatchObject({ count: 1, delay: { overdue: false } });

    const app = await eventually(async () => {
      const present = await site.api.running('/victim', 1);
      return present.tasks[0]?.id === before!.id ? undefined : present;
    });
    expect(app.lastTaskFailure).toMatchObject({
      taskId: before!.id,
      state: 'TASK_FAILED',
      message: expect.stringContaining('Command terminated with signal Killed'),
      host: before!.host,
    });
    expect(Object.keys(taskPids(site.dataDir))).toEqual([app.tasks[0]!.id]);
    expect(await queued('/victim')).toBeUndefined();
  });

  test('is launched after a delay that grows with every failure', async () => {
    const diary = new LaunchDiary(join(site.dataDir, 'failing.txt'));
    await site.api.createApp({
      id: 'failing',
      cmd: diary.command('exit 3'),
      cpus: 0.1,
      mem: 16,
      backoffSeconds: 1,
      backoffFactor: 2,
    });
    const starts = await eventually(() => (diary.entries.length >= 4 ? diary.entries : undefined));
    // Each delay counts from the end of a run, which is after its start: the true gaps can only be longer.
    const gapsMs = starts.slice(1).map(({ startedAtMs }, index) => startedAtMs - starts[index]!.startedAtMs);
    const delaysMs = [1000, 2000, 4000];
    for (const [index, delayMs] of delaysMs.entries()) expect(gapsMs[index]).toBeGreaterThanOrEqual(delayMs);

    expect(new Set(diary.taskIds).size).toBe(diary.taskIds.length);
    expect((await site.api.app('/failing')).lastTaskFailure).toMatchObject({
      state: 'TASK_FAILED',
      message: expect.stringContaining('Command exited with status 3'),
    });
  });

  test('is launched at once when its delay is reset', async () => {
    const diary = new LaunchDiary(join(site.dataDir, 'reset.txt'));
    await site.api.createApp({
      id: 'reset',
      cmd: diary.command('exit 1'),
      cpus: 0.1,
      mem: 16,
      backoffSeconds: 3600,
      maxLaunchDelaySeconds: 3600,
    });
    await eventually(async () => (await queued('/reset'))?.delay.overdue === false);
    expect(diary.taskIds).toHaveLength(1);
    expect((await site.api.delete('/v2/queue//reset/delay')).status).toBe(204);
    await eventually(() => diary.taskIds.length === 2);
  });
});
