import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { idleApp, sleepingApp } from './support/app-definitions.js';
import { eventually } from './support/eventually.js';
import { isAlive, taskPids } from './support/processes.js';
import { Site } from './support/site.js';
import { Tmpfs } from './support/tmpfs.js';

const SIZE_MB = 24;

const canMount = ((): boolean => {
  const probe = Tmpfs.mount(1);
  if (probe instanceof Tmpfs) {
    probe.unmount();
    return true;
  }
  const message = `DISK-FULL TESTS CANNOT RUN: mounting a tmpfs needs root (${probe.impossible})`;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`\n*** ${message} ***\n\n`);
  return false;
})();

describe.skipIf(!canMount)('a full disk', () => {
  let disk: Tmpfs;
  let site: Site;

  beforeEach(async () => {
    disk = Tmpfs.mount(SIZE_MB) as Tmpfs;
    site = await Site.start({ dataDir: disk.path });
  });

  afterEach(async () => {
    await site?.dispose();
    disk?.unmount();
  });

  const appIds = async () => (await site.api.apps()).map(({ id }) => id);
  const acknowledged: string[] = [];
  const refused: string[] = [];

  /** Creates apps until one is refused; tells the refusal. */
  const createUntilRefused = async (prefix: string) => {
    for (let n = 0; ; n++) {
      const id = `/${prefix}-${n}`;
      const answer = await site.api.post('/v2/apps', idleApp(id));
      if (answer.status !== 201) {
        refused.push(id);
        return answer;
      }
      acknowledged.push(id);
    }
  };

  beforeEach(() => {
    acknowledged.length = 0;
    refused.length = 0;
  });

  test('writes are refused, reads and tasks go on, nothing is lost, and it recovers by itself', async () => {
    await site.api.createApp(sleepingApp('runner'));
    const [runner] = (await site.api.running('/runner', 1)).tasks;
    await site.api.settled();
    const pid = taskPids(site.dataDir)[runner!.id]!;
    acknowledged.push('/runner');
    for (const id of ['/before-1', '/before-2']) {
      await site.api.createApp(idleApp(id));
      acknowledged.push(id);
    }

    disk.fill();
    const refusal = await createUntilRefused('while-full');
    expect(refusal.status, refusal.text).toBe(503);
    expect(refusal.body).toEqual({
      message: expect.stringMatching(/takes no writes.*(no room|full|space)/i),
    });
    for (const write of [
      () => site.api.put('/v2/apps/runner', { instances: 2 }),
      () => site.api.delete('/v2/apps/runner'),
      () => site.api.post('/v2/apps/runner/restart'),
    ]) {
      const answer = await write();
      expect(answer.status, answer.text).toBe(503);
      expect(answer.body).toEqual({ message: expect.any(String) });
    }
    expect((await site.api.get('/ping')).status).toBe(200);
    expect((await appIds()).toSorted()).toEqual(acknowledged.toSorted());
    expect(await site.api.app('/runner')).toMatchObject({ instances: 1, tasksRunning: 1 });
    expect(isAlive(pid)).toBe(true);

    disk.makeRoom();
    const again = await eventually(async () => {
      const answer = await site.api.post('/v2/apps', idleApp('/after'));
      return answer.status === 503 ? undefined : answer;
    });
    expect(again.status, again.text).toBe(201);
    acknowledged.push('/after');
    await site.api.put('/v2/apps/runner', { instances: 2 });
    const { tasks } = await site.api.running('/runner', 2);
    expect(tasks.map(({ id }) => id)).toContain(runner!.id);
    expect(taskPids(site.dataDir)[runner!.id]).toBe(pid);
    expect((await appIds()).toSorted()).toEqual(acknowledged.toSorted());

    await site.crashAndRestart();
    expect((await appIds()).toSorted()).toEqual(acknowledged.toSorted());
    expect(taskPids(site.dataDir)[runner!.id]).toBe(pid);
  });

  test('kill -9 while the disk is full loses nothing that was acknowledged', async () => {
    disk.fill();
    await createUntilRefused('full');
    await site.crash();
    disk.makeRoom();
    await site.start();
    expect((await appIds()).toSorted()).toEqual(acknowledged.toSorted());
    await site.api.createApp(idleApp('/after'));
  });

  test('a start on a full disk ends with code 100 and says why; with room it finds everything', async () => {
    await site.api.createApp(sleepingApp('runner'));
    const [runner] = (await site.api.running('/runner', 1)).tasks;
    await site.api.settled();
    acknowledged.push('/runner');
    const pid = taskPids(site.dataDir)[runner!.id]!;
    disk.fill();
    await createUntilRefused('full');
    await site.crash();

    const failed = site.run();
    expect(await failed.exited).toEqual({ code: 100, signal: null });
    expect(failed.output).toMatch(/no room left for the event log/);
    expect(isAlive(pid)).toBe(true);

    disk.makeRoom();
    await site.start();
    const { tasks } = await site.api.running('/runner', 1);
    expect(taskPids(site.dataDir)).toEqual({ [tasks[0]!.id]: pid });
    expect((await appIds()).toSorted()).toEqual(acknowledged.toSorted());
  });

  test('a task that ends while the disk is full is replaced once there is room', async () => {
    await site.api.createApp(sleepingApp('runner'));
    const [before] = (await site.api.running('/runner', 1)).tasks;
    await site.api.settled();
    const pid = taskPids(site.dataDir)[before!.id]!;
    disk.fill();
    await createUntilRefused('full');
    process.kill(pid, 'SIGKILL');
    await eventually(() => !isAlive(pid));
    expect((await site.api.get('/v2/apps')).status).toBe(200);

    disk.makeRoom();
    const after = await eventually(async () => {
      const app = await site.api.running('/runner', 1);
      return app.tasks[0]?.id === before!.id ? undefined : app;
    });
    expect(after.lastTaskFailure?.taskId).toBe(before!.id);
    expect(Object.keys(taskPids(site.dataDir))).toEqual([after.tasks[0]!.id]);
  });
});
