import { describe, expect, it } from 'vitest';
import { useRehearsals } from './simulated-cluster.fixture.js';

const start = useRehearsals();

const behaving = (behavior: object) => ({
  labels: { labels: [{ key: 'ekiden.sim', value: JSON.stringify(behavior) }] },
});

describe('a simulated task', () => {
  it('starts, runs, and ends when it is killed, each update after the one before was acknowledged', async () => {
    const cluster = await start({ default: { kill_ms: 50 } });
    await cluster.launch({ name: 't' });
    await cluster.pass(600);
    const { agent_id } = cluster.statuses('t')[0]!;
    await cluster.client.call({ type: 'KILL', kill: { task_id: { value: 't' }, agent_id } });
    await cluster.pass(300);
    expect(cluster.outline('t')).toEqual([
      ['TASK_STARTING', 'SOURCE_EXECUTOR'],
      ['TASK_RUNNING', 'SOURCE_EXECUTOR'],
      ['TASK_KILLING', 'SOURCE_EXECUTOR'],
      ['TASK_KILLED', 'Command exited with status 0', 'SOURCE_EXECUTOR'],
    ]);
    expect(cluster.statuses('t')[1]?.container_status?.network_infos?.[0]?.ip_addresses).toEqual([
      { protocol: 'IPv4', ip_address: '198.18.0.0' },
    ]);
  });

  it.each([
    [{ outcome: [{ exit: 0 }] }, ['TASK_FINISHED', 'Command exited with status 0', 'SOURCE_EXECUTOR']],
    [{ outcome: [{ exit: 3 }] }, ['TASK_FAILED', 'Command exited with status 3', 'SOURCE_EXECUTOR']],
    [
      { outcome: [{ signal: 'SIGKILL' }] },
      ['TASK_FAILED', 'Command terminated with signal Killed', 'SOURCE_EXECUTOR'],
    ],
    [
      { outcome: [{ reason: 'REASON_EXECUTOR_TERMINATED' }] },
      ['TASK_FAILED', 'REASON_EXECUTOR_TERMINATED', 'Executor terminated', 'SOURCE_AGENT'],
    ],
    [
      { outcome: [{ reason: 'REASON_CONTAINER_LIMITATION_MEMORY' }] },
      [
        'TASK_FAILED',
        'REASON_CONTAINER_LIMITATION_MEMORY',
        'Memory limit exceeded: Requested: 64MB Maximum Used: 64MB\n\nMEMORY STATISTICS: \n',
        'SOURCE_AGENT',
      ],
    ],
    [
      { launch_failure: 1, launch_message: 'no image' },
      [
        'TASK_FAILED',
        'REASON_CONTAINER_LAUNCH_FAILED',
        'Failed to launch container: no image',
        'SOURCE_AGENT',
      ],
    ],
    [
      { drop: 1 },
      [
        'TASK_DROPPED',
        'REASON_RESOURCES_UNKNOWN',
        'The checkpointed resources being used by the task or task group are unknown to the agent',
        'SOURCE_AGENT',
      ],
    ],
    [
      { nonsense: 1 },
      [
        'TASK_FAILED',
        'REASON_CONTAINER_LAUNCH_FAILED',
        'Failed to launch container: the behaviour of the task is wrong: behaviour has the unknown key `nonsense`',
        'SOURCE_AGENT',
      ],
    ],
  ])('with %j ends as %j', async (behavior, end) => {
    const cluster = await start({ default: { lifetime_ms: 100, running_ms: 10 } });
    await cluster.launch({ name: 't', ...behaving(behavior) });
    await cluster.pass(400);
    expect(cluster.outline('t').at(-1)).toEqual(end);
  });

  it('that ignores SIGTERM is ended when its grace period is over', async () => {
    const cluster = await start({ default: { ignore_term: true, running_ms: 10 } });
    await cluster.launch({ name: 't', kill_policy: { grace_period: { nanoseconds: 1e9 } } });
    await cluster.pass(200);
    const { agent_id } = cluster.statuses('t')[0]!;
    await cluster.client.call({ type: 'KILL', kill: { task_id: { value: 't' }, agent_id } });
    await cluster.pass(900);
    expect(cluster.outline('t').at(-1)).toEqual(['TASK_KILLING', 'SOURCE_EXECUTOR']);
    await cluster.pass(200);
    expect(cluster.outline('t').at(-1)).toEqual([
      'TASK_KILLED',
      'Command terminated with signal Killed',
      'SOURCE_EXECUTOR',
    ]);
  });

  it('tells of its health when it changes, and is ended for bad health', async () => {
    const cluster = await start({
      default: { running_ms: 10, kill_ms: 10, health: { fail_after_ms: 2500 } },
    });
    const health_check = { type: 'COMMAND' as const, command: { value: 'true' }, consecutive_failures: 2 };
    const pace = { delay_seconds: 0.1, interval_seconds: 1, grace_period_seconds: 0 };
    await cluster.launch({ name: 't', health_check: { ...health_check, ...pace } });
    await cluster.pass(5_000);
    expect(cluster.outline('t').map((update) => [update[0], update.at(-1)])).toEqual([
      ['TASK_STARTING', 'SOURCE_EXECUTOR'],
      ['TASK_RUNNING', 'SOURCE_EXECUTOR'],
      ['TASK_RUNNING', true],
      ['TASK_RUNNING', false],
      ['TASK_RUNNING', false],
      ['TASK_KILLING', 'SOURCE_EXECUTOR'],
      ['TASK_KILLED', false],
    ]);
  });

  it('is told about again and again until that is acknowledged', async () => {
    const cluster = await start({ default: { ack_drop: 0.5 } });
    await cluster.launch(...['a', 'b', 'c', 'd'].map((name) => ({ name })));
    await cluster.pass(1_000);
    const before = cluster.client.events.length;
    await cluster.pass(300_000);
    expect(cluster.client.events.length).toBeGreaterThan(before);
    for (const name of ['a', 'b', 'c', 'd']) expect(cluster.outline(name).at(-1)?.[0]).toBe('TASK_RUNNING');
  });
});

describe('agents', () => {
  it('that stop and come back still have their tasks, and lose them when their machine boots', async () => {
    const cluster = await start({ default: { running_ms: 10 } });
    await cluster.launch({ name: 't' });
    await cluster.pass(200);
    await cluster.cluster.control.restart('0');
    await cluster.pass(200);
    await cluster.client.call({ type: 'RECONCILE', reconcile: { tasks: [] } });
    await cluster.pass(100);
    expect(cluster.outline('t').at(-1)?.[0]).toBe('TASK_RUNNING');
    await cluster.cluster.control.restart('0', { newBoot: true });
    await cluster.pass(200);
    expect(cluster.outline('t').at(-1)).toEqual([
      'TASK_FAILED',
      'REASON_EXECUTOR_TERMINATED',
      'Executor terminated',
      'SOURCE_AGENT',
    ]);
  });

  it('are lost, and found, at the times of the plan', async () => {
    const cluster = await start({
      default: { running_ms: 10 },
      events: [{ at_ms: 2_000, action: 'partition', agents: 'all', for_ms: 90_000 }],
    });
    await cluster.launch({ name: 't' });
    await cluster.pass(100_000);
    const states = cluster.outline('t').map(([state]) => state);
    expect(states).toContain('TASK_UNREACHABLE');
    expect(states.at(-1)).toBe('TASK_RUNNING');
  }, 30_000);
});

describe('one seed', () => {
  const plan = {
    seed: 7,
    agents: [{ count: 3 }],
    default: { lifetime_ms: { dist: 'exponential', mean: 500 }, outcome: [{ exit: 0 }, { exit: 1 }] },
  };

  async function fates(count: number): Promise<unknown> {
    const cluster = await start({ ...plan, agents: [{ count }] });
    await cluster.launch(...['a', 'b', 'c'].map((name) => ({ name })));
    const acceptedMs = cluster.cluster.clock.nowMs() / 1000;
    await cluster.pass(3_000);
    return ['a', 'b', 'c'].map((name) =>
      cluster.statuses(name).map(({ state, message, timestamp }) => [
        state,
        message,
        // Within a tick of the wheel, for agents come at different times.
        Math.round((timestamp! - acceptedMs) * 20),
      ]),
    );
  }

  async function journal(): Promise<unknown[]> {
    const cluster = await start(plan);
    await cluster.launch(...['a', 'b', 'c'].map((name) => ({ name })));
    await cluster.pass(2_000);
    // Where the master listens is not for the seed to say.
    return cluster.cluster.control.master
      .journalSince(0)
      .map((entry) => (entry.type === 'SUBSCRIBED' ? { ...entry, body: undefined } : entry));
  }

  it('gives one journal', async () => {
    const first = await journal();
    expect(first.length).toBeGreaterThan(15);
    expect(await journal()).toEqual(first);
  });

  it('gives tasks the same fate however many agents there are', async () => {
    expect(await fates(5)).toEqual(await fates(2));
  });
});
