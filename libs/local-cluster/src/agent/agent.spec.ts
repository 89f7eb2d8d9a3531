import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskStatus } from '#mesos';
import { readRecordedSession, stepsOf } from '../../../../test/support/recorded-session.js';
import { AgentBench, eventually, framework, isRunning, taskOf } from './agent.fixture.js';

let bench: AgentBench;
afterEach(() => bench.stop());

describe('a command task', () => {
  beforeEach(async () => {
    bench = await AgentBench.start();
  });

  it('runs to its end, one update at a time', async () => {
    bench.run(taskOf('hello', 'echo "grüße  an alle"; echo "it works" >&2'));
    const finished = await bench.state('hello', 'TASK_FINISHED');
    expect(bench.statesOf('hello')).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']);
    expect(finished.message).toBe('Command exited with status 0');
    expect(await bench.output('hello')).toBe('grüße  an alle\n');
    expect(await bench.output('hello', 'stderr')).toBe('it works\n');
  });

  const ends: [string, string, Pick<TaskStatus, 'state' | 'message'>][] = [
    ['exit 1', 'exit 1', { state: 'TASK_FAILED', message: 'Command exited with status 1' }],
    ['exit 137', 'exit 137', { state: 'TASK_FAILED', message: 'Command exited with status 137' }],
    ['SIGKILL', 'kill -9 $$', { state: 'TASK_FAILED', message: 'Command terminated with signal Killed' }],
    [
      'SIGSEGV',
      'kill -SEGV $$',
      { state: 'TASK_FAILED', message: 'Command terminated with signal Segmentation fault' },
    ],
    [
      'SIGUSR1',
      'kill -USR1 $$',
      { state: 'TASK_FAILED', message: 'Command terminated with signal User defined signal 1' },
    ],
    [
      'unknown command',
      'no-such-command-here',
      { state: 'TASK_FAILED', message: 'Command exited with status 127' },
    ],
  ];
  it.each(ends)('reports how it ended: %s', async (_name, command, expected) => {
    bench.run(taskOf('t', command));
    const status = await bench.state('t', expected.state);
    expect(status).toMatchObject({ ...expected, source: 'SOURCE_EXECUTOR' });
    expect(status.reason).toBeUndefined();
  });

  it('passes an argv on as it is, argv[0] included', async () => {
    const argv = ['my name', '-c', 'echo "$0|$1|$2"', 'zero', 'two words', 'q\'u"ote$HOME'];
    bench.run(taskOf('argv', { shell: false, value: 'sh', arguments: argv }));
    await bench.state('argv', 'TASK_FINISHED');
    expect(await bench.output('argv')).toBe('zero|two words|q\'u"ote$HOME\n');
    expect(bench.statesOf('argv')).toContain('TASK_RUNNING');
  });

  it('tells when a file cannot be executed', async () => {
    bench.run(taskOf('missing', { shell: false, value: './no-such-file' }));
    const status = await bench.state('missing', 'TASK_FAILED');
    expect(bench.statesOf('missing')).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED']);
    expect(status.message).toBe('Command exited with status 1');
    expect(await bench.output('missing', 'stderr')).toBe(
      "Failed to execute './no-such-file': No such file or directory\n",
    );
  });

  it('without a command fails as the executor of the reference does', async () => {
    bench.run(taskOf('none', { shell: true }));
    expect(await bench.state('none', 'TASK_FAILED')).toMatchObject({
      source: 'SOURCE_AGENT',
      reason: 'REASON_EXECUTOR_TERMINATED',
      message: 'Executor terminated',
    });
  });

  it('may write more than any pipe holds', async () => {
    bench.run(taskOf('huge', 'head -c 20000000 /dev/zero; exit 0'));
    await bench.state('huge', 'TASK_FINISHED');
    expect((await stat(join(bench.sandboxOf('huge'), 'stdout'))).size).toBe(20_000_000);
  });

  it('ends with its maximum completion time', async () => {
    bench.run(taskOf('slow', 'sleep 100', { max_completion_time: { nanoseconds: 100e6 } }));
    expect(await bench.state('slow', 'TASK_FAILED')).toMatchObject({
      reason: 'REASON_MAX_COMPLETION_TIME_REACHED',
      message: 'Command terminated with signal Killed',
    });
    expect(bench.statesOf('slow')).not.toContain('TASK_KILLING');
  });

  it('leaves nothing running behind', async () => {
    bench.run(taskOf('parent', '(sleep 1000 & echo $!); exit 0'));
    await bench.state('parent', 'TASK_FINISHED');
    const child = Number(await bench.output('parent'));
    expect(child).toBeGreaterThan(1);
    await eventually(() => !isRunning(child), 'the end of the child');
  });

  it('gets a sandbox that only its user can enter', async () => {
    bench.run(taskOf('sandbox', 'pwd -P; umask; ls /proc/self/fd | wc -l; readlink /proc/self/fd/0'));
    await bench.state('sandbox', 'TASK_FINISHED');
    const sandbox = bench.sandboxOf('sandbox');
    const [directory, umask, files, input] = (await bench.output('sandbox')).split('\n');
    expect(directory).toMatch(/\/runs\/[0-9a-f-]{36}$/);
    expect(umask).toBe('0022');
    // 0, 1, 2 and the one `ls` reads the list with.
    expect(files).toBe('4');
    expect(input).toBe('/dev/null');
    expect((await stat(`${sandbox}/`)).mode & 0o777).toBe(0o750);
    expect((await stat(join(sandbox, 'stdout'))).mode & 0o777).toBe(0o644);
    expect((await stat(join(sandbox, '..'))).mode & 0o777).toBe(0o755);
  });

  it('gives the environment of the reference and nothing else', async () => {
    process.env['LEAKED'] = 'from the parent';
    const variables = [
      { name: 'FOO', value: 'first' },
      { name: 'FOO', value: 'bär' },
      { name: 'MESOS_TASK_ID', value: 'env' },
      {
        name: 'TOKEN',
        type: 'SECRET' as const,
        secret: { type: 'VALUE' as const, value: { data: 'c2VjcmV0' } },
      },
    ];
    bench.run(taskOf('env', { shell: false, value: 'env', environment: { variables } }));
    delete process.env['LEAKED'];
    await bench.state('env', 'TASK_FINISHED');
    const { ip, port } = bench.agent.address;
    const lines = (await bench.output('env')).trimEnd().split('\n');
    const environment = Object.fromEntries(
      lines.map((line) => [line.split('=')[0], line.split('=').slice(1).join('=')]),
    );
    const { MESOS_SANDBOX: sandbox, ...rest } = environment;
    expect(rest).toEqual({
      FOO: 'bär',
      TOKEN: 'secret',
      MESOS_TASK_ID: 'env',
      MESOS_DIRECTORY: sandbox,
      MESOS_FRAMEWORK_ID: framework.id?.value,
      MESOS_EXECUTOR_ID: 'env',
      MESOS_SLAVE_ID: bench.agent.id,
      MESOS_SLAVE_PID: `slave(1)@${ip}:${port}`,
      MESOS_AGENT_ENDPOINT: `${ip}:${port}`,
      MESOS_CHECKPOINT: '1',
      MESOS_RECOVERY_TIMEOUT: '15mins',
      MESOS_SUBSCRIPTION_BACKOFF_MAX: '2secs',
      MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '5secs',
      MESOS_HTTP_COMMAND_EXECUTOR: '0',
      MESOS_ALLOCATION_ROLE: '*',
      LIBPROCESS_IP: ip,
      LIBPROCESS_PORT: '0',
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    });
  });

  it.runIf(process.getuid?.() === 0)('runs as the user it asks for', async () => {
    // The directory of a test is closed to others; those of real agents are not.
    await chmod(bench.workDir, 0o755);
    bench.run(taskOf('user', { shell: true, value: 'id -un; touch mine', user: 'nobody' }));
    await bench.state('user', 'TASK_FINISHED');
    expect(await bench.output('user')).toBe('nobody\n');
    const owners = await Promise.all(
      ['', 'stdout', 'mine'].map(async (name) => (await stat(join(bench.sandboxOf('user'), name))).uid),
    );
    expect(new Set(owners)).toEqual(new Set([owners[0]]));
    expect(owners[0]).toBeGreaterThan(0);
  });

  const refused: [string, Parameters<typeof taskOf>, string][] = [
    [
      'unknown user',
      ['r', { shell: true, value: 'true', user: 'no-such-user-here' }],
      "Failed to find user 'no-such-user-here'",
    ],
    [
      'docker container',
      ['r', 'true', { container: { type: 'DOCKER', docker: { image: 'busybox' } } }],
      'docker engine is not available: this agent runs processes only',
    ],
    [
      'image',
      [
        'r',
        'true',
        { container: { type: 'MESOS', mesos: { image: { type: 'DOCKER', docker: { name: 'b' } } } } },
      ],
      'docker engine is not available: this agent runs processes only',
    ],
    [
      'named network',
      ['r', 'true', { container: { type: 'MESOS', network_infos: [{ name: 'overlay' }] } }],
      "Unknown network 'overlay'",
    ],
  ];
  it.runIf(process.getuid?.() === 0).each(refused)('fails with the cause: %s', async (_name, task, cause) => {
    bench.run(taskOf(...task));
    expect(await bench.state('r', 'TASK_FAILED')).toMatchObject({
      source: 'SOURCE_AGENT',
      reason: 'REASON_CONTAINER_LAUNCH_FAILED',
      message: `Failed to launch container: ${cause}`,
    });
  });

  it('is dropped when the agent has one of the same id or has changed meanwhile', async () => {
    bench.run(taskOf('twice', 'sleep 100'));
    await bench.state('twice', 'TASK_RUNNING');
    bench.run(taskOf('twice', 'sleep 100'));
    expect(await bench.state('twice', 'TASK_DROPPED')).toMatchObject({
      reason: 'REASON_TASK_INVALID',
      message: 'Cannot reuse an already existing executor for a command task',
    });
    const old = { resourceVersion: 'old', launchExecutor: true };
    bench.send({ type: 'run_task', framework, task: taskOf('stale', 'true'), ...old });
    expect(await bench.state('stale', 'TASK_DROPPED')).toMatchObject({ reason: 'REASON_INVALID_OFFERS' });
  });
});

describe('status updates', () => {
  it('have the members of the recorded ones', async () => {
    const recorded = new Map<string, TaskStatus>();
    for (const { json } of stepsOf(readRecordedSession('scheduler-session'), 'event')) {
      const { status } = (json['update'] ?? {}) as { status?: TaskStatus };
      if (status?.uuid !== undefined && status.task_id.value === 't-kill') recorded.set(status.state, status);
    }
    expect([...recorded.keys()]).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_KILLED']);
    bench = await AgentBench.start();
    bench.run(taskOf('t-kill', 'sleep 1000'));
    await bench.state('t-kill', 'TASK_RUNNING');
    bench.kill('t-kill', 2_000);
    await bench.state('t-kill', 'TASK_KILLED');
    for (const [state, expected] of recorded) {
      const own = bench.updatesOf('t-kill').find(({ update }) => update.status.state === state)
        ?.update.status;
      expect(shapeOf(own)).toEqual(shapeOf(expected));
      expect(own).toMatchObject({ source: expected.source, executor_id: expected.executor_id });
      expect(own?.message).toBe(expected.message);
      expect(Buffer.from(own?.uuid ?? '', 'base64')).toHaveLength(16);
    }
  });

  it('wait for the acknowledgement of the one before', async () => {
    bench = await AgentBench.start();
    bench.doesAcknowledge = false;
    bench.run(taskOf('short', 'true'));
    await eventually(
      () => bench.agent.liveTaskCount === 0 && bench.statesOf('short').length === 1,
      'the end behind the head',
    );
    for (const state of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED'] as const) {
      await bench.state('short', state);
      bench.acknowledge(bench.updatesOf('short').at(-1)!);
    }
    expect(bench.updatesOf('short')[1]?.latestState).toBe('TASK_FINISHED');
    await eventually(() =>
      bench.get('/state').then(async (state) => (await state.text()).includes('"frameworks":[]')),
    );
  });
});

/** Names of all members, nested ones included. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, member]) => [name, shapeOf(member)]),
  );
}

describe('URIs of a task', () => {
  it('are in the sandbox before the command runs, and a failure fails the task', async () => {
    bench = await AgentBench.start();
    const source = join(bench.workDir, 'source');
    await mkdir(source);
    await writeFile(join(source, 'tool.sh'), '#!/bin/sh\necho fetched\n');
    const uris = [{ value: join(source, 'tool.sh'), executable: true }];
    bench.run(taskOf('fetch', { shell: true, value: './tool.sh', uris }));
    await bench.state('fetch', 'TASK_FINISHED');
    expect(await bench.output('fetch')).toBe('fetched\n');

    bench.run(taskOf('nothing', { shell: true, value: 'true', uris: [{ value: join(source, 'absent') }] }));
    const { message } = await bench.state('nothing', 'TASK_FAILED');
    expect(message).toMatch(
      /^Failed to launch container: Failed to fetch all URIs for container '[0-9a-f-]{36}': exited with status 1$/,
    );
    expect(await bench.output('nothing', 'stderr')).toContain('ENOENT');
  });
});
