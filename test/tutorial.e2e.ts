import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ArchiveServer } from './support/archive-server.js';
import type { TaskView } from './support/api-client.js';
import { eventually } from './support/eventually.js';
import { taskPids } from './support/processes.js';
import { Site } from './support/site.js';

const read = async (port: number, path = '/'): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
  expect(response.status).toBe(200);
  return response.text();
};

const answers = (port: number): Promise<boolean> =>
  read(port).then(
    () => true,
    () => false,
  );

const portOf = (task: TaskView | undefined): number => task!.ports[0]!;

/** What a reader of a Marathon tutorial does, in its order: each test goes on where the one before ended. */
describe('a Marathon tutorial', () => {
  const page = '<h1>Served by Ekiden</h1>\n';
  let site: Site;
  let archives: ArchiveServer;

  beforeAll(async () => {
    archives = await ArchiveServer.start();
    site = await Site.start({ ownCluster: true });
  });

  afterAll(async () => {
    await site?.dispose();
    await archives?.stop();
  });

  test('an app with a fixed port is served on that port', async () => {
    const answer = await site.api.post(
      '/v2/apps',
      '{"id":"my-first-app","cmd":"python3 -m http.server 31500","cpus":0.5,"mem":50,"instances":1,' +
        '"ports":[31500],"requirePorts":true}',
    );
    expect(answer.status, answer.text).toBe(201);
    expect(answer.headers.get('location')).toBe(`${site.api.url}/my-first-app`);

    const app = await site.api.running('/my-first-app', 1);
    expect(app.tasks[0]?.ports).toEqual([31500]);
    expect(await eventually(() => read(31500))).toContain('Directory listing');
  });

  test('deleting it ends the process', async () => {
    const pids = taskPids(site.dataDir);
    expect(Object.keys(pids)).toHaveLength(1);
    expect((await site.api.delete('/v2/apps/my-first-app')).status).toBe(200);
    await eventually(async () => (await site.api.get('/v2/apps/my-first-app')).status === 404);
    await eventually(() => Object.keys(taskPids(site.dataDir)).length === 0);
    await eventually(async () => !(await answers(31500)));
  });

  test('an archive is fetched, unpacked and served on the port that Ekiden gives', async () => {
    const uri = await archives.publish('site.tar.gz', { 'index.html': page, 'deep/down.txt': 'below' });
    const answer = await site.api.post('/v2/apps', {
      id: 'my-first-app',
      cmd: 'python3 -m http.server $PORT0',
      cpus: 0.5,
      mem: 50,
      instances: 1,
      ports: [0],
      uris: [uri],
    });
    expect(answer.status, answer.text).toBe(201);

    const app = await site.api.running('/my-first-app', 1);
    const port = portOf(app.tasks[0]);
    expect(await eventually(() => read(port))).toBe(page);
    expect(await read(port, '/deep/down.txt')).toBe('below');
    expect(archives.requests).toContain('/site.tar.gz');
  });

  test('{"instances":5}: five processes on five ports answer', async () => {
    const before = await site.api.app('/my-first-app');
    const answer = await site.api.put('/v2/apps/my-first-app', '{"instances":5}');
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual({ version: expect.any(String), deploymentId: expect.any(String) });

    const app = await site.api.running('/my-first-app', 5);
    const ports = app.tasks.map(portOf);
    expect(new Set(ports).size).toBe(5);
    for (const port of ports) expect(await eventually(() => read(port))).toBe(page);
    expect(Object.keys(taskPids(site.dataDir))).toHaveLength(5);
    expect(app.tasks.map(({ id }) => id)).toContain(before.tasks[0]?.id);
    await site.api.settled();
  });

  test('{"instances":1}: four are gone, one goes on', async () => {
    const before = await site.api.app('/my-first-app');
    const answer = await site.api.put('/v2/apps/my-first-app', '{"instances":1}');
    expect(answer.status, answer.text).toBe(200);

    const after = await site.api.running('/my-first-app', 1);
    const kept = after.tasks[0];
    expect(before.tasks.map(({ id }) => id)).toContain(kept?.id);
    await eventually(() => Object.keys(taskPids(site.dataDir)).join() === kept?.id);
    expect(await read(portOf(kept))).toBe(page);
    for (const task of before.tasks) {
      if (task.id !== kept?.id) await eventually(async () => !(await answers(portOf(task))));
    }
  });

  test('tasks are asked with SIGTERM before they are killed', async () => {
    const farewells = join(site.dataDir, 'farewells');
    mkdirSync(farewells);
    const sayGoodbye = `trap 'sleep 0.2; touch ${farewells}/$MESOS_TASK_ID; exit 0' TERM`;
    const greetings = join(site.dataDir, 'greetings');
    mkdirSync(greetings);
    await site.api.createApp({
      id: 'polite',
      cmd: `${sayGoodbye}; touch ${greetings}/$MESOS_TASK_ID; while true; do sleep 0.1; done`,
      cpus: 0.1,
      mem: 16,
      instances: 5,
    });
    const before = await site.api.running('/polite', 5);
    await eventually(() => readdirSync(greetings).length === 5, { what: 'five tasks with their traps set' });
    await site.api.settled();
    expect((await site.api.put('/v2/apps/polite', { instances: 1 })).status).toBe(200);

    const after = await site.api.running('/polite', 1);
    const kept = after.tasks[0]!.id;
    const ended = before.tasks.map(({ id }) => id).filter((id) => id !== kept);
    expect(readdirSync(farewells).toSorted()).toEqual(ended.toSorted());
    expect(existsSync(join(farewells, kept))).toBe(false);
  });
});
