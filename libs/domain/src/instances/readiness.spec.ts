import { describe, expect, it } from 'vitest';
import { Scenario } from '../deciding/scenario.fixture.js';
import { awaitingReadiness, readinessResults } from './readiness.js';

const HEALTH = { protocol: 'TCP', portIndex: 0 };
const READINESS = { portName: 'http', httpStatusCodesForReady: [200, 204] };

function deploying(extra: Record<string, unknown> = {}): Scenario {
  const scenario = new Scenario().connected();
  const portDefinitions = [{ port: 0, name: 'http' }];
  scenario.create({ id: '/web', cmd: 'one', portDefinitions, readinessChecks: [READINESS], ...extra });
  return scenario;
}

const asked = ({ state }: Scenario): string[] => awaitingReadiness(state).map(({ task }) => task?.id ?? '');

function answer(scenario: Scenario, taskId: string, status: number, body = ''): void {
  const instance = scenario.instances('/web').find(({ task }) => task?.id === taskId);
  const response = { status, contentType: 'text/plain', body };
  scenario.tell({ type: 'ReportReadiness', instanceId: instance?.id ?? '', taskId, response });
}

const isDeploying = ({ state }: Scenario): boolean => state.deployments.size > 0;

const written = (scenario: Scenario): number =>
  scenario.eventTypes().filter((type) => type === 'ReadinessChecked').length;

describe('readiness (spec/scheduling.md §6)', () => {
  it('is asked of running tasks that a step starts, until the first yes', () => {
    const scenario = deploying();
    expect(asked(scenario)).toEqual([]);
    const [task = ''] = scenario.launchAll();
    expect(asked(scenario)).toEqual([task]);
    answer(scenario, task, 503);
    expect(asked(scenario)).toEqual([task]);
    expect(isDeploying(scenario)).toBe(true);
    answer(scenario, task, 204);
    expect(asked(scenario)).toEqual([]);
    expect(isDeploying(scenario)).toBe(false);
  });

  it.each([
    { healthChecks: [], readinessChecks: [], doneWhenRunning: true },
    { healthChecks: [HEALTH], readinessChecks: [], doneWhenRunning: false },
    { healthChecks: [], readinessChecks: [READINESS], doneWhenRunning: false },
    { healthChecks: [HEALTH], readinessChecks: [READINESS], doneWhenRunning: false },
  ])('what a deployment waits for: $healthChecks $readinessChecks', (row) => {
    const { healthChecks, readinessChecks, doneWhenRunning } = row;
    const scenario = deploying({ healthChecks, readinessChecks });
    const [task = ''] = scenario.launchAll();
    expect(isDeploying(scenario)).toBe(!doneWhenRunning);
    const [instance] = scenario.instances('/web');
    const report = {
      instanceId: instance?.id ?? '',
      taskId: task,
      check: 0,
      result: { healthy: true },
    } as const;
    if (healthChecks.length > 0) scenario.tell({ type: 'ReportHealth', ...report });
    expect(isDeploying(scenario)).toBe(readinessChecks.length > 0);
    answer(scenario, task, 200);
    expect(isDeploying(scenario)).toBe(false);
  });

  it('gates a rolling replacement; old instances need not be ready', () => {
    const scenario = deploying({ readinessChecks: [] });
    scenario.launchAll();
    scenario.put('/web', { readinessChecks: [READINESS] });
    const [fresh = ''] = scenario.launchAll();
    expect(scenario.takeEffects('KillTask')).toEqual([]);
    answer(scenario, fresh, 200);
    expect(scenario.killAll()).toHaveLength(1);
    expect(isDeploying(scenario)).toBe(false);

    // It comes back by itself, which nobody asks, and is replaced like any other that serves.
    scenario.status(fresh, 'TASK_FAILED');
    scenario.advance(60_000);
    scenario.launchAll();
    expect(asked(scenario)).toEqual([]);
    scenario.put('/web', { cmd: 'two' });
    expect(scenario.takeEffects('KillTask')).toEqual([]);
    const [third = ''] = scenario.launchAll();
    expect(asked(scenario)).toEqual([third]);
    answer(scenario, third, 200);
    expect(scenario.killAll()).toHaveLength(1);
    expect(isDeploying(scenario)).toBe(false);
  });

  it('is asked of new instances alone when an app is scaled, and by the next leader too', () => {
    const scenario = deploying();
    const [first = ''] = scenario.launchAll();
    answer(scenario, first, 200);
    scenario.put('/web', { instances: 2 });
    const [second = ''] = scenario.launchAll();
    expect(asked(scenario)).toEqual([second]);
    scenario.failover();
    expect(asked(scenario)).toEqual([second]);
    answer(scenario, second, 200);
    expect(isDeploying(scenario)).toBe(false);
  });

  it('begins anew when the task does', () => {
    const scenario = deploying({ instances: 2 });
    const [a = '', b = ''] = scenario.launchAll();
    answer(scenario, a, 200);
    scenario.status(a, 'TASK_FAILED');
    answer(scenario, b, 200);
    scenario.advance(60_000);
    const [again = ''] = scenario.launchAll();
    expect(isDeploying(scenario)).toBe(true);
    answer(scenario, a, 200);
    expect(isDeploying(scenario)).toBe(true);
    answer(scenario, again, 200);
    expect(isDeploying(scenario)).toBe(false);
  });

  it('records what changes, with the response if that is wanted, as long as it is deployed', () => {
    const scenario = deploying();
    const [task = ''] = scenario.launchAll();
    for (const status of [503, 503, 500]) answer(scenario, task, status);
    expect(written(scenario)).toBe(1);
    expect(readinessResults(scenario.state, '/web')).toEqual([
      { name: 'readinessCheck', taskId: task, ready: false },
    ]);
    answer(scenario, task, 200);
    expect(readinessResults(scenario.state, '/web')).toEqual([]);

    const keeping = deploying({ readinessChecks: [{ ...READINESS, preserveLastResponse: true }] });
    const [kept = ''] = keeping.launchAll();
    for (const body of ['a', 'a', 'b']) answer(keeping, kept, 503, body);
    expect(written(keeping)).toBe(2);
    expect(readinessResults(keeping.state, '/web')[0]?.lastResponse).toEqual({
      status: 503,
      contentType: 'text/plain',
      body: 'b',
    });
  });
});
