import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sleepingApp } from './support/app-definitions.js';
import { eventually } from './support/eventually.js';
import { LaunchDiary } from './support/launch-diary.js';
import { gone, isAlive, processesOf, taskPids } from './support/processes.js';
import { seededRandom } from './support/random.js';
import { Site } from './support/site.js';

/** Ekiden may go at any moment; what runs goes on, and the next start takes it up again. */
describe('tasks survive the end of Ekiden', () => {
  let site: Site;
  let diary: LaunchDiary;

  beforeEach(async () => {
    site = await Site.start();
    diary = new LaunchDiary(join(site.dataDir, 'launches.txt'));
  });

  afterEach(() => site?.dispose());

  /** Launches that are lost with the end of Ekiden count as failures of the app; their back-off is not looked at here. */
  const create = (id: string, instances: number) =>
    site.api.createApp({
      ...sleepingApp(id, { cmd: diary.command('exec sleep 1000'), instances }),
      backoffSeconds: 1,
      backoffFactor: 1,
    });

  const taskIds = async () => (await site.api.tasks()).map(({ id }) => id).toSorted();

  /** A task that ended while nobody looked is listed as running until the cluster has told of its end. */
  const listAndProcessesAgree = (id: string, count: number) =>
    eventually(
      async () => {
        const { tasks } = await site.api.running(id, count);
        const ids = tasks.map((task) => task.id).toSorted();
        return Object.keys(taskPids(site.dataDir)).toSorted().join() === ids.join();
      },
      { what: `one process for each of ${count} tasks of ${id}` },
    );

  test('after kill -9 the same tasks and processes go on, and nothing is launched twice', async () => {
    for (const id of ['one', 'two', 'three']) await create(id, 2);
    for (const id of ['/one', '/two', '/three']) await site.api.running(id, 2);
    await site.api.settled();
    const before = { ids: await taskIds(), pids: taskPids(site.dataDir) };
    expect(Object.keys(before.pids).toSorted()).toEqual(before.ids);

    await site.crash();
    expect(Object.values(before.pids).every(isAlive)).toBe(true);
    await site.start();
    for (const id of ['/one', '/two', '/three']) await site.api.running(id, 2);
    expect(await taskIds()).toEqual(before.ids);
    expect(taskPids(site.dataDir)).toEqual(before.pids);

    // One more instance is launched and one killed: whatever else would be launched is launched before it.
    await site.api.put('/v2/apps/one', { instances: 3 });
    await site.api.running('/one', 3);
    const [victim] = (await site.api.app('/two')).tasks;
    process.kill(before.pids[victim!.id]!, 'SIGKILL');
    const { tasks } = await eventually(async () => {
      const app = await site.api.running('/two', 2);
      return app.tasks.some(({ id }) => id === victim!.id) ? undefined : app;
    });
    expect(new Set(diary.taskIds).size).toBe(diary.taskIds.length);
    expect(diary.taskIds).toHaveLength(6 + 2);
    expect(taskPids(site.dataDir)).toMatchObject(
      Object.fromEntries(Object.entries(before.pids).filter(([id]) => id !== victim!.id)),
    );
    expect(diary.taskIds).toEqual(expect.arrayContaining(tasks.map(({ id }) => id)));
  });

  test('kill -9 in the middle of a launch: each instance runs once in the end', async () => {
    await create('many', 30);
    await eventually(() => diary.taskIds.length >= 5, { what: 'the first five launches' });
    await site.crash();
    await site.start();
    await site.api.settled();
    await listAndProcessesAgree('/many', 30);
    expect(new Set(diary.taskIds).size).toBe(diary.taskIds.length);
  });

  test('kill -9 at random moments of scaling up and down: desired and actual state meet', async () => {
    const random = seededRandom('survival at random moments');
    await create('restless', 10);
    for (let round = 1; round <= 6; round++) {
      const instances = random.between(0, 25);
      await delay(random.between(0, 400));
      const scaled = await site.api.put('/v2/apps/restless?force=true', { instances });
      expect(scaled.status, scaled.text).toBe(200);
      await delay(random.between(0, 400));
      await site.crashAndRestart();
      expect(await site.api.app('/restless')).toMatchObject({ instances });
    }
    const { instances } = await site.api.app('/restless');
    await site.api.settled();
    await listAndProcessesAgree('/restless', instances);
    expect(new Set(diary.taskIds).size).toBe(diary.taskIds.length);
  });

  test('a task that ended while Ekiden was away is replaced', async () => {
    await create('left', 1);
    const [before] = (await site.api.running('/left', 1)).tasks;
    const pid = taskPids(site.dataDir)[before!.id]!;
    await site.crash();
    process.kill(pid, 'SIGKILL');
    await gone([pid]);
    await site.start();
    const app = await eventually(async () => {
      const present = await site.api.running('/left', 1);
      return present.tasks[0]?.id === before!.id ? undefined : present;
    });
    expect(app.lastTaskFailure).toMatchObject({
      taskId: before!.id,
      message: expect.stringContaining('Command terminated with signal Killed'),
    });
    expect(diary.taskIds).toEqual([before!.id, app.tasks[0]!.id]);
  });

  test('kill -9 of the local cluster: Ekiden answers, the same tasks go on, and new ones are launched', async () => {
    await create('one', 2);
    await site.api.running('/one', 2);
    await site.api.settled();
    const before = { ids: await taskIds(), pids: taskPids(site.dataDir) };
    const program = 'local-cluster/src/process/main.js';
    const cluster = processesOf(site.dataDir).find(({ commandLine }) => commandLine.includes(program));
    process.kill(cluster!.pid, 'SIGKILL');

    await create('two', 2);
    await site.api.running('/two', 2);
    expect(await taskIds()).toEqual(expect.arrayContaining(before.ids));
    expect(taskPids(site.dataDir)).toMatchObject(before.pids);
    expect(new Set(diary.taskIds).size).toBe(4);
    expect(diary.taskIds).toHaveLength(4);
    expect(site.ekiden.output).toContain('the local cluster ended by itself and is started again');
  });

  test('a clean stop ends the tasks and says so; the next start launches them anew', async () => {
    await create('clean', 2);
    await site.api.running('/clean', 2);
    await site.api.settled();
    const pids = Object.values(taskPids(site.dataDir));
    expect(pids).toHaveLength(2);

    expect(await site.stop()).toEqual({ code: 0, signal: null });
    expect(site.ekiden.output).toContain('its tasks are being ended');
    expect(site.ekiden.output).toContain('2 tasks were ended');
    expect(pids.filter(isAlive)).toEqual([]);

    await site.start();
    const { tasks } = await eventually(async () => {
      const app = await site.api.running('/clean', 2);
      return app.tasks.every(({ id }) => taskPids(site.dataDir)[id] !== undefined) ? app : undefined;
    });
    expect(diary.taskIds).toHaveLength(4);
    expect(diary.taskIds.slice(2).toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
  });

  test('a clean stop in the middle of a launch leaves no process behind', async () => {
    await create('many', 30);
    await eventually(() => diary.taskIds.length >= 5, { what: 'the first five launches' });
    expect(await site.stop()).toEqual({ code: 0, signal: null });
    await eventually(() => processesOf(site.dataDir).length === 0, { what: 'the end of all processes' });

    await site.start();
    await listAndProcessesAgree('/many', 30);
    expect(new Set(diary.taskIds).size).toBe(diary.taskIds.length);
  });

  test('a clean stop asks tasks with SIGTERM and gives them their grace period', async () => {
    const farewell = join(site.dataDir, 'farewell');
    const sayGoodbye = `trap 'sleep 1; touch ${farewell}; exit 0' TERM`;
    await site.api.createApp({
      id: 'polite',
      cpus: 0.1,
      mem: 16,
      cmd: diary.command(`${sayGoodbye}; echo ready; while true; do sleep 0.1; done`),
    });
    await site.api.running('/polite', 1);
    await eventually(() => diary.taskIds.length === 1);
    const pids = Object.values(taskPids(site.dataDir));
    expect(await site.stop()).toEqual({ code: 0, signal: null });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(farewell)).toBe(true);
  });

  test('--keep_tasks leaves the tasks running, and the next start finds them', async () => {
    await site.stop();
    await site.start('--keep_tasks');
    await create('kept', 3);
    await site.api.running('/kept', 3);
    await site.api.settled();
    const before = { ids: await taskIds(), pids: taskPids(site.dataDir) };

    expect(await site.stop()).toEqual({ code: 0, signal: null });
    expect(site.ekiden.output).toContain('the next start finds the tasks again');
    expect(Object.values(before.pids).every(isAlive)).toBe(true);

    await site.start('--keep_tasks');
    await site.api.running('/kept', 3);
    expect(await taskIds()).toEqual(before.ids);
    await site.api.put('/v2/apps/kept', { instances: 4 });
    await site.api.running('/kept', 4);
    expect(taskPids(site.dataDir)).toMatchObject(before.pids);
    expect(diary.taskIds).toHaveLength(4);
  });
});
