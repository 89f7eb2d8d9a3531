import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { eventually, isRunning } from '../agent/agent.fixture.js';
import { useCluster } from './control.fixture.js';

const { cluster, start, agents, standings, becomes, subscribe, runTask, sees, post } = useCluster();

describe('the control API', () => {
  it('is not there unless it was asked for', async () => {
    await start(1, false);
    expect((await fetch(`${cluster().url}/_control/status`)).status).toBe(404);
    expect(agents()).toHaveLength(1);
  });

  it('shows how things stand', async () => {
    await start(2);
    const client = await subscribe();
    const response = await fetch(`${cluster().url}/_control/status`);
    expect(await response.json()).toMatchObject({
      agents: [
        { place: 0, hostname: '127.0.0.10', running: true, state: 'registered' },
        { place: 1, hostname: '127.0.0.11', running: true, state: 'registered' },
      ],
      frameworks: [{ name: 'test', standing: 'active', unreachableTasks: 0 }],
    });
    client.disconnect();
  });

  it('refuses what it does not know, and changes nothing then', async () => {
    await start();
    const answers = await Promise.all([
      post('agents/0/explode'),
      post('agents/7/partition'),
      post('agents/0/partition', { direction: 'up' }),
      post('agents/0/partition', { for: 1, until: 2 }),
      post('agents/0/partition', 'no JSON'),
      post('agents/0/partition', [1]),
      post('agents/0/partition', {}, { 'content-type': 'text/plain' }),
      post('agents/0/start'),
      post('link', { loss: 2 }),
      post('tasks/none/exit'),
      post('frameworks/none/disconnect'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      404, 404, 400, 400, 400, 400, 400, 409, 400, 404, 404,
    ]);
    expect(answers[3]?.body.message).toBe('unknown member `until`');
    expect(cluster().control.status()['agents']).toMatchObject([{ partition: { toAgent: false } }]);
  });

  it('does not listen to pages that a name led here', async () => {
    await start();
    const { port } = new URL(cluster().url);
    const status = await new Promise((resolve, reject) => {
      const options = {
        port,
        host: '127.0.0.1',
        path: '/_control/status',
        headers: { host: 'evil.example' },
      };
      request(options, (response) => resolve(response.resume().statusCode))
        .once('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});

describe('an agent', () => {
  it('cut off is unreachable, and back by itself when it is healed', async () => {
    await start();
    const client = await subscribe();
    await runTask(client);
    expect((await post('agents/0/partition', { for: 1 })).status).toBe(200);
    await becomes('unreachable');
    await sees(client, 'TASK_UNREACHABLE');
    await becomes('registered');
    const reasons = (): unknown[] =>
      client.events.flatMap((event) => (event.type === 'UPDATE' ? [event.update.status.reason] : []));
    await eventually(() => reasons().includes('REASON_AGENT_REREGISTERED'), 'the return of the task');
    client.disconnect();
  });

  it('disconnected in one direction is unreachable all the same', async () => {
    await start();
    expect((await post('agents/0/partition', { direction: 'to_master' })).status).toBe(200);
    await becomes('unreachable');
    expect((await post('agents/0/heal')).status).toBe(200);
  });

  it('stopped and started keeps its id, and its tasks', async () => {
    await start();
    const client = await subscribe();
    await runTask(client);
    const [{ id } = { id: '' }] = agents();
    await post('agents/0/stop');
    expect(agents()[0]?.running).toBe(false);
    await becomes('unreachable');
    await post('agents/0/start');
    await becomes('registered');
    expect(agents()[0]).toMatchObject({ id, tasks: { TASK_RUNNING: 1 } });
    client.disconnect();
  });

  it('that lost its disk comes back as another one', async () => {
    await start();
    const [{ id } = { id: '' }] = agents();
    await post('agents/0/restart', { wipe: true });
    await becomes('registered');
    expect(agents()[0]?.id).not.toBe(id);
  });

  it('whose machine booted reports its tasks as failed, and nothing of them is left', async () => {
    await start();
    const client = await subscribe();
    await runTask(client);
    const pid = client.events.flatMap((event) =>
      event.type === 'UPDATE' ? [event.update.status.container_status?.executor_pid] : [],
    )[0];
    expect(isRunning(pid)).toBe(true);
    await post('agents/0/restart', { new_boot: true });
    await becomes('registered');
    const { tasks } = await eventually(
      () => agents().find(({ tasks: now }) => now['TASK_FAILED'] === 1),
      'it',
    );
    expect(tasks).toEqual({ TASK_FAILED: 1 });
    expect(isRunning(pid)).toBe(false);
    client.disconnect();
  });

  it('marked gone ends, and starts as another one', async () => {
    await start();
    const [{ id } = { id: '' }] = agents();
    await post(`agents/${id}/gone`);
    await eventually(() => !agents()[0]!.running, 'its end');
    expect((await post(`agents/${id}/drain`)).status).toBe(409);
    expect((await post('agents/nobody/drain')).status).toBe(404);
    await post('agents/0/start');
    await becomes('registered');
    expect(agents()[0]?.id).not.toBe(id);
  });

  it('that says farewell takes its tasks along', async () => {
    await start();
    const client = await subscribe();
    await runTask(client);
    await post('agents/0/unregister');
    await sees(client, 'TASK_LOST');
    expect(agents()[0]?.running).toBe(false);
    client.disconnect();
  });

  it('may be deactivated, taken back, and taken for unreachable without waiting', async () => {
    await start();
    const client = await subscribe();
    await client.offer();
    await post('agents/0/deactivate');
    expect(agents()[0]?.offered).toBe(0);
    await post('agents/0/reactivate');
    await eventually(() => agents()[0]?.offered === 1, 'an offer');
    await post('allocation/pause');
    await post('offers/rescind');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(agents()[0]?.offered).toBe(0);
    await post('allocation/resume');
    await eventually(() => agents()[0]?.offered === 1, 'another offer');
    await post('agents/0/unreachable');
    expect(agents()[0]?.state).toBe('unreachable');
    client.disconnect();
  });

  it('far away answers late, and is lost when nothing gets through', async () => {
    await start();
    await post('link', { agent: '0', delay_ms: 60 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(agents()[0]?.state).toBe('registered');
    await post('link', { loss: 1 });
    await becomes('unreachable');
    expect((await post('link', {})).status).toBe(200);
  });
});

it('ends a task, and cuts the stream of a framework', async () => {
  await start();
  const client = await subscribe();
  await runTask(client);
  await post('tasks/t/exit', { signal: 'SIGTERM' });
  await eventually(() => agents()[0]?.tasks['TASK_FAILED'] === 1, 'the end of the task');
  await post(`frameworks/${client.frameworkId}/disconnect`);
  await eventually(() => standings()[0] !== 'active', 'the cut');
  expect(standings()).toEqual(['disconnected']);
  client.disconnect();
});

it('serves the maintenance schedule', async () => {
  await start();
  const schedule = {
    windows: [{ machine_ids: [{ hostname: '127.0.0.1' }], unavailability: { start: { nanoseconds: 1e18 } } }],
  };
  const url = `${cluster().url}/master/maintenance/schedule`;
  expect((await fetch(url, { method: 'POST', body: JSON.stringify(schedule) })).status).toBe(200);
  expect(await (await fetch(url)).json()).toEqual(schedule);
  const client = await subscribe();
  expect((await client.offer()).unavailability).toEqual({ start: { nanoseconds: 1e18 } });
  client.disconnect();
});
