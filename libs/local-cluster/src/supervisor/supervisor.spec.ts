import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, isRunning } from '../agent/agent.fixture.js';
import { readContainerHistory } from './container-journal.js';
import { signalProcess } from './process-tree.js';
import { programPath } from './program.js';
import type { ContainerSpec, NumberedEvent, SupervisorRecord } from './protocol.js';
import { SupervisorClient } from './supervisor-client.js';

let directory: string;
let pids: number[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'supervisor-'));
  pids = [];
});
afterEach(async () => {
  for (const pid of pids) signalProcess(pid, 'SIGKILL');
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
});

/** `output` is the file descriptor of its log; without one the log goes nowhere. */
async function startSupervisor(recoveryTimeoutMs: number, output?: number): Promise<SupervisorRecord> {
  const [socket, record] = [join(directory, '1.sock'), join(directory, '1.json')];
  const args = [programPath('supervisor/main'), socket, record, 'boot', String(recoveryTimeoutMs)];
  const log = output ?? 'ignore';
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  child.unref();
  if (child.pid !== undefined) pids.push(child.pid);
  const written = await eventually(() => readFile(record, 'utf8').catch(() => undefined), 'the supervisor');
  return JSON.parse(written) as SupervisorRecord;
}

interface Connection {
  readonly client: SupervisorClient;
  readonly containers: readonly string[];
  readonly events: NumberedEvent[];
  readonly isClosed: () => boolean;
}

async function connectTo(record: SupervisorRecord): Promise<Connection> {
  const events: NumberedEvent[] = [];
  let isClosed = false;
  const listener = {
    notification: (_id: string, event: NumberedEvent): number => events.push(event),
    closed: (): void => {
      isClosed = true;
    },
  };
  const identity = { agentId: 'a', bootId: 'boot' };
  const { client, containers } = await SupervisorClient.connect(record.socket, identity, listener, 5_000);
  client.resume();
  return { client, containers, events, isClosed: () => isClosed };
}

async function specOf(containerId: string, command: string): Promise<ContainerSpec> {
  const stateDirectory = join(directory, containerId);
  await mkdir(join(stateDirectory, 'pids'), { recursive: true });
  const output = join(stateDirectory, 'output');
  await writeFile(output, '');
  return {
    containerId,
    file: '/bin/sh',
    argv: ['/bin/sh', '-c', command],
    environment: { PATH: '/usr/bin:/bin' },
    directory: stateDirectory,
    stdout: output,
    stderr: output,
    stateDirectory,
  };
}

const typesOf = (events: readonly NumberedEvent[]): string[] => events.map(({ event }) => event.type);

describe('a supervisor', () => {
  it('that cannot write its record says why, leaves no socket and ends', async () => {
    const [socket, record] = [join(directory, '1.sock'), join(directory, 'gone', '1.json')];
    const args = [programPath('supervisor/main'), socket, record, 'boot', '60000'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.pid !== undefined) pids.push(child.pid);
    const [[status], said] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
    expect(status).toBe(1);
    expect(JSON.parse(said)).toMatchObject({
      message: 'supervisor cannot start',
      error: expect.stringContaining('ENOENT') as string,
    });
    await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('writes down what happens before it tells, and repeats what was not acknowledged', async () => {
    const record = await startSupervisor(60_000);
    const first = await connectTo(record);
    first.client.launch(await specOf('c', 'exit 3'));
    await eventually(() => first.events.length === 3);
    expect(typesOf(first.events)).toEqual(['starting', 'running', 'exited']);
    expect((await readContainerHistory(join(directory, 'c'))).events).toEqual(first.events);
    first.client.acknowledge('c', 1);
    first.client.close();
    const second = await connectTo(record);
    await eventually(() => second.events.length === 2);
    expect(second.containers).toEqual(['c']);
    expect(second.events.map(({ seq }) => seq)).toEqual([2, 3]);
    second.client.acknowledge('c', 3);
    second.client.close();
    expect((await connectTo(record)).containers).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/full'))('lives on when its log cannot grow', async () => {
    const full = await open('/dev/full', 'w');
    const record = await startSupervisor(60_000, full.fd).finally(() => full.close());
    // Each connection that is given up makes it say something.
    (await connectTo(record)).client.close();
    const { client, events } = await connectTo(record);
    // Its journal cannot be written: the supervisor says so, or tries to.
    client.launch({ ...(await specOf('c', 'exit 3')), stateDirectory: join(directory, 'gone') });
    await eventually(() => typesOf(events).includes('exited'));
    expect(isRunning(record.pid)).toBe(true);
  });

  it('listens to the newest connection only', async () => {
    const record = await startSupervisor(60_000);
    const first = await connectTo(record);
    const second = await connectTo(record);
    await eventually(first.isClosed);
    second.client.launch(await specOf('c', 'true'));
    await eventually(() => typesOf(second.events).includes('exited'));
    expect(first.events).toEqual([]);
  });

  it('keeps its socket and its records to its owner', async () => {
    const record = await startSupervisor(60_000);
    expect((await stat(record.socket)).mode & 0o777).toBe(0o600);
    const { client, events } = await connectTo(record);
    client.launch(await specOf('c', 'true'));
    await eventually(() => events.length > 0);
    expect((await stat(join(directory, 'c', 'container.json'))).mode & 0o777).toBe(0o600);
  });

  it('ends when told to, but not before its last container', async () => {
    const record = await startSupervisor(60_000);
    const { client, events } = await connectTo(record);
    client.launch(await specOf('c', 'sleep 1000'));
    await eventually(() => events.length === 2);
    client.stop();
    client.destroy('c');
    await eventually(() => typesOf(events).includes('exited'));
    expect(isRunning(record.pid)).toBe(true);
    client.acknowledge('c', events.at(-1)?.seq ?? 0);
    await eventually(() => !isRunning(record.pid), 'the end of the supervisor');
  });

  it('ends its containers and itself when no agent comes back', async () => {
    const record = await startSupervisor(300);
    const { client, events } = await connectTo(record);
    client.launch(await specOf('c', 'sleep 1000'));
    const running = await eventually(() => events.find(({ event }) => event.type === 'running'));
    client.close();
    await eventually(() => !isRunning(record.pid), 'the end of the supervisor');
    const { events: written } = await readContainerHistory(join(directory, 'c'));
    expect(typesOf(written)).toContain('exited');
    expect(running.event.type === 'running' && isRunning(running.event.pid)).toBe(false);
  });

  it('is not held up by a task that replaces its output', async () => {
    const { client, events } = await connectTo(await startSupervisor(60_000));
    const probe = { type: 'COMMAND', file: '/bin/true', argv: ['true'], environment: {} } as const;
    const check = { probe, delayMs: 0, intervalMs: 10, timeoutMs: 5_000 };
    const bad = await specOf('bad', 'rm output; mkfifo output; touch ready; sleep 1000');
    client.launch({ ...bad, check });
    await eventually(() => stat(join(bad.directory, 'ready')).catch(() => undefined), 'the pipe');
    client.launch(await specOf('good', 'exit 3'));
    const exit = await eventually(() => events.find(({ event }) => event.type === 'exited'), 'another end');
    expect(exit.event).toEqual({ type: 'exited', code: 3 });
    client.destroy('bad');
    await eventually(() => events.some(({ event }) => event.type === 'exited' && event.signal === 'SIGKILL'));
  });

  it('starts nothing on an output that leads elsewhere', async () => {
    const { client, events } = await connectTo(await startSupervisor(60_000));
    const spec = await specOf('c', 'echo bad');
    const treasure = join(directory, 'treasure');
    await writeFile(treasure, 'mine');
    await rm(spec.stdout);
    await symlink(treasure, spec.stdout);
    client.launch(spec);
    await eventually(() => events.length === 1);
    expect(events[0]?.event).toEqual({
      type: 'failed',
      message: `Failed to start the process: '${spec.stdout}' is not a regular file`,
    });
    expect(await readFile(treasure, 'utf8')).toBe('mine');
  });

  it('tells when nothing could be started', async () => {
    const { client, events } = await connectTo(await startSupervisor(60_000));
    client.launch({ ...(await specOf('c', 'true')), stdout: join(directory, 'no', 'such', 'directory') });
    await eventually(() => events.length === 1);
    expect(events[0]?.event).toEqual({
      type: 'failed',
      message: 'Failed to start the process: No such file or directory',
    });
  });
});
