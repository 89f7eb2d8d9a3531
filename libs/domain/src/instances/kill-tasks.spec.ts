import { describe, expect, it } from 'vitest';
import { accepted, Scenario } from '../deciding/scenario.fixture.js';

const running = (instances = 3): { scenario: Scenario; tasks: string[] } => {
  const scenario = new Scenario().connected();
  scenario.create({ id: '/web', cmd: 'sleep 9', instances });
  return { scenario, tasks: scenario.launchAll() };
};

describe('kill without scaling (spec/scheduling.md §9.2)', () => {
  it('kills the selected tasks, which are launched again under the same instance', () => {
    const { scenario, tasks } = running();
    const reply = scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: false });
    expect(reply.kind === 'killed' && reply.instances.map((i) => i.task?.id)).toEqual(tasks);
    expect(scenario.killAll()).toEqual(tasks);
    expect(scenario.launchAll().map((task) => task.slice(0, -2))).toEqual(
      tasks.map((task) => task.slice(0, -2)),
    );
  });

  it('selects by host, by task, by an older incarnation, by ids of any app', () => {
    const { scenario, tasks } = running();
    const [first = ''] = tasks;
    const count = (selection: Parameters<typeof kill>[0]) => kill(selection).length;
    function kill(selection: { appId: string; host?: string; taskId?: string } | { taskIds: string[] }) {
      const reply = scenario.submit({ type: 'KillTasks', selection, wipe: false });
      if (reply.kind !== 'killed') throw new Error(JSON.stringify(reply));
      return reply.instances;
    }
    expect(count({ appId: '/web', host: 'agent1.example' })).toBe(3);
    expect(count({ appId: '/web', host: 'elsewhere' })).toBe(0);
    expect(count({ appId: '/web', host: '*' })).toBe(3);
    expect(count({ appId: '/web', taskId: first })).toBe(1);
    expect(count({ appId: '/web', taskId: first.replace(/\.1$/, '.7') })).toBe(1);
    expect(count({ taskIds: [first, 'gone.instance-b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6._app.1'] })).toBe(1);
  });

  it.each([
    ['an unknown app', { appId: '/nope' }, 'AppNotFound'],
    [
      'an unknown task',
      { appId: '/web', taskId: 'web.instance-b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6._app.1' },
      'TaskNotFound',
    ],
    ['a malformed id', { taskIds: ['!'] }, 'BadRequest'],
  ])('refuses %s', (_, selection, code) => {
    const { scenario } = running();
    expect(scenario.submit({ type: 'KillTasks', selection, wipe: false })).toMatchObject({ code });
  });

  it('wipe forgets the instances at once and schedules fresh ones', () => {
    const { scenario, tasks } = running();
    const old = new Set(scenario.instances('/web').map((i) => i.id));
    scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: true });
    expect(scenario.takeEffects('KillTask').map((effect) => effect.taskId)).toEqual(tasks);
    expect(scenario.instances('/web').map((i) => i.condition)).toEqual([
      'Scheduled',
      'Scheduled',
      'Scheduled',
    ]);
    expect(scenario.instances('/web').some((i) => old.has(i.id))).toBe(false);
  });
});

describe('kill and scale (spec/scheduling.md §9.3)', () => {
  it('lowers the number of instances and kills exactly the selected ones', () => {
    const { scenario, tasks } = running();
    const [first = ''] = tasks;
    const reply = accepted(
      scenario.submit({ type: 'KillAndScale', selection: { taskIds: [first] }, force: false }),
    );
    expect(reply.plan.steps).toEqual([{ actions: [{ action: 'ScaleApplication', app: '/web' }] }]);
    expect(scenario.app('/web').instances).toBe(2);
    expect(scenario.killAll()).toEqual([first]);
    expect(scenario.state.deployments.size).toBe(0);
    expect(scenario.instances('/web')).toHaveLength(2);
  });

  it('an unknown task gives an empty plan; an app without instances is not found', () => {
    const { scenario } = running();
    const taskId = 'web.instance-b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6._app.1';
    const selection = { appId: '/web', taskId };
    expect(accepted(scenario.submit({ type: 'KillAndScale', selection, force: false })).plan.steps).toEqual(
      [],
    );
    scenario.create({ id: '/none', cmd: 'sleep 9', instances: 0 });
    expect(
      scenario.submit({ type: 'KillAndScale', selection: { appId: '/none' }, force: false }),
    ).toMatchObject({ code: 'PathNotFound', path: '/none' });
  });
});
