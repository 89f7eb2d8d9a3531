import { describe, expect, it } from 'vitest';
import { Scenario } from '../deciding/scenario.fixture.js';

const launched = (definition: Record<string, unknown> = {}): { scenario: Scenario; task: string } => {
  const scenario = new Scenario().connected();
  scenario.create({ id: '/web', cmd: 'sleep 9', ...definition });
  const [task = ''] = scenario.offer();
  return { scenario, task };
};

describe('launches that take too long (spec/scheduling.md §1.12)', () => {
  it.each([
    ['never heard of', undefined],
    ['staging', 'TASK_STAGING'],
    ['starting', 'TASK_STARTING'],
  ] as const)('%s: killed after the time-out, then relaunched', (_, state) => {
    const { scenario, task } = launched();
    if (state !== undefined) scenario.status(task, state);
    scenario.advance(299_000);
    expect(scenario.takeEffects('KillTask')).toEqual([]);
    scenario.advance(10_000);
    expect(scenario.killAll()).toEqual([task]);
    expect(scenario.offer()).toEqual([task.replace(/\.1$/, '.2')]);
  });

  it('a running task is left alone', () => {
    const { scenario, task } = launched();
    scenario.status(task, 'TASK_RUNNING');
    scenario.advance(900_000);
    expect(scenario.takeEffects('KillTask')).toEqual([]);
  });
});

describe('kills (spec/scheduling.md §9.1)', () => {
  it('are sent again when nothing happens', () => {
    const { scenario, task } = launched();
    scenario.status(task, 'TASK_RUNNING');
    scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: false });
    expect(scenario.takeEffects('KillTask')).toHaveLength(1);
    scenario.advance(25_000);
    expect(scenario.takeEffects('KillTask')).toHaveLength(0);
    scenario.advance(10_000);
    expect(scenario.takeEffects('KillTask')).toHaveLength(1);
  });

  it('are sent anew to a new session', () => {
    const { scenario, task } = launched();
    scenario.status(task, 'TASK_RUNNING');
    scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: false });
    scenario.takeEffects('KillTask');
    scenario.tell({ type: 'SchedulerLost', reason: 'gone' });
    scenario.connected();
    expect(scenario.takeEffects('KillTask').map((effect) => effect.taskId)).toEqual([task]);
  });

  it.each([
    ['a plain kill is forgotten', false, []],
    ['a goal is not', true, ['killed']],
  ])('of a task that goes out of sight and comes back: %s', (_, deleted, killed) => {
    const { scenario, task } = launched({ unreachableStrategy: 'disabled' });
    scenario.status(task, 'TASK_RUNNING');
    if (deleted) scenario.submit({ type: 'DeleteApp', appId: '/web', force: true });
    else scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: false });
    scenario.takeEffects('KillTask');
    scenario.status(task, 'TASK_UNREACHABLE');
    scenario.status(task, 'TASK_RUNNING');
    expect(scenario.takeEffects('KillTask').map(() => 'killed')).toEqual(killed);
  });

  it('never more than the chunk in flight', () => {
    const scenario = new Scenario({ killChunkSize: 3, maxInstancesPerOffer: 100 }).connected();
    scenario.create({ id: '/web', cmd: 'sleep 9', instances: 5 });
    scenario.launchAll();
    scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: false });
    const first = scenario.takeEffects('KillTask');
    expect(first).toHaveLength(3);
    scenario.status(first[0]?.taskId ?? '', 'TASK_KILLED');
    expect(scenario.takeEffects('KillTask')).toHaveLength(1);
  });

  it('wait for a connection', () => {
    const { scenario, task } = launched();
    scenario.status(task, 'TASK_RUNNING');
    scenario.tell({ type: 'SchedulerLost', reason: 'gone' });
    scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: false });
    expect(scenario.takeEffects('KillTask')).toEqual([]);
    scenario.connected();
    expect(scenario.takeEffects('KillTask')).toHaveLength(1);
  });
});

const strategy = (inactiveAfterSeconds: number, expungeAfterSeconds: number) => ({
  unreachableStrategy: { inactiveAfterSeconds, expungeAfterSeconds },
});
const unreachable = (definition: Record<string, unknown>) => {
  const { scenario, task } = launched(definition);
  scenario.status(task, 'TASK_RUNNING');
  scenario.status(task, 'TASK_UNREACHABLE');
  return { scenario, task };
};
const conditions = (scenario: Scenario) => scenario.instances('/web').map((i) => i.condition);

describe('unreachable tasks (spec/scheduling.md §8.1)', () => {
  it('{0, 0}: expunged at once, a new instance is scheduled', () => {
    const { scenario, task } = unreachable(strategy(0, 0));
    expect(conditions(scenario)).toEqual(['Scheduled']);
    expect(scenario.instances('/web')[0]?.id).not.toBe(task.replace(/\._app\.1$/, ''));
  });

  it('{60, 600}: counted, then replaced, then forgotten', () => {
    const { scenario } = unreachable(strategy(60, 600));
    expect(conditions(scenario)).toEqual(['Unreachable']);
    scenario.advance(70_000);
    expect(conditions(scenario)).toEqual(['UnreachableInactive', 'Scheduled']);
    scenario.launchAll();
    scenario.advance(600_000);
    expect(conditions(scenario)).toEqual(['Running']);
  });

  it('{300, 300}: fires although both time-outs come together (D5)', () => {
    const { scenario } = unreachable(strategy(300, 300));
    scenario.advance(310_000);
    expect(conditions(scenario)).toEqual(['Scheduled']);
  });

  it('disabled: waits for ever', () => {
    const { scenario } = unreachable({ unreachableStrategy: 'disabled' });
    scenario.advance(10_000_000);
    expect(conditions(scenario)).toEqual(['Unreachable']);
  });

  it('a scale step ends with the replacement of an instance it lost', () => {
    const scenario = new Scenario().connected();
    scenario.create({ id: '/web', cmd: 'sleep 9', instances: 2, ...strategy(10, 100_000) });
    const [first = '', second = ''] = scenario.offer();
    scenario.status(first, 'TASK_RUNNING');
    scenario.status(second, 'TASK_UNREACHABLE');
    scenario.advance(40_000);
    scenario.launchAll();
    expect(conditions(scenario)).toEqual(['Running', 'UnreachableInactive', 'Running']);
    expect(scenario.state.deployments.size).toBe(0);
  });

  it('comes back: the replacement dies, the original stays', () => {
    const { scenario, task } = unreachable(strategy(60, 6000));
    scenario.advance(70_000);
    const [replacement] = scenario.launchAll();
    scenario.status(task, 'TASK_RUNNING');
    expect(scenario.killAll()).toEqual([replacement]);
    expect(scenario.instances('/web').map((i) => i.task?.id)).toEqual([task]);
  });

  it('a kill turns into decommissioning, and a successor is scheduled at once (D18)', () => {
    const { scenario, task } = unreachable(strategy(60, 6000));
    scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: false });
    expect(scenario.instances('/web').map((i) => [i.goal, i.condition])).toEqual([
      ['Decommissioned', 'Unreachable'],
      ['Running', 'Scheduled'],
    ]);
    scenario.status(task, 'TASK_RUNNING');
    expect(scenario.takeEffects('KillTask').map((effect) => effect.taskId)).toEqual([task]);
  });
});

describe('back-off (spec/scheduling.md §2.3)', () => {
  it('holds the launch back until the delay is over, and a reset lets it go', () => {
    const { scenario, task } = launched({ backoffSeconds: 10 });
    scenario.status(task, 'TASK_RUNNING');
    scenario.status(task, 'TASK_FAILED');
    expect(scenario.offer()).toEqual([]);
    scenario.advance(11_000);
    const [second = ''] = scenario.offer();
    expect(second).not.toBe('');
    scenario.status(second, 'TASK_FAILED');
    expect(scenario.offer()).toEqual([]);
    expect(scenario.submit({ type: 'ResetDelay', appId: '/web' })).toEqual({ kind: 'done' });
    expect(scenario.offer()).toHaveLength(1);
    expect(scenario.submit({ type: 'ResetDelay', appId: '/other' })).toMatchObject({ code: 'AppNotQueued' });
  });

  it('asks for offers when the delay ends', () => {
    const { scenario, task } = launched({ backoffSeconds: 20 });
    scenario.status(task, 'TASK_FAILED');
    scenario.advance(6000);
    scenario.takeEffects('ReviveRoles');
    expect(scenario.takeEffects('UpdateRoles').at(-1)).toMatchObject({ suppressedRoles: ['*'] });
    scenario.advance(20_000);
    expect(scenario.takeEffects('UpdateRoles').at(-1)).toMatchObject({ suppressedRoles: [] });
  });
});

/** How many tasks each call since the last look asked about. */
const asked = (scenario: Scenario) => scenario.takeEffects('ReconcileTasks').map(({ tasks }) => tasks.length);

describe('reconciliation (spec/mesos-client.md §17.3)', () => {
  it('asks about everything, then about each task, at most a thousand per call', () => {
    const scenario = new Scenario({ maxInstancesPerOffer: 5000, launchTokens: 5000 }).connected();
    scenario.create({ id: '/web', cmd: 'sleep 9', instances: 2500, ports: [] });
    scenario.offer({
      resources: scenario.newOffer().resources?.map((resource) => ({ ...resource, scalar: { value: 1e6 } })),
    });
    asked(scenario);
    scenario.connected();
    expect(asked(scenario)).toEqual([0, 1000, 1000, 500]);
  });

  it('repeats a question until it is answered, after ever longer pauses', () => {
    const { scenario, task } = launched();
    scenario.status(task, 'TASK_RUNNING');
    scenario.connected();
    asked(scenario);
    const times: number[] = [];
    for (let second = 1; second <= 160; second++) {
      scenario.advance(1000);
      if (asked(scenario).length > 0) times.push(second);
    }
    expect(times).toEqual([10, 30, 70, 150]);
    scenario.status(task, 'TASK_RUNNING', { uuid: undefined });
    scenario.advance(400_000);
    expect(asked(scenario)).toEqual([]);
  });

  it('is not repeated for a task that is gone meanwhile', () => {
    const { scenario } = launched();
    scenario.connected();
    asked(scenario);
    scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: true });
    scenario.advance(100_000);
    expect(asked(scenario)).toEqual([]);
  });

  it('is begun again after ten minutes', () => {
    const { scenario } = launched();
    asked(scenario);
    scenario.advance(601_000);
    expect(asked(scenario)).toContain(0);
  });
});

describe('offers', () => {
  it('of a session that is over are left alone', () => {
    const scenario = new Scenario().connected();
    scenario.create({ id: '/web', cmd: 'sleep 9' });
    scenario.tell({ type: 'SchedulerLost', reason: 'gone' });
    expect(scenario.offer()).toEqual([]);
    expect(scenario.instances('/web').map((i) => i.condition)).toEqual(['Scheduled']);
  });

  it('are what a launch is put down to, not the command that came before', () => {
    const { scenario } = launched();
    const provisioned = scenario.events.find((event) => event.type === 'InstanceProvisioned');
    expect(provisioned).toMatchObject({ actor: { kind: 'mesos' }, correlationId: 'offer-1' });
  });
});

describe('launches that went wrong (spec/scheduling.md §2.5)', () => {
  it('certainly not sent: forgotten, a successor is scheduled', () => {
    const { scenario, task } = launched();
    scenario.tell({ type: 'LaunchFailed', taskIds: [task], reason: 'rejected' });
    const [successor, ...none] = scenario.instances('/web');
    expect(none).toEqual([]);
    expect(successor).toMatchObject({ condition: 'Scheduled' });
    expect(task.startsWith(successor?.id ?? '')).toBe(false);
  });

  it('perhaps sent: Mesos is asked about exactly these tasks', () => {
    const { scenario, task } = launched();
    scenario.takeEffects('ReconcileTasks');
    scenario.tell({ type: 'LaunchUncertain', taskIds: [task] });
    expect(scenario.takeEffects('ReconcileTasks')).toEqual([
      { type: 'ReconcileTasks', tasks: [{ taskId: task, agentId: 'agent-1' }] },
    ]);
  });

  it('a task that is heard of already is not touched', () => {
    const { scenario, task } = launched();
    scenario.status(task, 'TASK_STARTING');
    scenario.tell({ type: 'LaunchFailed', taskIds: [task], reason: 'rejected' });
    expect(scenario.instances('/web')[0]?.task?.id).toBe(task);
  });
});
