import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TaskView } from './support/api-client.js';
import { sleepingApp } from './support/app-definitions.js';
import { ClusterControlClient } from './support/cluster-control.js';
import { eventually } from './support/eventually.js';
import { taskPids } from './support/processes.js';
import { freePort, Site } from './support/site.js';

/** Agents are given up after 0.9 s without an answer, or 1 s after their connection broke. */
const timeouts = 'agent_ping_timeout=300ms&max_agent_ping_timeouts=3&agent_reregister_timeout=1secs';

describe('an agent that is lost', () => {
  let site: Site;
  let control: ClusterControlClient;

  beforeAll(async () => {
    const port = await freePort();
    const resources = 'resources=cpus:8;mem:2048;disk:2048';
    const master = `local://?agents=3&${resources}&${timeouts}&test_api=true&port=${port}`;
    // How often Ekiden looks whose time is over.
    const expunge = ['--task_lost_expunge_initial_delay', '100', '--task_lost_expunge_interval', '300'];
    site = await Site.start({ args: ['--master', master, ...expunge], ownCluster: true });
    control = new ClusterControlClient(`http://127.0.0.1:${port}`);
  });

  afterAll(() => site?.dispose());

  afterEach(async () => {
    for (const { id } of await site.api.apps()) await site.api.delete(`/v2/apps${id}?force=true`);
    await eventually(async () => (await site.api.apps()).length === 0);
    for (const { place, running } of await control.agents()) {
      if (running) await control.agent(place, 'heal');
      else await control.agent(place, 'start');
    }
    await eventually(async () => (await control.agents()).every(({ state }) => state === 'registered'), {
      what: 'the return of all agents',
    });
  });

  /** Starts an app of one task; gives the task and the place of its agent. */
  async function runOne(
    id: string,
    unreachableStrategy: unknown,
  ): Promise<{ task: TaskView; place: number }> {
    await site.api.createApp(sleepingApp(id, { unreachableStrategy }));
    const [task] = (await site.api.running(`/${id}`, 1)).tasks;
    const { place } = await control.agentOn(task!.host);
    return { task: task!, place };
  }

  const tasksOf = async (id: string) => (await site.api.app(`/${id}`)).tasks;
  const stateOf = async (id: string, taskId: string) =>
    (await tasksOf(id)).find((task) => task.id === taskId)?.state;
  const unreachable = (id: string, taskId: string) =>
    eventually(async () => (await stateOf(id, taskId)) === 'TASK_UNREACHABLE', {
      what: `the loss of ${taskId}`,
    });
  const pidOf = (taskId: string) => taskPids(site.dataDir)[taskId];
  const replaced = (id: string, taskId: string) =>
    eventually(
      async () => (await tasksOf(id)).find((task) => task.id !== taskId && task.state === 'TASK_RUNNING'),
      { what: `a replacement of ${taskId}` },
    );

  test('costs its tasks their place at once when the strategy says so; they are ended when it is back', async () => {
    const { task, place } = await runOne('at-once', { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 });
    await control.agent(place, 'partition');
    const other = await replaced('at-once', task.id);
    expect(other.host).not.toBe(task.host);
    expect((await tasksOf('at-once')).map(({ id }) => id)).toEqual([other.id]);
    expect(pidOf(task.id)).toBeDefined();
    await control.agent(place, 'heal');
    await eventually(() => pidOf(task.id) === undefined, { what: 'the end of the former task' });
    expect((await tasksOf('at-once')).map(({ id }) => id)).toEqual([other.id]);
  });

  test('gets its tasks replaced after inactiveAfterSeconds, and keeps them when it comes back', async () => {
    const { task, place } = await runOne('inactive', { inactiveAfterSeconds: 3, expungeAfterSeconds: 600 });
    const pid = pidOf(task.id);
    await control.agent(place, 'partition');
    await unreachable('inactive', task.id);
    await delay(1_000);
    expect((await tasksOf('inactive')).map(({ id }) => id)).toEqual([task.id]);
    const other = await replaced('inactive', task.id);
    expect(await stateOf('inactive', task.id)).toBe('TASK_UNREACHABLE');
    await control.agent(place, 'heal');
    await eventually(() => pidOf(other.id) === undefined, { what: 'the end of the replacement' });
    const [kept] = (await site.api.running('/inactive', 1)).tasks;
    expect(kept!.id).toBe(task.id);
    expect(pidOf(task.id)).toBe(pid);
  });

  test('is forgotten with its tasks after expungeAfterSeconds', async () => {
    const { task, place } = await runOne('expunged', { inactiveAfterSeconds: 1, expungeAfterSeconds: 3 });
    await control.agent(place, 'partition');
    await unreachable('expunged', task.id);
    const other = await replaced('expunged', task.id);
    await eventually(async () => (await stateOf('expunged', task.id)) === undefined, {
      what: 'the end of the record',
    });
    await control.agent(place, 'heal');
    await eventually(() => pidOf(task.id) === undefined, { what: 'the end of the former task' });
    expect((await tasksOf('expunged')).map(({ id }) => id)).toEqual([other.id]);
  });

  test('is waited for without end when the strategy is disabled', async () => {
    const { task, place } = await runOne('patient', 'disabled');
    const pid = pidOf(task.id);
    await control.agent(place, 'partition');
    await unreachable('patient', task.id);
    await delay(3_000);
    expect((await tasksOf('patient')).map(({ id }) => id)).toEqual([task.id]);
    await control.agent(place, 'heal');
    await site.api.running('/patient', 1);
    expect(pidOf(task.id)).toBe(pid);
  });

  test('is no longer waited for once it is marked gone', async () => {
    const { task, place } = await runOne('gone', 'disabled');
    await control.agent(place, 'partition');
    await unreachable('gone', task.id);
    await control.agent(place, 'gone');
    const other = await replaced('gone', task.id);
    expect(other.host).not.toBe(task.host);
    // Back in touch, it learns what was decided: it ends its tasks and itself.
    await control.agent(place, 'heal');
    await eventually(() => pidOf(task.id) === undefined, { what: 'the end of the former task' });
    await eventually(async () => !(await control.agents())[place]!.running, { what: 'the end of the agent' });
  });

  test('by its own restart only goes unnoticed by its tasks', async () => {
    const { task, place } = await runOne('restarted', { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 });
    const pid = pidOf(task.id);
    await control.agent(place, 'restart');
    await eventually(async () => (await control.agents())[place]!.state === 'registered');
    await delay(1_500);
    expect((await site.api.running('/restarted', 1)).tasks[0]!.id).toBe(task.id);
    expect(pidOf(task.id)).toBe(pid);
  });

  test('because it is stopped is unreachable when it stays away too long', async () => {
    const { task, place } = await runOne('stopped', 'disabled');
    const pid = pidOf(task.id);
    await control.agent(place, 'stop');
    await unreachable('stopped', task.id);
    await control.agent(place, 'start');
    await site.api.running('/stopped', 1);
    expect(pidOf(task.id)).toBe(pid);
  });

  test('because it is drained gives its tasks away, and gets none until it is taken back', async () => {
    await site.api.createApp(sleepingApp('drained', { instances: 6 }));
    const { tasks } = await site.api.running('/drained', 6);
    const { host } = tasks[0]!;
    const { place, id } = await control.agentOn(host);
    await control.agent(id, 'drain', { max_grace_period: 1 });
    await eventually(async () => (await control.agents())[place]!.standing?.drain?.isDrained === true, {
      what: 'the drain',
    });
    const moved = await site.api.running('/drained', 6);
    expect(moved.tasks.map((task) => task.host)).not.toContain(host);
    await control.agent(id, 'reactivate');
    expect((await control.agents())[place]!.standing).toBeUndefined();
  });
});
