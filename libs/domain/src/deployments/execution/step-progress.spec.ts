import { array, assert, boolean, constantFrom, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MesosTaskState } from '../../cluster/mesos-shapes.js';
import type { SchedulerCommand } from '../../commands/command.js';
import { checkProgress } from '../../deciding/progress.fixture.js';
import { accepted, Scenario } from '../../deciding/scenario.fixture.js';

const APPS = ['/a', '/b', '/c', '/d'];

const apps = (cmd: string, instances: number) =>
  APPS.map((id) => ({ id, cmd, instances, backoffSeconds: 0, portDefinitions: [] }));

/** One deployment whose only step with work is about all four apps. */
function deploying(scenario: Scenario, items: readonly unknown[]): void {
  const change = { force: true, partialUpdate: true, createMissing: true } as const;
  accepted(scenario.submit({ type: 'UpdateApps', items, ...change }));
}

const news = record({
  app: constantFrom(...APPS),
  pick: nat(3),
  state: constantFrom<MesosTaskState>('TASK_RUNNING', 'TASK_RUNNING', 'TASK_FAILED', 'TASK_KILLED'),
});

const batch = record({
  news: array(news, { maxLength: 8 }),
  hurried: boolean(),
  offer: boolean(),
  failover: nat(9),
});

const openApps = ({ state, runtime }: Scenario): string[] =>
  [...state.deployments.values()].flatMap((deployment) => [
    ...(runtime.steps.of(deployment)?.openAppIds() ?? []),
  ]);

describe('the progress of a step', () => {
  it('is what a look at every action finds, however few of them a turn has time for', () => {
    const run = array(batch, { minLength: 1, maxLength: 20 });
    assert(
      property(run, boolean(), (batches, replaces) => {
        const scenario = new Scenario().connected();
        if (replaces) {
          deploying(scenario, apps('old', 2));
          scenario.launchAll();
        }
        scenario.afterTurn = () => checkProgress(scenario);
        deploying(scenario, apps('new', 2));
        for (const { news: happened, hurried, offer, failover } of batches) {
          if (failover === 0) scenario.failover();
          scenario.hurried = hurried;
          scenario.tell(...happened.flatMap((one) => statusOf(scenario, one)));
          if (offer) scenario.offer();
        }
        scenario.hurried = false;
        scenario.tell({ type: 'Tick' });
      }),
      { numRuns: 150 },
    );
  });

  it('goes back when an app that was done is touched, although others are looked at first', () => {
    const scenario = new Scenario().connected();
    deploying(scenario, apps('serve', 1));
    expect(scenario.offer()).toHaveLength(4);
    const [a, b, c, d] = APPS.map((appId) => scenario.instances(appId)[0]?.task?.id ?? '');
    for (const task of [a, b, c]) scenario.status(task!, 'TASK_RUNNING');
    expect(openApps(scenario)).toEqual(['/d']);
    scenario.hurried = true;
    scenario.tell(statusCommand(d!, 'TASK_RUNNING'), statusCommand(a!, 'TASK_FAILED'));
    expect(openApps(scenario)).toEqual(['/a']);
    expect(scenario.state.deployments.size).toBe(1);
    scenario.hurried = false;
    scenario.launchAll();
    expect(scenario.state.deployments.size).toBe(0);
  });
});

function statusOf(
  scenario: Scenario,
  one: { app: string; pick: number; state: MesosTaskState },
): SchedulerCommand[] {
  const instances = scenario.instances(one.app);
  const task = instances[one.pick % Math.max(instances.length, 1)]?.task;
  return task === undefined ? [] : [statusCommand(task.id, one.state)];
}

const statusCommand = (taskId: string, state: MesosTaskState): SchedulerCommand => ({
  type: 'ReceiveStatus',
  status: { task_id: { value: taskId }, agent_id: { value: 'agent-1' }, state, timestamp: 1_767_225_600 },
});
