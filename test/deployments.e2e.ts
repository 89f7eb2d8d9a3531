import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sleepingApp } from './support/app-definitions.js';
import type { ApiAnswer, AppView } from './support/api-client.js';
import { EventStream } from './support/event-stream.js';
import { eventually } from './support/eventually.js';
import { gone, taskPids } from './support/processes.js';
import { Site } from './support/site.js';

interface DeploymentAnswer {
  readonly version: string;
  readonly deploymentId: string;
}

const NOWHERE = { cpus: 10_000 };

/** The id a change was answered with, in body and header alike. */
const accepted = (answer: ApiAnswer<DeploymentAnswer>): string => {
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get('marathon-deployment-id')).toBe(answer.body.deploymentId);
  return answer.body.deploymentId;
};

describe('deployments', () => {
  let site: Site;
  let events: EventStream;

  beforeAll(async () => {
    site = await Site.start();
    events = await EventStream.open(site.api.url);
  });

  afterAll(async () => {
    await events?.close();
    await site?.dispose();
  });

  const put = (path: string, body: unknown) => site.api.put<DeploymentAnswer>(path, body);
  const remove = (path: string) => site.api.delete<DeploymentAnswer>(path);
  const deploymentOf = async (id: string) =>
    (await site.api.deployments()).find(({ affectedApps }) => affectedApps.includes(id));
  const ended = (id: string) =>
    eventually(async () => !(await site.api.deployments()).some((deployment) => deployment.id === id), {
      what: `the end of deployment ${id}`,
    });
  const cancelled = (id: string) =>
    events.waitFor(`deployment_failed ${id}`, ({ event, data }) => {
      return event === 'deployment_failed' && data['id'] === id;
    });
  const deleted = (id: string) =>
    eventually(async () => (await site.api.get(`/v2/apps${id}`)).status === 404, {
      what: `the end of ${id}`,
    });

  test('an app is locked while it is deployed: 409 names the deployment, force replaces it', async () => {
    const first = await site.api.createApp(sleepingApp('locked', NOWHERE));
    expect(await deploymentOf('/locked')).toMatchObject({
      id: first,
      affectedApps: ['/locked'],
      currentActions: [{ action: 'ScaleApplication', app: '/locked', readinessCheckResults: [] }],
      currentStep: 2,
      totalSteps: 2,
    });

    const before = await site.api.app('/locked');
    for (const refused of [
      await site.api.put('/v2/apps/locked', { instances: 3 }),
      await site.api.patch('/v2/apps/locked', { cpus: 1 }),
      await site.api.put('/v2/apps', [{ id: 'locked', instances: 3 }]),
      await site.api.post('/v2/apps/locked/restart'),
      await site.api.delete('/v2/apps/locked?force=false'),
    ]) {
      expect(refused.status, refused.text).toBe(409);
      expect(refused.body).toEqual({
        message:
          "App is locked by one or more deployments. Override with the option '?force=true'. " +
          "View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
        deployments: [{ id: first }],
      });
    }
    expect(await site.api.app('/locked')).toEqual(before);

    const forced = accepted(await put('/v2/apps/locked?force=true', { cpus: 0.1 }));
    expect((await cancelled(first)).data).toMatchObject({ reason: 'The upgrade has been cancelled' });
    expect((await site.api.running('/locked', 1)).deployments).toEqual([]);
    await ended(forced);
  });

  test('an update that changes nothing is accepted while the app is locked', async () => {
    const open = await site.api.createApp(sleepingApp('same', NOWHERE));
    accepted(await put('/v2/apps/same', { instances: 1 }));
    expect((await deploymentOf('/same'))?.id).toBe(open);
    accepted(await remove('/v2/apps/same'));
    await deleted('/same');
  });

  test('cancelling without force brings the former definition back', async () => {
    await site.api.createApp(sleepingApp('undone', { env: { WAY: 'old' } }));
    await site.api.running('/undone', 1);
    await site.api.settled();
    const broken = accepted(await put('/v2/apps/undone', { ...NOWHERE, env: { WAY: 'new' } }));
    expect(await site.api.app('/undone')).toMatchObject({ cpus: 10_000, env: { WAY: 'new' } });

    const rollback = accepted(await remove(`/v2/deployments/${broken}`));
    expect(rollback).not.toBe(broken);
    await cancelled(broken);
    await ended(rollback);
    expect(await site.api.running('/undone', 1)).toMatchObject({ cpus: 0.1, env: { WAY: 'old' } });
  });

  test('cancelling the creation of an app removes it', async () => {
    const open = await site.api.createApp(sleepingApp('never', NOWHERE));
    accepted(await remove(`/v2/deployments/${open}`));
    await deleted('/never');
    expect(await deploymentOf('/never')).toBeUndefined();
  });

  test('cancelling with force stops where it stands', async () => {
    await site.api.createApp(sleepingApp('halfway'));
    await site.api.running('/halfway', 1);
    await site.api.settled();
    const open = accepted(await put('/v2/apps/halfway', NOWHERE));
    const answer = await site.api.delete(`/v2/deployments/${open}?force=true`);
    expect(answer.status).toBe(202);
    expect(answer.text).toBe('');
    expect(answer.headers.get('marathon-deployment-id')).toBeNull();
    await cancelled(open);
    expect(await deploymentOf('/halfway')).toBeUndefined();
    expect(await site.api.app('/halfway')).toMatchObject({ cpus: 10_000, tasksRunning: 1 });

    const unknown = await site.api.delete(`/v2/deployments/${open}`);
    expect(unknown.status).toBe(404);
    expect(unknown.body).toEqual({ message: `DeploymentPlan ${open} does not exist`, details: [] });
    accepted(await remove('/v2/apps/halfway'));
    await deleted('/halfway');
  });

  test('a restart replaces every task and changes only lastConfigChangeAt', async () => {
    await site.api.createApp(sleepingApp('restarted', { instances: 2 }));
    const before = await site.api.running('/restarted', 2);
    await site.api.settled();
    const answer = await site.api.post<DeploymentAnswer>('/v2/apps/restarted/restart');
    await ended(accepted(answer));

    const after = await site.api.running('/restarted', 2);
    const former = before.tasks.map(({ id }) => id);
    expect(after.tasks.filter(({ id }) => former.includes(id))).toEqual([]);
    expect(after.versionInfo.lastScalingAt).toBe(before.versionInfo.lastScalingAt);
    expect(after.versionInfo.lastConfigChangeAt).toBe(answer.body.version);
    expect(Object.keys(taskPids(site.dataDir))).toEqual(
      expect.not.arrayContaining(former.map((id) => expect.stringContaining(id))),
    );
  });

  test('a change of configuration replaces the tasks, and a version can be brought back', async () => {
    await site.api.createApp(sleepingApp('versioned', { env: { COLOUR: 'red' } }));
    const first = await site.api.running('/versioned', 1);
    await site.api.settled();
    await ended(accepted(await put('/v2/apps/versioned', { env: { COLOUR: 'blue' } })));
    const second = await site.api.running('/versioned', 1);
    expect(second.tasks[0]?.id).not.toBe(first.tasks[0]?.id);
    await ended(accepted(await put('/v2/apps/versioned', { instances: 2 })));
    const third = await site.api.running('/versioned', 2);
    expect(third.versionInfo).toEqual({
      lastScalingAt: third.version,
      lastConfigChangeAt: second.version,
    });

    const list = () => site.api.get<{ versions: string[] }>('/v2/apps/versioned/versions');
    expect((await list()).body.versions).toEqual([third.version, second.version, first.version]);
    const old = await site.api.get<AppView>(`/v2/apps/versioned/versions/${first.version}`);
    expect(old.body).toMatchObject({ id: '/versioned', version: first.version, env: { COLOUR: 'red' } });

    const rollback = await put('/v2/apps/versioned', { version: first.version });
    await ended(accepted(rollback));
    const back = await site.api.running('/versioned', 1);
    expect(back).toMatchObject({ env: { COLOUR: 'red' }, version: rollback.body.version });
    expect((await list()).body.versions).toEqual([
      back.version,
      third.version,
      second.version,
      first.version,
    ]);
    const unknown = await put('/v2/apps/versioned', { version: '2001-01-01T00:00:00.000Z' });
    expect(unknown.status).toBe(404);
    const mixed = await put('/v2/apps/versioned', { version: first.version, instances: 3 });
    expect(mixed.status).toBe(422);
    expect(mixed.text).toContain("The 'version' field may only be combined with the 'id' field.");
  });

  test('a deleted app ends with its tasks, also while it is being deployed', async () => {
    await site.api.createApp(sleepingApp('going', { instances: 3 }));
    await site.api.running('/going', 3);
    await site.api.settled();
    const pids = Object.entries(taskPids(site.dataDir)).filter(([id]) => id.startsWith('going'));
    expect(pids).toHaveLength(3);
    const open = accepted(await put('/v2/apps/going', NOWHERE));
    accepted(await remove('/v2/apps/going'));
    await cancelled(open);
    await deleted('/going');
    await gone(pids.map(([, pid]) => pid));
    await events.waitFor('app_terminated_event', ({ event, data }) => {
      return event === 'app_terminated_event' && data['appId'] === '/going';
    });
    expect((await remove('/v2/apps/going')).body).toEqual({ message: "App '/going' does not exist" });
  });

  test('a deployment goes on after kill -9 of Ekiden', async () => {
    const open = await site.api.createApp(sleepingApp('resumed', { ...NOWHERE, instances: 2 }));
    await site.crashAndRestart();
    expect((await deploymentOf('/resumed'))?.id).toBe(open);
    expect((await site.api.put('/v2/apps/resumed', { instances: 1 })).status).toBe(409);
    await ended(accepted(await put('/v2/apps/resumed?force=true', { cpus: 0.1 })));
    await site.api.running('/resumed', 2);
  });
});

describe('Idempotency-Key', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.start();
  });

  afterAll(() => site?.dispose());

  test('the same request twice has one effect and one answer, also after a crash', async () => {
    const key = { 'idempotency-key': 'create-once' };
    const first = await site.api.post('/v2/apps', sleepingApp('once'), key);
    expect(first.status, first.text).toBe(201);
    const repeat = async (): Promise<void> => {
      const again = await site.api.post('/v2/apps', sleepingApp('once'), key);
      expect(again.status, again.text).toBe(201);
      expect(again.text).toBe(first.text);
      expect(again.headers.get('marathon-deployment-id')).toBe(first.headers.get('marathon-deployment-id'));
      const { versions } = (await site.api.get<{ versions: string[] }>('/v2/apps/once/versions')).body;
      expect(versions).toHaveLength(1);
    };
    await repeat();
    await site.api.running('/once', 1);
    await site.api.settled();

    const scaleKey = { 'idempotency-key': 'scale-once' };
    const scaled = await site.api.put('/v2/apps/once', { instances: 2 }, scaleKey);
    expect(scaled.status).toBe(200);
    await site.api.running('/once', 2);
    await site.api.settled();
    await site.api.put('/v2/apps/once', { instances: 1 });
    await site.api.running('/once', 1);
    await site.api.settled();

    await site.crashAndRestart();
    const scaledAgain = await site.api.put('/v2/apps/once', { instances: 2 }, scaleKey);
    expect(scaledAgain.body).toEqual(scaled.body);
    expect(await site.api.app('/once')).toMatchObject({ instances: 1 });
    const again = await site.api.post('/v2/apps', sleepingApp('once'), key);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(await site.api.apps()).toHaveLength(1);
  });

  test('concurrent repetitions have one effect', async () => {
    const key = { 'idempotency-key': 'many-at-once' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        site.api.post('/v2/apps', sleepingApp('shared', { instances: 0 }), key),
      ),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
  });

  test('a key cannot be used for another request', async () => {
    const key = { 'idempotency-key': 'taken' };
    expect((await site.api.post('/v2/apps', sleepingApp('a', { instances: 0 }), key)).status).toBe(201);
    const other = await site.api.post('/v2/apps', sleepingApp('b', { instances: 0 }), key);
    expect(other.status).toBe(422);
    expect(other.body).toEqual({ message: expect.stringContaining("'taken'") });
    expect((await site.api.get('/v2/apps/b')).status).toBe(404);
  });
});
