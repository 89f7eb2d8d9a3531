import { CONDITIONS, type AppDefinition, type CheckHealth, type CheckStatus, type Instance } from '#domain';
import { describe, expect, it } from 'vitest';
import {
  appDefinition,
  instanceId,
  runningInstance,
  VERSION,
  VERSION_MS,
} from '../../../../test/support/domain-objects.js';
import { countsOf } from './task-counts.js';
import { isListed, writeTaskJson } from './task-json.js';
import { taskStats } from './task-stats.js';
import { writeTextTasks } from './text-tasks.js';

const app = appDefinition();

describe('writeTaskJson', () => {
  it('prints a running task like the canonical example', () => {
    const instance = runningInstance(app, {
      agent: { host: 'agent1.example', agentId: 'agent-S0', region: 'r1', zone: 'z1', attributes: [] },
    });
    expect(JSON.parse(writeTaskJson(instance))).toEqual({
      appId: '/foo',
      healthCheckResults: [],
      host: 'agent1.example',
      id: `${instanceId('/foo', 1)}._app.1`,
      ipAddresses: [{ ipAddress: '10.0.0.7', protocol: 'IPv4' }],
      ports: [31_045],
      servicePorts: [],
      slaveId: 'agent-S0',
      state: 'TASK_RUNNING',
      stagedAt: '2020-05-04T10:00:01.120Z',
      startedAt: '2020-05-04T10:00:02.480Z',
      version: VERSION,
      localVolumes: [],
      region: 'r1',
      zone: 'z1',
      role: '*',
    });
    expect(JSON.parse(writeTaskJson(instance, [10_000])).servicePorts).toEqual([10_000]);
  });

  it('prints no ports and times for a task that has ended', () => {
    const ended = JSON.parse(writeTaskJson(runningInstance(app, { condition: 'Killed', goal: 'Stopped' })));
    expect(ended).toMatchObject({ state: 'TASK_KILLED', ports: [] });
    expect(ended).not.toHaveProperty('startedAt');
    expect(ended).not.toHaveProperty('version');
  });

  it('prints what its health checks found, those without a result left out', () => {
    const { healthCheckResults } = JSON.parse(
      writeTaskJson(runningInstance(app, { health: [alive, null, sick] })),
    ) as { healthCheckResults: object[] };
    const since = { firstSuccess: VERSION, lastSuccess: VERSION, instanceId: instanceId('/foo', 1) };
    expect(healthCheckResults).toEqual([
      { alive: true, consecutiveFailures: 0, ...since },
      {
        alive: false,
        consecutiveFailures: 2,
        ...since,
        lastFailure: '2020-05-04T10:00:01.000Z',
        lastFailureCause: '503 Service Unavailable',
      },
    ]);
  });

  it.each<[CheckStatus, object | undefined]>([
    [{ type: 'HTTP', http: { status_code: 204 } }, { http: { statusCode: 204 } }],
    [{ type: 'TCP', tcp: { succeeded: false } }, { tcp: { succeeded: false } }],
    [{ type: 'COMMAND', command: { exit_code: 0 } }, { command: { exitCode: 0 } }],
    [{ type: 'HTTP', http: {} }, undefined],
  ])('prints the general check %j', (checkStatus, checkResult) => {
    const task = { ...taskOf(app), status: { state: 'TASK_RUNNING' as const, timestampMs: 0, checkStatus } };
    expect(JSON.parse(writeTaskJson(runningInstance(app, { task }))).checkResult).toEqual(checkResult);
  });

  it('knows a state for every condition', () => {
    for (const condition of CONDITIONS) {
      expect(JSON.parse(writeTaskJson(runningInstance(app, { condition }))).state).toMatch(/^TASK_[A-Z]+$/);
    }
  });
});

describe('listed tasks', () => {
  it.each([
    [{ condition: 'Running' }, true],
    [{ condition: 'Failed', goal: 'Running' }, false],
    [{ condition: 'Failed', goal: 'Stopped' }, true],
    [{ condition: 'Scheduled', task: undefined }, false],
  ] as const)('%j: %s', (overrides, listed) => {
    expect(isListed(runningInstance(app, overrides))).toBe(listed);
  });
});

const alive: CheckHealth = {
  alive: true,
  consecutiveFailures: 0,
  firstSuccessMs: VERSION_MS,
  lastSuccessMs: VERSION_MS,
};
const sick: CheckHealth = {
  ...alive,
  alive: false,
  consecutiveFailures: 2,
  lastFailureMs: VERSION_MS + 1000,
  lastFailureCause: '503 Service Unavailable',
};

describe('counts and statistics', () => {
  it.each([
    ['Scheduled', undefined, 'none'],
    ['Provisioned', undefined, 'staged'],
    ['Staging', undefined, 'staged'],
    ['Starting', undefined, 'none'],
    ['Running', undefined, 'running'],
    ['Running', [null], 'running'],
    ['Running', [alive], 'running healthy'],
    ['Running', [alive, null], 'running healthy'],
    ['Running', [alive, sick], 'running unhealthy'],
    ['Killing', [alive], 'none'],
    ['Failed', [sick], 'none'],
  ] as const)('%s with results %j counts as %s', (condition, health, counted) => {
    const counts = countsOf(runningInstance(app, { condition, ...(health && { health }) }));
    const names = Object.entries(counts).flatMap(([name, count]) => (count === 1 ? [name] : []));
    expect(names.join(' ') || 'none').toBe(counted);
  });

  it('groups by version and measures life times of started tasks', () => {
    const old = appDefinition({ version: '2020-05-04T09:00:00.000Z' });
    const starting = runningInstance(app, { condition: 'Staging' });
    const instances: Instance[] = [
      runningInstance(old, { id: 'a', task: { ...taskOf(app), startedAtMs: VERSION_MS - 30_000 } }),
      runningInstance(app, { id: 'b', task: { ...taskOf(app), startedAtMs: VERSION_MS + 10_000 } }),
      { ...starting, task: { ...taskOf(app), startedAtMs: undefined } },
    ];
    const stats = taskStats(instances, app.versionInfo, VERSION_MS + 20_000);
    expect(stats.totalSummary?.stats).toEqual({
      counts: { staged: 1, running: 2, healthy: 0, unhealthy: 0 },
      lifeTime: { averageSeconds: 30, medianSeconds: 30 },
    });
    expect(stats.withOutdatedConfig?.stats.counts.running).toBe(1);
    expect(stats.withLatestConfig?.stats.counts).toMatchObject({ staged: 1, running: 1 });
    expect(JSON.stringify(taskStats([], app.versionInfo, 0))).toBe('{}');
  });
});

const two = (of: AppDefinition, ports: readonly [number[], number[]]): Instance[] =>
  ports.map((hostPorts, index) =>
    runningInstance(of, {
      id: instanceId(of.id, index),
      agent: { host: `h${index + 1}`, agentId: 's', attributes: [] },
      task: {
        ...taskOf(of),
        hostPorts,
        ipAddresses: [{ ipAddress: `10.0.0.${index + 1}`, protocol: 'IPv4' }],
      },
    }),
  );
const container = (portMappings: NonNullable<AppDefinition['container']>['portMappings']) =>
  ({ type: 'MESOS', volumes: [], portMappings }) as const;

describe('writeTextTasks', () => {
  const mapping = { protocol: 'tcp', labels: {} } as const;

  const host = appDefinition({
    id: '/a/host',
    portDefinitions: [
      { port: 10_000, protocol: 'tcp' },
      { port: 10_001, protocol: 'tcp' },
    ],
  });
  const bridge = appDefinition({
    id: '/bridge',
    portDefinitions: undefined,
    networks: [{ mode: 'container/bridge' }],
    container: container([{ ...mapping, containerPort: 80, hostPort: 0, servicePort: 10_002 }]),
  });
  const network = appDefinition({
    id: '/net',
    portDefinitions: undefined,
    networks: [{ mode: 'container', name: 'blue' }],
    container: container([
      { ...mapping, containerPort: 80, servicePort: 10_003 },
      { ...mapping, containerPort: 81, hostPort: 0, servicePort: 10_004 },
    ]),
  });
  const plain = appDefinition({ id: '/plain', portDefinitions: [] });

  it.each([
    [
      'host network',
      host,
      [
        [1, 2],
        [3, 4],
      ],
      '',
      'a_host\t10000\th1:1\th2:3\t\na_host\t10001\th1:2\th2:4\t\n',
    ],
    ['bridge', bridge, [[5], [6]], '', 'bridge\t10002\th1:5\th2:6\t\n'],
    ['container network, not named', network, [[7], [8]], '', 'net\t10003\t\nnet\t10004\th1:7\th2:8\t\n'],
    [
      'container network, named',
      network,
      [[7], [8]],
      'blue',
      'net\t10003\t10.0.0.1:80\t10.0.0.2:80\t\nnet\t10004\th1:7\th2:8\t\n',
    ],
    [
      'any container network',
      network,
      [[7], [8]],
      '*',
      'net\t10003\t10.0.0.1:80\t10.0.0.2:80\t\nnet\t10004\th1:7\th2:8\t\n',
    ],
    ['no ports', plain, [[], []], '', 'plain\t \th1\th2\t\n'],
    ['fewer host ports than services', host, [[1], []], '', 'a_host\t10000\th1:1\t\na_host\t10001\t\n'],
  ] as const)('%s', (...[, definition, ports, networks, text]) => {
    const instances = two(definition, [[...ports[0]], [...ports[1]]]);
    const named = networks === '' ? [] : [networks];
    expect(writeTextTasks([{ app: definition, instances }], named)).toBe(text);
  });

  it('lists apps without running instances by their first columns only', () => {
    const staging = runningInstance(host, { condition: 'Staging' });
    expect(
      writeTextTasks(
        [
          { app: plain, instances: [] },
          { app: bridge, instances: [staging] },
        ],
        [],
      ),
    ).toBe('plain\t \t\nbridge\t10002\t\n');
  });
});

function taskOf(of: AppDefinition): NonNullable<Instance['task']> {
  const { task } = runningInstance(of);
  if (task === undefined) throw new Error('a running instance has a task');
  return task;
}
