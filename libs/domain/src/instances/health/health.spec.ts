import { describe, expect, it } from 'vitest';
import type { HealthCheckProtocol } from '../../definitions/app/app-definition.js';
import { Scenario } from '../../deciding/scenario.fixture.js';
import { isGood, type Instance } from '../instance.js';
import { judgeResult } from './judge-result.js';

const GRACE_MS = 60_000;

interface CheckSpec {
  readonly protocol?: HealthCheckProtocol;
  readonly maxConsecutiveFailures?: number;
  readonly gracePeriodSeconds?: number;
}

/** A running instance with the checks given. */
function running(...checks: CheckSpec[]): Scenario {
  const scenario = new Scenario().connected();
  scenario.create({
    id: '/web',
    cmd: 'serve',
    unreachableStrategy: { inactiveAfterSeconds: 100, expungeAfterSeconds: 1000 },
    healthChecks: checks.map((check, index) => ({
      protocol: 'TCP',
      portIndex: 0,
      gracePeriodSeconds: GRACE_MS / 1000,
      // The checks of an app are a set.
      intervalSeconds: 10 + index,
      ...check,
    })),
  });
  scenario.launchAll();
  return scenario;
}

const only = (scenario: Scenario): Instance => {
  const [instance, ...others] = scenario.instances('/web');
  expect(others).toEqual([]);
  return instance as Instance;
};

/** `+` passes, `-` fails, digits choose the check (0 unless given): `+0-1`. */
function probe(scenario: Scenario, results: string): void {
  for (const [, sign, digit = '0'] of results.matchAll(/([+-])(\d?)/g)) {
    scenario.nowMs += 1000;
    const { id, task } = only(scenario);
    const result =
      sign === '+'
        ? ({ healthy: true } as const)
        : ({ healthy: false, cause: '500 Sick', failuresInARow: 1 } as const);
    const check = digit === '' ? 0 : Number(digit);
    scenario.tell({ type: 'ReportHealth', instanceId: id, taskId: task?.id ?? '', check, result });
  }
}

const healthEvents = (scenario: Scenario): string[] =>
  scenario.eventTypes().filter((type) => /^HealthCheck(Passed|Failed)$|^InstanceKillRequested$/.test(type));

const P = 'HealthCheckPassed';
const F = 'HealthCheckFailed';
const K = 'InstanceKillRequested';

describe('judging results (spec/scheduling.md §5.3)', () => {
  it.each([
    ['successes after the first are no news', 3, '+++', [P]],
    ['failures before the first success are ignored in the grace period', 3, '----', []],
    ['the first success ends the grace period', 3, '+-', [P, F]],
    ['a success resets the count', 2, '+--+--', [P, F, F, P, F, F]],
    ['the kill comes with failure number max + 1', 2, '+---', [P, F, F, F, K]],
    ['nothing is counted while the kill is under way', 1, '+-----', [P, F, F, K]],
    ['max = 0 never kills, and records at each doubling', 0, '+---', [P, F, F]],
  ])('%s', (_, maxConsecutiveFailures, results, events) => {
    const scenario = running({ maxConsecutiveFailures });
    probe(scenario, results);
    expect(healthEvents(scenario)).toEqual(events);
  });

  it('counts failures once the grace period is over', () => {
    const scenario = running({ maxConsecutiveFailures: 1 });
    scenario.nowMs += GRACE_MS - 1001;
    probe(scenario, '-');
    expect(healthEvents(scenario)).toEqual([]);
    probe(scenario, '--');
    expect(healthEvents(scenario)).toEqual([F, F, K]);
  });

  it('counts on with what the prober has seen', () => {
    const scenario = running({ maxConsecutiveFailures: 0 });
    probe(scenario, '+-');
    const judged = (failuresInARow: number) =>
      judgeResult(only(scenario), 0, { healthy: false, cause: 'x', failuresInARow }, scenario.nowMs);
    expect(judged(2)).toMatchObject({ consecutiveFailures: 2, kill: false });
    probe(scenario, '-');
    expect(judged(3)).toBeUndefined();
    expect(judged(4)).toMatchObject({ consecutiveFailures: 4 });
  });

  it.each(['TASK_STARTING', 'TASK_UNREACHABLE', 'TASK_KILLING'] as const)('ignores all in %s', (state) => {
    const scenario = running({ maxConsecutiveFailures: 0, gracePeriodSeconds: 0 });
    const unreachable_time = { nanoseconds: scenario.nowMs * 1e6 };
    scenario.status(only(scenario).task?.id ?? '', state, { unreachable_time });
    probe(scenario, '+-');
    expect(healthEvents(scenario)).toEqual([]);
  });

  it('ignores results of a former task', () => {
    const scenario = running({});
    const former = only(scenario);
    scenario.status(former.task?.id ?? '', 'TASK_FAILED');
    scenario.advance(10_000);
    scenario.launchAll();
    const result = { healthy: true } as const;
    const report = { instanceId: former.id, taskId: former.task?.id ?? '', check: 0, result };
    scenario.tell({ type: 'ReportHealth', ...report });
    expect(healthEvents(scenario)).toEqual([]);
  });
});

describe('the record of a check', () => {
  it('keeps first and last times, the cause and the count', () => {
    const scenario = running({});
    const beganMs = scenario.nowMs;
    probe(scenario, '+--');
    expect(only(scenario).health).toEqual([
      {
        alive: false,
        consecutiveFailures: 2,
        firstSuccessMs: beganMs + 1000,
        lastSuccessMs: beganMs + 1000,
        lastFailureMs: beganMs + 3000,
        lastFailureCause: '500 Sick',
      },
    ]);
    probe(scenario, '+');
    expect(only(scenario).health?.[0]).toMatchObject({
      alive: true,
      consecutiveFailures: 0,
      firstSuccessMs: beganMs + 1000,
      lastSuccessMs: beganMs + 4000,
    });
  });

  it('begins anew with the next task, and survives a failover', () => {
    const scenario = running({ maxConsecutiveFailures: 1 });
    probe(scenario, '+-');
    const before = only(scenario).health;
    scenario.failover();
    expect(only(scenario).health).toEqual(before);
    probe(scenario, '-');
    scenario.killAll();
    expect(scenario.launchAll()).toHaveLength(1);
    expect(only(scenario).health).toBeUndefined();
  });
});

describe('aggregate health (spec/scheduling.md §5.4)', () => {
  it.each([
    ['+0', null],
    ['+0+1', true],
    ['+0+1-1', false],
    ['+0-0', null],
    ['+0+1-0+0', true],
  ])('after %j: %s', (results, healthy) => {
    const scenario = running({}, {});
    expect(isGood(only(scenario))).toBe(false);
    probe(scenario, results);
    expect(isGood(only(scenario))).toBe(healthy === true);
    const told = scenario.events.findLast(({ type }) => type === P || type === F)?.data;
    expect(told).toMatchObject({ healthy });
  });

  it('is told when it changes, and once more when the record goes', () => {
    const scenario = running({}, {});
    probe(scenario, '+0+1-0-0+0');
    const changes = scenario.events.flatMap(({ data }) =>
      'healthyChanged' in data && data.healthyChanged === true && 'healthy' in data ? [data.healthy] : [],
    );
    expect(changes).toEqual([true, false, true]);
    scenario.submit({ type: 'DeleteApp', appId: '/web', force: true });
    scenario.killAll();
    expect(scenario.events.find(({ type }) => type === 'InstanceExpunged')?.data).toMatchObject({
      healthy: true,
    });
  });
});

describe('an unhealthy kill', () => {
  it('tells of the failure before, keeps the goal, costs no back-off and is the last failure of the app', () => {
    const scenario = running({ maxConsecutiveFailures: 1 });
    probe(scenario, '+-');
    const failedAtMs = scenario.nowMs;
    probe(scenario, '-');
    const { task, agent, goal } = only(scenario);
    expect(goal).toBe('Running');
    expect(scenario.events.find(({ type }) => type === K)?.data).toMatchObject({
      reason: 'Unhealthy',
      unhealthy: { cause: '500 Sick', lastFailureMs: failedAtMs, host: agent?.host, agentId: agent?.agentId },
    });
    expect(scenario.state.taskFailures.get('/web')).toMatchObject({
      taskId: task?.id,
      state: 'TASK_KILLED',
      message: 'Task was killed since health check failed. Reason: 500 Sick',
    });
    expect(scenario.killAll()).toEqual([task?.id]);
    expect(scenario.launchAll()).toHaveLength(1);
  });

  it('is not for an instance that is on its way out anyway', () => {
    const scenario = running({ maxConsecutiveFailures: 1 });
    probe(scenario, '+-');
    scenario.put('/web', { instances: 0 });
    probe(scenario, '---');
    expect(healthEvents(scenario)).toEqual([P, F]);
  });

  it('is asked for again when a task comes back that went out of sight meanwhile', () => {
    const scenario = running({ maxConsecutiveFailures: 1 });
    probe(scenario, '+--');
    const { task } = only(scenario);
    const unreachable_time = { nanoseconds: scenario.nowMs * 1e6 };
    scenario.status(task?.id ?? '', 'TASK_UNREACHABLE', { unreachable_time });
    scenario.takeAllEffects();
    scenario.status(task?.id ?? '', 'TASK_RUNNING');
    expect(scenario.takeEffects('KillTask')).toEqual([]);
    probe(scenario, '-');
    expect(scenario.takeEffects('KillTask')).toHaveLength(1);
  });
});

const flag = (scenario: Scenario, healthy: boolean) => {
  scenario.nowMs += 1000;
  const reason = 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED';
  scenario.status(only(scenario).task?.id ?? '', 'TASK_RUNNING', { healthy, reason });
};

describe('checks that Mesos runs (spec/scheduling.md §5.5)', () => {
  it('feed the same records by the flag of the status, each flip once', () => {
    const scenario = running({ protocol: 'MESOS_TCP' });
    expect(isGood(only(scenario))).toBe(false);
    for (const healthy of [true, true, false, false, true]) flag(scenario, healthy);
    expect(healthEvents(scenario)).toEqual([P, F, P]);
    expect(isGood(only(scenario))).toBe(true);
    expect(only(scenario).health?.[0]).toMatchObject({ alive: true, lastFailureCause: 'reported by Mesos' });
  });

  it('tell subscribers of a change of health once', () => {
    const scenario = running({ protocol: 'MESOS_TCP' });
    flag(scenario, true);
    flag(scenario, false);
    const told = scenario.events.flatMap(({ type, data }) =>
      'healthyChanged' in data && data.healthyChanged === true ? [type] : [],
    );
    expect(told).toEqual(['TaskStatusChanged', 'TaskStatusChanged']);
  });

  it.each([
    [true, '+0', []],
    [true, '+0-0', ['HealthCheckFailed']],
    [false, '+0', []],
    [false, '-0', []],
  ])('that say %s are not repeated when those that Ekiden runs agree: %s', (healthy, results, more) => {
    const scenario = running({ protocol: 'TCP', gracePeriodSeconds: 0 }, { protocol: 'MESOS_TCP' });
    flag(scenario, healthy);
    probe(scenario, results);
    const told = scenario.events.flatMap(({ type, data }) =>
      'healthyChanged' in data && data.healthyChanged === true ? [type] : [],
    );
    expect(told).toEqual(['TaskStatusChanged', ...more]);
  });

  it('leave alone the checks that Ekiden runs', () => {
    const scenario = running({ protocol: 'TCP' }, { protocol: 'MESOS_TCP' });
    flag(scenario, true);
    expect(only(scenario).health?.map((result) => result?.alive)).toEqual([undefined, true]);
    expect(isGood(only(scenario))).toBe(false);
    probe(scenario, '+0');
    expect(isGood(only(scenario))).toBe(true);
  });

  it('never make Ekiden kill', () => {
    const scenario = running({ protocol: 'MESOS_TCP', maxConsecutiveFailures: 0 });
    for (const healthy of [true, false, true, false]) flag(scenario, healthy);
    expect(healthEvents(scenario)).not.toContain(K);
  });

  it('store what a general check found, without a say in health', () => {
    const scenario = running();
    const report = (status_code: number) =>
      scenario.status(only(scenario).task?.id ?? '', 'TASK_RUNNING', {
        check_status: { type: 'HTTP', http: { status_code } },
      });
    for (const status of [200, 200, 500]) report(status);
    expect(only(scenario).task?.status?.checkStatus).toEqual({ type: 'HTTP', http: { status_code: 500 } });
    expect(scenario.eventTypes().filter((type) => type === 'TaskStatusChanged')).toHaveLength(3);
    expect(isGood(only(scenario))).toBe(true);
  });
});

const registrations = (scenario: Scenario, from = 0) =>
  scenario.eventTypes(from).filter((type) => type.startsWith('HealthChecks'));

describe('registration of checks', () => {
  it('follows the versions that have instances', () => {
    const scenario = running({});
    probe(scenario, '+');
    expect(registrations(scenario)).toEqual(['HealthChecksAdded']);
    scenario.put('/web', { cmd: 'other' });
    expect(registrations(scenario)).toEqual(['HealthChecksAdded', 'HealthChecksAdded']);
    const [task = ''] = scenario.launchAll();
    const fresh = scenario.instances('/web').find((instance) => instance.task?.id === task);
    const report = {
      instanceId: fresh?.id ?? '',
      taskId: task,
      check: 0,
      result: { healthy: true } as const,
    };
    scenario.tell({ type: 'ReportHealth', ...report });
    scenario.killAll();
    expect(registrations(scenario).at(-1)).toBe('HealthChecksRemoved');
    scenario.submit({ type: 'DeleteApp', appId: '/web', force: false });
    expect(registrations(scenario).slice(-2)).toEqual(['HealthChecksRemoved', 'HealthChecksRemoved']);
    expect(scenario.state.healthChecked.size).toBe(0);
  });

  it('is told again by a new leader', () => {
    const scenario = running({});
    const from = scenario.events.length;
    scenario.failover();
    expect(registrations(scenario, from)).toEqual(['HealthChecksAdded']);
  });
});
