import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './support/eventually.js';
import { stablePort } from './support/ports.js';
import { CLI, CliProcess, type CliRun } from './support/run-cli.js';
import { Site, temporaryDirectory } from './support/site.js';

const shell = promisify(execFile);

let site: Site;
let directory: string;

beforeAll(async () => {
  site = await Site.start();
  directory = temporaryDirectory();
});

afterAll(() => site.dispose());

const start = (...args: readonly string[]): CliProcess => new CliProcess(site.api.url, args);

/** Runs a command that must succeed; gives its standard output. */
async function ekiden(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await start(...args).done;
  expect(code, stderr).toBe(0);
  expect(stdout).not.toContain('\u001B');
  return stdout;
}

const refused = (...args: readonly string[]): Promise<CliRun> => start(...args).done;

async function ekidenJson<Body>(...args: readonly string[]): Promise<Body> {
  return JSON.parse(await ekiden(...args, '--json')) as Body;
}

const TALKER =
  'n=0; while [ $n -lt 8 ]; do n=$((n+1)); echo "grüße $n"; sleep 0.25; done; echo end; exec sleep 1000';

test('the life of an app', async () => {
  const options = [
    '--cmd',
    TALKER,
    '--instances',
    '1',
    '--cpus',
    '0.1',
    '--mem',
    '16',
    '--label',
    'tier=web',
  ];
  const created = await start('app', 'create', '--id', '/web', ...options, '--wait', '--as', 'ann').done;
  expect(created).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^creates \/web: deployment \S+\n$/),
  });
  expect(created.stderr).toMatch(/done: deployment \S+ succeeded after/);

  const logs = start('task', 'logs', '/web', '--follow', '--all');
  await eventually(() => logs.stdout.includes('end'), { what: 'the end of the log' });
  const said = Array.from({ length: 8 }, (_, index) => `grüße ${index + 1}\n`).join('');
  expect(logs.stdout).toBe(`${said}end\n`);
  const { tasks } = await ekidenJson<{ tasks: readonly { id: string }[] }>('task', 'list', '/web');
  const taskId = tasks[0]!.id;

  await ekiden('app', 'scale', 'web', '2', '--wait', '--as', 'bob', '--reason', 'mehr Last, größer');
  expect(await ekiden('app', 'list')).toMatch(/^ID +RUNNING .*\n\/web +2\/2 .*\n$/);
  expect(await ekiden('app', 'get', '/web')).toContain('tier=web');
  expect((await ekiden('task', 'list', '/web')).split('\n')).toHaveLength(4);
  expect(await ekiden('group', 'list')).toMatch(/\n\/ +1 +2 /);
  expect(await ekiden('status')).toMatch(/mesos +connected to http/);

  await ekiden('app', 'delete', '/web', '--wait', '--as', 'carl');
  expect((await logs.done).code).toBe(0);
  // The agent still has what the task wrote.
  expect(await ekiden('task', 'logs', taskId, '--all')).toBe(`${said}end\n`);
  expect((await refused('task', 'logs', `${taskId}0`)).code).toBe(1);
});

describe('the past', () => {
  test('tells who did what and why, and how it was', async () => {
    const lines = (await ekiden('app', 'history', '/web')).trimEnd().split('\n').slice(1);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/ carl +deleted \/web/);
    expect(lines[1]).toMatch(/ bob +scaled \/web from 1 to 2 +mehr Last, größer$/);
    expect(lines[2]).toMatch(/ ann +created \/web/);
    interface Entry {
      readonly position: number;
      readonly last: number;
    }
    const { entries } = await ekidenJson<{ entries: readonly Entry[] }>('app', 'history', '/web');
    const [, { position, last }] = entries as readonly [Entry, Entry];
    expect(lines[1]!.trim().split(' ')[0]).toBe(String(position));
    const before = String(position - 1);
    const changes = /\n~ \/web\n +\/instances +1 -> 2\n$/;
    expect(await ekiden('app', 'diff', '/web', before, String(last))).toMatch(changes);
    expect(await ekiden('app', 'get', '/web', '--at', before)).toMatch(/instances +1 of 1/);
    await ekiden('app', 'rollback', '/web', String(last), '--wait');
    expect(await ekidenJson('app', 'get', '/web')).toMatchObject({ app: { instances: 2, tasksRunning: 2 } });
    expect(await ekiden('app', 'why', '/web')).toContain('/web');
    expect(await ekiden('deployment', 'list', '--all', '--app', '/web')).toMatch(/ succeeded +carl +\/web/);
  });

  test('is a chain that shows every change of it', async () => {
    const file = join(directory, 'audit.ndjson');
    await ekiden('audit', 'export', '--output', file);
    expect(await ekiden('audit', 'verify', file, '--against', 'server')).toMatch(
      /^complete and untouched: \d+ events/,
    );
    writeFileSync(file, readFileSync(file, 'utf8').replace('"bob"', '"rob"'));
    const { code, stderr } = await refused('audit', 'verify', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/line \d+, position \d+: the event was changed/);
  });

  test('can be folded and served here', async () => {
    const events = (await ekiden('events', '--since', '0', '--raw')).trimEnd().split('\n');
    const { position } = JSON.parse(events.at(-1)!) as { position: number };
    expect(events).toHaveLength(position);
    const told = await ekiden('events', '--since', '1h', '--app', '/web', '--type', 'deployment_success');
    expect(told.trimEnd().split('\n')).toHaveLength(4);
    const replayed = await ekidenJson<{ position: number; apps: unknown[] }>(
      'replay',
      '--to',
      String(position),
    );
    expect(replayed).toMatchObject({ position, apps: [{ id: '/web', instances: 2, running: 2 }] });
    const at = await site.api.get(`/v2/apps?embed=apps.tasks&at=${position}`);
    const port = await stablePort();
    const served = start('replay', '--to', String(position), '--serve', String(port));
    await eventually(() => served.stderr.includes('is served on'), { what: 'the past to be served' });
    const answer = await fetch(`http://127.0.0.1:${port}/v2/apps?embed=apps.tasks`);
    expect(await answer.text()).toBe(at.text);
    expect((await fetch(`http://127.0.0.1:${port}/v2/apps/web`, { method: 'DELETE' })).ok).toBe(false);
    served.interrupt();
    expect((await served.done).code).toBe(0);
  });
});

test('a change can be looked at before, and its way cleared', async () => {
  const planned = await ekiden('app', 'plan', '/web', '--instances', '5');
  expect(planned).toContain('/instances  2 -> 5');
  expect(planned).toContain('/web: 2 stay, 3 start, 0 stop');
  const asked = await refused('app', 'scale', '/web', '3', '--plan');
  expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  await ekiden('app', 'scale', '/web', '3', '--plan', '--yes', '--wait');
  // No agent has so much room: the deployment stays.
  await ekiden('app', 'update', '/web', '--mem', '1000000');
  const locked = await refused('app', 'scale', '/web', '1');
  expect(locked.code).toBe(1);
  const [, id] = /ekiden deployment watch (\S+)`/.exec(locked.stderr)!;
  expect(await ekiden('deployment', 'list')).toContain(id);
  const watched = start('deployment', 'watch', id!);
  await eventually(() => watched.stderr.includes('step 1 of 1'), { what: 'the progress of the deployment' });
  await ekiden('deployment', 'cancel', id!, '--force');
  const { code, stderr } = await watched.done;
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(/error: deployment \S+ failed after/);
  await ekiden('app', 'delete', '/web', '--force', '--wait');
});

test('commands fail in words, and with a code', async () => {
  const unknown = await refused('app', 'get', '/nope');
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("App '/nope' does not exist") });
  const invalid = await refused('app', 'create', '--id', '/bad', '--cmd', 'x', '--set', 'cpus=-1');
  expect(invalid).toMatchObject({ code: 1, stderr: expect.stringContaining('/cpus: ') });
  expect(await refused('app', 'lits')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('app list'),
  });
  const nobody = new CliProcess(`http://127.0.0.1:${await stablePort()}`, ['app', 'list']);
  expect(await nobody.done).toMatchObject({ code: 3, stderr: expect.stringContaining('npm start') });
});

test('Ctrl-C ends the waiting for input', async () => {
  const process = start('app', 'create', '-');
  // Long enough for the command to wait, short enough for nobody to mind.
  await delay(1500);
  process.interrupt();
  expect((await process.done).code).toBe(130);
});

test('bash completes commands, options and ids', async () => {
  await ekiden(
    'app',
    'create',
    '--id',
    '/shop/web',
    '--cmd',
    'exec sleep 1000',
    '--instances',
    '0',
    '--wait',
  );
  symlinkSync(CLI, join(directory, 'ekiden'));
  const script = join(directory, 'completion.bash');
  writeFileSync(script, await ekiden('completion', 'bash'));
  await shell('bash', ['-n', script]);
  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    const program = `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ekiden; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const path = `${directory}:${process.env['PATH']}`;
    const env = { ...process.env, PATH: path, EKIDEN_URL: site.api.url };
    const { stdout } = await shell('bash', ['-c', program, 'bash', 'ekiden', ...words], { env });
    return stdout.trimEnd().split('\n');
  };
  expect(await complete('gr')).toEqual(['group']);
  expect(await complete('app', 're')).toEqual(['restart']);
  expect(await complete('app', 'scale', '/sh')).toEqual(['/shop/web']);
  expect(await complete('group', 'get', '')).toEqual(['/', '/shop']);
  expect(await complete('app', 'list', '--la')).toEqual(['--label']);
});
