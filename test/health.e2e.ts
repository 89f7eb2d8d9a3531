import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppView, TaskView } from './support/api-client.js';
import { EventStream } from './support/event-stream.js';
import { eventually } from './support/eventually.js';
import { Site, temporaryDirectory } from './support/site.js';

interface CheckedTask extends TaskView {
  readonly version: string;
  readonly healthCheckResults: readonly {
    readonly alive: boolean;
    readonly consecutiveFailures: number;
    readonly instanceId: string;
    readonly firstSuccess?: string;
    readonly lastFailureCause?: string;
  }[];
}

interface CheckedApp extends AppView {
  readonly tasks: readonly CheckedTask[];
  readonly tasksHealthy: number;
  readonly tasksUnhealthy: number;
  readonly readinessCheckResults: readonly {
    readonly ready: boolean;
    readonly taskId: string;
    readonly lastResponse?: { readonly status: number };
  }[];
}

/**
 * A small HTTP server. `/health` answers 200 unless the file `SICK` exists; `/ready` answers 200 once the file `READY`
 * exists.
 */
const SERVER = `
const { existsSync } = require('node:fs');
require('node:http').createServer((request, response) => {
  const good = request.url === '/ready' ? existsSync(process.env.READY) : !existsSync(process.env.SICK);
  response.writeHead(good ? 200 : 503, { 'content-type': 'text/plain' }).end(good ? 'yes' : 'no');
}).listen(Number(process.env.PORT0), '127.0.0.1');
`;

const HEALTH_CHECK = {
  protocol: 'HTTP',
  path: '/health',
  portIndex: 0,
  gracePeriodSeconds: 60,
  intervalSeconds: 1,
  timeoutSeconds: 1,
  maxConsecutiveFailures: 2,
};

describe('health', () => {
  let site: Site;
  let events: EventStream;
  let directory: string;

  beforeAll(async () => {
    directory = temporaryDirectory();
    writeFileSync(join(directory, 'server.cjs'), SERVER);
    site = await Site.start();
    events = await EventStream.open(site.api.url);
  });

  afterAll(async () => {
    await events?.close();
    await site?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  const file = (name: string) => join(directory, name);

  /** An app that runs the server; its health depends on the file `sick`. */
  const serving = (id: string, sick: string, extra: Record<string, unknown> = {}) => ({
    id,
    cmd: `exec '${process.execPath}' '${file('server.cjs')}'`,
    cpus: 0.1,
    mem: 64,
    portDefinitions: [{ port: 0, name: 'http' }],
    env: { SICK: file(sick), READY: file(`${sick}-ready`) },
    healthChecks: [HEALTH_CHECK],
    ...extra,
  });

  const app = async (id: string): Promise<CheckedApp> => {
    const answer = await site.api.get<{ app: CheckedApp }>(`/v2/apps${id}?embed=app.readiness`);
    expect(answer.status, answer.text).toBe(200);
    return answer.body.app;
  };
  const whenApp = (id: string, what: string, fits: (app: CheckedApp) => boolean) =>
    eventually(
      async () => {
        const found = await app(id);
        return fits(found) ? found : undefined;
      },
      { what: `${id}: ${what}` },
    );
  /** No deployment touches the app; those of other tests are none of its business. */
  const settled = (id: string) =>
    eventually(
      async () => !(await site.api.deployments()).some(({ affectedApps }) => affectedApps.includes(id)),
      { what: `the end of all deployments of ${id}` },
    );
  const eventsOf = (id: string, type: string) =>
    events.ofType(type).filter(({ data }) => data['appId'] === id || data['runSpecId'] === id);

  /** Events of the type about the app, once there are so many. */
  const arrived = (id: string, type: string, count: number) =>
    eventually(
      () => {
        const found = eventsOf(id, type);
        return found.length >= count ? found : undefined;
      },
      { what: `${count} ${type} of ${id}` },
    );

  test('an app becomes healthy, turns sick, is killed and replaced', async () => {
    await site.api.createApp(serving('/sickly', 'sickly'));
    const healthy = await whenApp('/sickly', 'healthy', ({ tasksHealthy }) => tasksHealthy === 1);
    await settled('/sickly');
    expect(healthy).toMatchObject({ tasksRunning: 1, tasksUnhealthy: 0 });
    const [task] = healthy.tasks;
    const instanceId = task!.id.replace(/\._app\.1$/, '');
    expect(task!.healthCheckResults).toEqual([
      {
        alive: true,
        consecutiveFailures: 0,
        instanceId,
        firstSuccess: expect.any(String),
        lastSuccess: expect.any(String),
      },
    ]);
    const flips = () => eventsOf('/sickly', 'health_status_changed_event').map(({ data }) => data['alive']);
    const [told] = await arrived('/sickly', 'instance_health_changed_event', 1);
    expect(told?.data).toMatchObject({ instanceId, runSpecId: '/sickly', healthy: true });
    expect(flips()).toEqual([true]);

    writeFileSync(file('sickly'), '');
    const kill = await events.waitFor('an unhealthy kill', ({ event, data }) => {
      return event === 'unhealthy_instance_kill_event' && data['appId'] === '/sickly';
    });
    rmSync(file('sickly'));
    expect(kill.data).toMatchObject({ taskId: task!.id, instanceId, reason: '503 Service Unavailable' });
    const replaced = await whenApp(
      '/sickly',
      'a healthy replacement',
      ({ tasks, tasksHealthy }) => tasksHealthy === 1 && tasks[0]?.id !== task!.id,
    );
    expect(replaced.tasks[0]!.id).toBe(`${instanceId}._app.2`);
    expect(replaced.lastTaskFailure).toMatchObject({
      taskId: task!.id,
      state: 'TASK_KILLED',
      message: 'Task was killed since health check failed. Reason: 503 Service Unavailable',
    });
    await arrived('/sickly', 'health_status_changed_event', 3);
    expect(flips()).toEqual([true, false, true]);
    const failures = eventsOf('/sickly', 'failed_health_check_event');
    expect(failures.length).toBeGreaterThanOrEqual(HEALTH_CHECK.maxConsecutiveFailures + 1);
    expect(failures[0]?.data).toMatchObject({ taskId: instanceId });
  });

  test('an upgrade whose check fails stalls beside the old version, and can be taken back', async () => {
    await site.api.createApp(serving('/upgraded', 'upgraded', { instances: 2 }));
    await whenApp('/upgraded', 'healthy', ({ tasksHealthy }) => tasksHealthy === 2);
    await settled('/upgraded');
    const before = await app('/upgraded');

    writeFileSync(file('always-sick'), '');
    const answer = await site.api.put<{ deploymentId: string; version: string }>('/v2/apps/upgraded', {
      env: { SICK: file('always-sick'), READY: file('x') },
      healthChecks: [{ ...HEALTH_CHECK, gracePeriodSeconds: 0, maxConsecutiveFailures: 1 }],
    });
    expect(answer.status, answer.text).toBe(200);
    const { deploymentId, version } = answer.body;
    await eventually(
      () =>
        eventsOf('/upgraded', 'unhealthy_instance_kill_event').filter(
          ({ data }) => data['version'] === version,
        ).length >= 3,
      { what: 'new tasks that are killed again and again' },
    );
    const during = await app('/upgraded');
    const old = during.tasks.filter((task) => task.version === before.version);
    expect(old.map(({ id }) => id).toSorted()).toEqual(before.tasks.map(({ id }) => id).toSorted());
    expect(old.every(({ healthCheckResults }) => healthCheckResults[0]?.alive === true)).toBe(true);
    expect((await site.api.deployments()).map(({ id }) => id)).toEqual([deploymentId]);

    const back = await site.api.delete(`/v2/deployments/${deploymentId}`);
    expect(back.status, back.text).toBe(200);
    await settled('/upgraded');
    const after = await whenApp('/upgraded', 'as before', ({ tasks, tasksHealthy }) => {
      return tasks.length === 2 && tasksHealthy === 2;
    });
    expect(after.env).toEqual(before.env);
  });

  test('readiness holds an upgrade up until the new version says yes', async () => {
    const readinessCheck = {
      name: 'warm',
      portName: 'http',
      path: '/ready',
      intervalSeconds: 2,
      timeoutSeconds: 1,
      preserveLastResponse: true,
    };
    await site.api.createApp(serving('/warming', 'warming'));
    await settled('/warming');
    const [old] = (await app('/warming')).tasks;

    const answer = await site.api.put('/v2/apps/warming', { readinessChecks: [readinessCheck] });
    expect(answer.status, answer.text).toBe(200);
    const waiting = await whenApp('/warming', 'not ready', ({ readinessCheckResults: [first] }) => {
      return first?.lastResponse?.status === 503;
    });
    const fresh = waiting.tasks.find(({ id }) => id !== old!.id);
    const result = {
      name: 'warm',
      taskId: fresh!.id,
      ready: false,
      lastResponse: { status: 503, contentType: 'text/plain', body: 'no' },
    };
    expect(waiting.readinessCheckResults).toEqual([result]);
    const held = await whenApp('/warming', 'both healthy', ({ tasksHealthy }) => tasksHealthy === 2);
    expect(held.tasks.map(({ id }) => id)).toContain(old!.id);
    const [deployment] = await site.api.deployments();
    expect(deployment?.currentActions).toEqual([
      { action: 'RestartApplication', app: '/warming', readinessCheckResults: [result] },
    ]);

    writeFileSync(file('warming-ready'), '');
    await settled('/warming');
    const done = await site.api.running('/warming', 1);
    expect(done.tasks[0]!.id).toBe(fresh!.id);
    expect((await app('/warming')).readinessCheckResults).toEqual([]);
  });

  test('who is never to be killed is reported sick with every failure', async () => {
    writeFileSync(file('tolerated'), '');
    const check = { ...HEALTH_CHECK, gracePeriodSeconds: 0, maxConsecutiveFailures: 0 };
    await site.api.createApp(serving('/tolerated', 'tolerated', { healthChecks: [check] }));
    await arrived('/tolerated', 'failed_health_check_event', 6);
    const { tasks, tasksUnhealthy } = await app('/tolerated');
    expect(tasksUnhealthy).toBe(1);
    expect(tasks[0]).toMatchObject({ state: 'TASK_RUNNING', healthCheckResults: [{ alive: false }] });
    expect(tasks[0]!.id).toMatch(/\._app\.1$/);
    // The second failure is on the log, the third changes nothing that is recorded.
    const [, second, third] = eventsOf('/tolerated', 'failed_health_check_event');
    expect(second?.id).toBeGreaterThan(0);
    expect(third?.id).toBeUndefined();
    expect((await site.api.delete('/v2/apps/tolerated')).status).toBe(200);
    await settled('/tolerated');
  });

  test('checks go on after a crash, and end with the app', async () => {
    const [task] = (await app('/sickly')).tasks;
    await site.crashAndRestart();
    await events.close();
    events = await EventStream.open(site.api.url);
    expect((await app('/sickly')).tasks[0]).toMatchObject({
      id: task!.id,
      healthCheckResults: [{ alive: true }],
    });
    writeFileSync(file('sickly'), '');
    await whenApp('/sickly', 'unhealthy', ({ tasksUnhealthy }) => tasksUnhealthy === 1);
    rmSync(file('sickly'));
    await whenApp('/sickly', 'healthy', ({ tasksHealthy }) => tasksHealthy === 1);

    expect((await site.api.delete('/v2/apps/sickly')).status).toBe(200);
    await settled('/sickly');
    expect(await arrived('/sickly', 'remove_health_check_event', 1)).toHaveLength(1);
  });
});
