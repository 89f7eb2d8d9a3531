import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckInfo, HealthCheck, TaskInfo, TaskStatus } from '#mesos';
import { AgentBench, eventually, taskOf } from '../agent.fixture.js';

let bench: AgentBench;
beforeEach(async () => {
  bench = await AgentBench.start();
});
afterEach(() => bench.stop());

const quick = { delay_seconds: 0, interval_seconds: 0.05, timeout_seconds: 5, grace_period_seconds: 0 };

const command = (value: string): HealthCheck => ({ type: 'COMMAND', command: { value }, ...quick });

const check = (value: string): CheckInfo => ({
  type: 'COMMAND',
  command: { command: { value } },
  delay_seconds: 0,
  interval_seconds: 0.05,
  timeout_seconds: 5,
});

const statusesOf = (id: string): TaskStatus[] => bench.updatesOf(id).map(({ update }) => update.status);

/** What checks add to the statuses of a task: state, reason, `healthy` and `check_status`. */
const outline = (id: string): unknown[] =>
  statusesOf(id).map(({ state, reason, healthy, check_status }) =>
    [state, reason, healthy, check_status].filter((member) => member !== undefined),
  );

const healthUpdate = 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED';
const checkUpdate = 'REASON_TASK_CHECK_STATUS_UPDATED';

async function sees(id: string, count: number): Promise<void> {
  await eventually(() => statusesOf(id).length >= count, `${count} updates of ${id}`);
}

describe('health checks', () => {
  it('repeat the last status with the health, under a new uuid and without a message', async () => {
    bench.run(taskOf('t', 'sleep 1000', { health_check: command('true') }));
    await sees('t', 3);
    const [, running, healthy] = statusesOf('t');
    expect(healthy).toEqual({
      ...running,
      reason: healthUpdate,
      healthy: true,
      timestamp: healthy!.timestamp,
      uuid: healthy!.uuid,
    });
    expect(healthy!.uuid).not.toBe(running!.uuid);
    expect(healthy!.timestamp).toBeGreaterThanOrEqual(running!.timestamp!);
    expect(Object.keys(healthy!).slice(-3)).toEqual(['uuid', 'healthy', 'container_status']);
  });

  it('that fail too often end the task, and its last status says why', async () => {
    bench.run(taskOf('t', 'sleep 1000', { health_check: { ...command('false'), consecutive_failures: 2 } }));
    const killed = await bench.state('t', 'TASK_KILLED');
    expect(outline('t')).toEqual([
      ['TASK_STARTING'],
      ['TASK_RUNNING'],
      ['TASK_RUNNING', healthUpdate, false],
      ['TASK_RUNNING', healthUpdate, false],
      ['TASK_KILLING'],
      ['TASK_KILLED', false],
    ]);
    expect(killed.message).toBe('Command terminated with signal Terminated');
  });

  it('leave no trace in the last status of a task that was killed on request', async () => {
    bench.run(taskOf('t', 'sleep 1000', { health_check: command('true') }));
    await sees('t', 3);
    bench.kill('t');
    await bench.state('t', 'TASK_KILLED');
    expect(outline('t').slice(-2)).toEqual([['TASK_KILLING'], ['TASK_KILLED']]);
  });

  it('have the environment of the task under their own', async () => {
    const environment = { variables: [{ name: 'B', value: 'check' }] };
    const line = 'echo "$A $B in $MESOS_TASK_NAME$PWD" >>seen';
    const task = taskOf(
      't',
      {
        value: 'sleep 1000',
        environment: {
          variables: [
            { name: 'A', value: 'task' },
            { name: 'B', value: 'task' },
          ],
        },
      },
      { health_check: { ...command(''), command: { value: line, environment } } },
    );
    bench.run(task);
    await sees('t', 3);
    expect(await bench.output('t', 'seen')).toMatch(/^task check in \//);
  });

  it('connect to a port, and ask over HTTP', async () => {
    const server = createServer((_request, response) => response.writeHead(204).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    bench.run(taskOf('tcp', 'sleep 1000', { health_check: { type: 'TCP', tcp: { port }, ...quick } }));
    bench.run(
      taskOf('http', 'sleep 1000', { health_check: { type: 'HTTP', http: { port, path: '/' }, ...quick } }),
    );
    await Promise.all([sees('tcp', 3), sees('http', 3)]);
    server.close();
    expect(statusesOf('tcp')[2]?.healthy).toBe(true);
    expect(statusesOf('http')[2]?.healthy).toBe(true);
  });
});

describe('checks', () => {
  it('stand in every status of the task, without a result where none belongs', async () => {
    bench.run(taskOf('t', 'sleep 1000', { check: check('exit 4') }));
    await sees('t', 3);
    bench.kill('t');
    await bench.state('t', 'TASK_KILLED');
    const none = { type: 'COMMAND', command: {} };
    expect(outline('t')).toEqual([
      ['TASK_STARTING', none],
      ['TASK_RUNNING', none],
      ['TASK_RUNNING', checkUpdate, { type: 'COMMAND', command: { exit_code: 4 } }],
      ['TASK_KILLING', none],
      ['TASK_KILLED', none],
    ]);
  });

  it('and health checks repeat the latest result of each other', async () => {
    bench.run(
      taskOf('t', 'sleep 1000', {
        health_check: { ...command('test ! -e broken'), interval_seconds: 0.05 },
        check: check('test ! -e broken'),
      }),
    );
    await sees('t', 4);
    await writeFile(join(bench.sandboxOf('t'), 'broken'), '');
    const last = await eventually(
      () =>
        statusesOf('t').find(
          ({ healthy, check_status: found }) => healthy === false && found?.command?.exit_code === 1,
        ),
      'both failures in one status',
    );
    expect(last.state).toBe('TASK_RUNNING');
  });
});

describe('an agent that is started again', () => {
  it('reports what checks found while it was away, and what they find later', async () => {
    const health_check = { ...command('test ! -e broken'), consecutive_failures: 1_000_000 };
    bench.run(taskOf('t', 'sleep 1000', { health_check: { ...health_check, interval_seconds: 0.3 } }));
    await sees('t', 3);
    const broken = join(bench.sandboxOf('t'), 'broken');
    await bench.crashAgent();
    await writeFile(broken, '');
    await new Promise((resolve) => setTimeout(resolve, 700));
    bench.updates.length = 0;
    await bench.startAgent();
    await sees('t', 1);
    expect(outline('t')[0]).toEqual(['TASK_RUNNING', healthUpdate, false]);
    await rm(broken);
    await eventually(() => statusesOf('t').at(-1)?.healthy === true, 'the recovery');
  });

  it('finds that a task was ended by its health check meanwhile', async () => {
    const health_check = { ...command('test ! -e broken'), consecutive_failures: 1 };
    bench.run(taskOf('t', 'sleep 1000', { health_check }));
    await sees('t', 3);
    const broken = join(bench.sandboxOf('t'), 'broken');
    await bench.crashAgent();
    await writeFile(broken, '');
    await new Promise((resolve) => setTimeout(resolve, 500));
    bench.updates.length = 0;
    await bench.startAgent();
    const killed = await bench.state('t', 'TASK_KILLED');
    expect(killed.healthy).toBe(false);
    expect(outline('t')).toEqual([
      ['TASK_RUNNING', healthUpdate, false],
      ['TASK_KILLING'],
      ['TASK_KILLED', false],
    ]);
  });

  it('gives nothing new to a supervisor that knows no checks', async () => {
    bench.run(taskOf('old', 'sleep 1000'));
    await bench.state('old', 'TASK_RUNNING');
    const record = join(bench.workDir, 'supervisors', '1.json');
    const { generation: _, ...former } = JSON.parse(await readFile(record, 'utf8')) as Record<
      string,
      unknown
    >;
    await bench.crashAgent();
    await writeFile(record, JSON.stringify(former));
    await bench.startAgent();
    bench.run(taskOf('t', 'sleep 1000', { health_check: command('true') }));
    await sees('t', 3);
    expect(await bench.supervisorPid(2)).not.toBe(await bench.supervisorPid(1));
    bench.kill('old');
    await bench.state('old', 'TASK_KILLED');
  });

  it('tells the master of the health at its registration', async () => {
    bench.run(taskOf('t', 'sleep 1000', { health_check: command('true') }));
    await sees('t', 3);
    await bench.crashAgent();
    await bench.startAgent();
    expect(bench.reregistration?.tasks[0]?.statuses.at(-1)).toMatchObject({ healthy: true });
  });
});

it.each<[string, Partial<TaskInfo>, string]>([
  ['a check', { check: { type: 'TCP', tcp: { port: 1 } } }, 'checks are not supported for docker tasks'],
  [
    'a connecting health check but no network',
    { health_check: { type: 'TCP', tcp: { port: 1 }, ...quick } },
    'HTTP and TCP checks do not reach a container without a network',
  ],
])('a docker task with %s is refused', async (_, checks, reason) => {
  const container = { type: 'DOCKER', docker: { image: 'alpine', network: 'NONE' } } as const;
  bench.run(taskOf('t', 'true', { container, ...checks }));
  expect((await bench.state('t', 'TASK_FAILED')).message).toBe(`Failed to launch container: ${reason}`);
});
