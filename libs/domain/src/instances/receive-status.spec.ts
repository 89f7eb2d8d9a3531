import { describe, expect, it } from 'vitest';
import type { MesosTaskState } from '../cluster/mesos-shapes.js';
import { Scenario } from '../deciding/scenario.fixture.js';
import { conditionOf, CONDITIONS, isTerminal, type Condition } from './condition.js';
import { expunge, factsOf } from './operations.js';
import type { Instance } from './instance.js';

const STATES: readonly MesosTaskState[] = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_DROPPED',
  'TASK_UNREACHABLE',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
];

/** A Mesos state that brings a launched instance into the condition. */
const LEADS_TO: Partial<Record<Condition, MesosTaskState>> = {
  Staging: 'TASK_STAGING',
  Starting: 'TASK_STARTING',
  Running: 'TASK_RUNNING',
  Killing: 'TASK_KILLING',
  Unreachable: 'TASK_UNREACHABLE',
  Finished: 'TASK_FINISHED',
  Killed: 'TASK_KILLED',
  Error: 'TASK_ERROR',
  Failed: 'TASK_FAILED',
  Gone: 'TASK_GONE',
  Dropped: 'TASK_DROPPED',
  Unknown: 'TASK_UNKNOWN',
};

/** An app with one instance in the wanted condition, and the id of its task. */
function inCondition(condition: Condition): { scenario: Scenario; task: string; instance: () => Instance } {
  const scenario = new Scenario().connected();
  scenario.create({
    id: '/web',
    cmd: 'sleep 9',
    unreachableStrategy: { inactiveAfterSeconds: 60, expungeAfterSeconds: 3600 },
  });
  const id = scenario.instances('/web')[0]?.id ?? '';
  const [task = `${id}._app.1`] = condition === 'Scheduled' ? [] : scenario.offer();
  const state = condition === 'UnreachableInactive' ? 'TASK_UNREACHABLE' : LEADS_TO[condition];
  if (state !== undefined) scenario.status(task, state);
  if (condition === 'UnreachableInactive') scenario.advance(70_000);
  scenario.takeEffects('KillTask');
  const instance = () => {
    const found = scenario.state.instances.get(id);
    if (found === undefined) throw new Error(`instance ${id} is gone`);
    return found;
  };
  expect(instance().condition).toBe(condition);
  return { scenario, task, instance };
}

/** Ends that start a delay. */
const hasBackoff = (condition: Condition): boolean =>
  ['Finished', 'Failed', 'Error', 'Dropped', 'Gone'].includes(condition);

describe('every pair of condition and Mesos state (spec/scheduling.md §1.7, §1.8)', () => {
  for (const condition of CONDITIONS.filter((known) => known !== 'Scheduled')) {
    it.each(STATES)(`${condition} + %s`, (state) => {
      const { scenario, task, instance } = inCondition(condition);
      const from = scenario.events.length;
      const before = instance();
      scenario.status(task, state);

      const reported = conditionOf({ state });
      const news = !isTerminal(condition) && before.task?.status?.state !== state;
      const acknowledged = scenario.takeEffects('AcknowledgeStatus');
      expect(acknowledged.at(-1)).toMatchObject({ taskId: task, agentId: 'agent-1' });
      expect(instance().condition).toBe(news ? reported : condition);
      expect(instance().id).toBe(before.id);
      const changes = scenario.eventTypes(from).filter((type) => type === 'TaskStatusChanged');
      expect(changes).toHaveLength(news ? 1 : 0);
      expect(scenario.runtime.backoff.delayOf(before.app)?.delayMs !== undefined).toBe(
        hasBackoff(condition) || (news && hasBackoff(reported)),
      );
    });
  }

  it.each(STATES)('Scheduled + %s of a task that is not in sync: a live one is killed', (state) => {
    const { scenario, task, instance } = inCondition('Scheduled');
    const before = instance();
    scenario.status(task, state);
    const alive = ['Running', 'Staging', 'Starting'].includes(conditionOf({ state }));
    expect(scenario.takeEffects('AcknowledgeStatus').map((effect) => effect.taskId)).toEqual([task]);
    expect(scenario.takeEffects('KillTask').map((effect) => effect.taskId)).toEqual(alive ? [task] : []);
    expect(instance()).toEqual(before);
  });
});

describe('every pair of condition and Mesos state, decommissioned', () => {
  const LIVE = CONDITIONS.filter((condition) => condition !== 'Scheduled' && !isTerminal(condition));

  for (const condition of LIVE) {
    it.each(STATES)(`${condition} + %s`, (state) => {
      const { scenario, task, instance } = inCondition(condition);
      const { id } = instance();
      scenario.submit({ type: 'DeleteApp', appId: '/web', force: true });
      expect(instance().goal).toBe('Decommissioned');
      scenario.status(task, state);
      const ended = isTerminal(conditionOf({ state }));
      expect(scenario.state.instances.get(id) === undefined).toBe(ended);
    });
  }

  it('one that only waits for an offer vanishes at once', () => {
    const { scenario } = inCondition('Scheduled');
    scenario.submit({ type: 'DeleteApp', appId: '/web', force: true });
    expect(scenario.instances('/web')).toEqual([]);
    expect(scenario.state.deployments.size).toBe(0);
  });
});

describe('statuses of unknown tasks', () => {
  const STRANGER = 'other_app.instance-b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6._app.1';

  it.each(STATES)('%s', (state) => {
    const scenario = new Scenario().connected();
    scenario.status(STRANGER, state);
    const condition = conditionOf({ state });
    const alive = ['Running', 'Staging', 'Starting'].includes(condition);
    expect(scenario.takeEffects('KillTask')).toHaveLength(alive ? 1 : 0);
    expect(scenario.takeEffects('AcknowledgeStatus')).toHaveLength(1);
    const told = scenario.eventTypes().filter((type) => type === 'UnknownInstanceTerminated');
    expect(told).toHaveLength(isTerminal(condition) || condition === 'Unreachable' ? 1 : 0);
  });

  it('are not acknowledged when they come from a reconciliation', () => {
    const scenario = new Scenario().connected();
    scenario.status(STRANGER, 'TASK_RUNNING', { uuid: undefined });
    expect(scenario.takeEffects('AcknowledgeStatus')).toEqual([]);
  });
});

describe('what follows from an end', () => {
  it.each(['TASK_FAILED', 'TASK_FINISHED', 'TASK_KILLED', 'TASK_UNKNOWN'] as const)(
    '%s: the same instance is launched again under the next incarnation',
    (state) => {
      const { scenario, task, instance } = inCondition('Running');
      scenario.status(task, state);
      scenario.advance(2000);
      const [next = ''] = scenario.offer();
      expect(next).toBe(task.replace(/\.1$/, '.2'));
      expect(instance().task?.id).toBe(next);
    },
  );

  it('remembers the last failure of the app until the app is terminated', () => {
    const { scenario, task } = inCondition('Running');
    scenario.status(task, 'TASK_FAILED', { message: 'Command exited with status 3' });
    expect(scenario.state.taskFailures.get('/web')).toMatchObject({
      appId: '/web',
      host: 'agent1.example',
      message: 'Command exited with status 3',
      state: 'TASK_FAILED',
      taskId: task,
      slaveId: 'agent-1',
    });
    scenario.submit({ type: 'DeleteApp', appId: '/web', force: true });
    expect(scenario.state.taskFailures.size).toBe(0);
  });

  it('cuts messages at 10 000 characters', () => {
    const { scenario, task, instance } = inCondition('Running');
    scenario.status(task, 'TASK_FAILED', { message: 'x'.repeat(20_000) });
    expect(instance().task?.status?.message).toHaveLength(10_000);
  });

  it('a task that comes back from being unreachable keeps its start time', () => {
    const { scenario, task, instance } = inCondition('Running');
    const startedAtMs = instance().task?.startedAtMs;
    scenario.advance(5000);
    scenario.status(task, 'TASK_UNREACHABLE');
    scenario.status(task, 'TASK_RUNNING');
    expect(instance()).toMatchObject({ condition: 'Running', task: { startedAtMs } });
  });
});

describe('facts of an instance', () => {
  it('name host and agent once there are any', () => {
    const { instance, scenario } = inCondition('Running');
    expect(factsOf(instance())).toMatchObject({ host: 'agent1.example', agentId: 'agent-1' });
    scenario.create({ id: '/waits', cmd: 'sleep 9' });
    const [waiting] = scenario.instances('/waits');
    expect(factsOf(waiting as Instance)).toMatchObject({ host: null, agentId: null });
  });

  it('expunging what is not there is no error', () => {
    const { scenario } = inCondition('Running');
    expect(() => expunge({ state: scenario.state } as never, 'nope', 'Killed')).not.toThrow();
  });
});
