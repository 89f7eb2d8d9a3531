import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { run as runLine, ScriptedApi, type RunOptions } from './cli.fixture.js';

let api: ScriptedApi;

beforeEach(async () => {
  api = await ScriptedApi.start();
});

afterEach(() => api.close());

const run = (line: string | readonly string[], options: RunOptions = {}) =>
  runLine(line, { ...options, env: { EKIDEN_URL: api.url, ...options.env } });

const WEB = {
  id: '/web',
  cmd: 'serve',
  instances: 2,
  cpus: 0.5,
  mem: 64,
  version: '2026-11-23T07:30:00.000Z',
  tasksRunning: 2,
  deployments: [],
};

describe('lists', () => {
  test('are aligned tables without colours where the output is no terminal', async () => {
    api.answers.set('GET /v2/apps', {
      body: { apps: [WEB, { ...WEB, id: '/shop/db', instances: 0, tasksRunning: 0 }] },
    });
    const { stdout, exitCode } = await run('app list --label tier==web');
    expect(stdout.split('\n')).toEqual([
      'ID        RUNNING  HEALTHY  CPUS  MEM  STATUS     CHANGED  RUNS',
      '/web          2/2        -   0.5   64  running        30m  serve',
      '/shop/db      0/0        -   0.5   64  suspended      30m  serve',
      '',
    ]);
    expect(exitCode).toBe(0);
    expect(new URL(api.asked[0]!.url, api.url).searchParams.get('label')).toBe('tier==web');
  });

  test('have colours on a terminal, unless somebody minds, and fit its width', async () => {
    api.answers.set('GET /v2/apps', { body: { apps: [{ ...WEB, cmd: 'x'.repeat(200) }] } });
    const { stdout } = await run('app list', { columns: 80 });
    expect(stdout).toContain('\u001B[32mrunning');
    const plain = await run('app list', { columns: 80, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001B');
    expect((await run('app list --no-color', { columns: 80 })).stdout).toBe(plain.stdout);
    for (const line of plain.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('are the JSON of the API as it is, if wanted', async () => {
    api.answers.set('GET /v2/apps', { body: '{"apps":[{"mem":32.0}]}' });
    expect((await run('app list --json', { columns: 80 })).stdout).toBe('{"apps":[{"mem":32.0}]}\n');
  });

  test('keep control characters of others from the terminal', async () => {
    api.answers.set('GET /v2/apps', { body: { apps: [{ ...WEB, cmd: 'a\u001B[2Jb' }] } });
    expect((await run('app list')).stdout).not.toContain('\u001B');
  });

  test('keep them from it where they stand in names, in JSON and in what went wrong', async () => {
    const terminal = { columns: 80, env: { NO_COLOR: '1' } };
    const fields = [{ path: '/labels/a\u001B[2Jb', to: 'x' }];
    const instant = { position: 1, time: '2026-11-23T07:30:00.000Z' };
    const body = { from: instant, to: instant, changes: [{ id: '/web', kind: 'changed', fields }] };
    api.answers.set('GET /ekiden/v1/diff', { body });
    expect((await run('app diff web 1 2', terminal)).stdout).not.toContain('\u001B');

    const text = '{"apps":[{"cmd":"a\u009B2Jb"}]}';
    api.answers.set('GET /v2/apps', { body: text });
    const { stdout } = await run('app list --json', terminal);
    expect(stdout).toBe('{"apps":[{"cmd":"a\\u009b2Jb"}]}\n');
    expect((await run('app list --json')).stdout).toBe(`${text}\n`);

    api.answers.set('GET /v2/apps', { status: 502, body: '<html>\u001B]0;x\u0007' });
    const failed = await run('app list --json', terminal);
    // eslint-disable-next-line no-control-regex
    expect(failed.stdout + failed.stderr).not.toMatch(/[\u001B\u0007]/);
  });

  test('show the past when asked to', async () => {
    api.answers.set('GET /v2/apps', { body: { apps: [] } });
    await run('app list --at 8h');
    await run('app list --at 1234');
    expect(api.asked.map(({ url }) => new URL(url, api.url).searchParams.get('at'))).toEqual([
      '2026-11-23T00:00:00.000Z',
      '1234',
    ]);
  });
});

describe('changes', () => {
  test('say for whom and why, and with whose credentials', async () => {
    api.answers.set('GET /v2/apps/web', { body: { app: WEB } });
    api.answers.set('PATCH /v2/apps/web', { body: { deploymentId: 'd-1', version: 'v' } });
    const line = [
      'app',
      'scale',
      'web',
      '5',
      '--reason',
      'größer',
      '--as',
      'ann',
      '--force',
      '--user',
      'me:secret',
    ];
    const { stdout } = await run(line);
    expect(stdout).toBe('scales /web to 5: deployment d-1\n');
    expect(api.asked[1]).toMatchObject({
      url: '/v2/apps/web?force=true',
      body: { instances: 5 },
      headers: {
        'x-ekiden-actor': 'ann',
        authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
      },
    });
    const reason = api.asked[1]!.headers['x-ekiden-reason'] as string;
    expect(Buffer.from(reason, 'latin1').toString('utf8')).toBe('größer');
  });

  test('of an app come from a definition, options and paths, in this order', async () => {
    api.answers.set('POST /v2/apps', {
      status: 201,
      body: { id: '/web' },
      headers: { 'Marathon-Deployment-Id': 'd-1' },
    });
    const options =
      '--id shop/web --cpus 2 --env A=1 --label tier=web --set env.B=2 --set upgradeStrategy.maximumOverCapacity=0';
    await run(`app create - ${options}`, { stdin: '{"cmd": "serve", "env": {"Z": "0"}}' });
    expect(api.asked[0]!.body).toEqual({
      id: '/shop/web',
      cmd: 'serve',
      cpus: 2,
      env: { Z: '0', A: '1', B: '2' },
      labels: { tier: 'web' },
      upgradeStrategy: { maximumOverCapacity: 0 },
    });
  });

  test('of one member send that member whole, as it is with the change', async () => {
    const container = { type: 'DOCKER', docker: { image: 'nginx:1', privileged: true } };
    api.answers.set('GET /v2/apps/web', { body: { app: { ...WEB, container, labels: { a: '1', b: '2' } } } });
    api.answers.set('PUT /v2/apps/web', { body: { deploymentId: 'd-1' } });
    await run('app update /web --set container.docker.image=nginx:2 --set labels.b=null');
    expect(api.asked[1]!.body).toEqual({
      container: { type: 'DOCKER', docker: { image: 'nginx:2', privileged: true } },
      labels: { a: '1' },
    });
  });

  test('are shown before, and bound to what was shown', async () => {
    const plan = {
      outcome: 'scale',
      changes: [{ id: '/web', kind: 'changed', fields: [{ path: '/instances', from: 2, to: 5 }] }],
      steps: [{ actions: [{ action: 'ScaleApplication', app: '/web' }] }],
      instances: [{ appId: '/web', keep: 2, start: 3, stop: 0 }],
      token: 't-1',
    };
    api.answers.set('GET /v2/apps/web', { body: { app: WEB } });
    api.answers.set('POST /ekiden/v1/plan', { body: plan });
    api.answers.set('PATCH /v2/apps/web', { body: { deploymentId: 'd-1' } });
    const refused = await run('app scale web 5 --plan');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('/instances  2 -> 5');
    const { exitCode } = await run('app scale web 5 --plan --yes');
    expect(exitCode).toBe(0);
    expect(api.asked.find(({ url }) => url === '/ekiden/v1/plan')!.body).toEqual({
      method: 'PATCH',
      path: '/v2/apps/web',
      body: { instances: 5 },
    });
    expect(api.asked.at(-1)!.headers['x-ekiden-plan']).toBe('t-1');
  });

  test('are asked about on a terminal when they delete', async () => {
    const { exitCode, stderr } = await run('app delete web', { columns: 80, stdin: 'n\n' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Delete /web with all its tasks? [y/N]');
    expect(api.asked).toEqual([]);
    api.answers.set('DELETE /v2/apps/web', { body: { deploymentId: 'd-1' } });
    await run('app delete web --no-wait', { columns: 80, stdin: 'y\n' });
    expect(api.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'DELETE /v2/apps/web?force=false',
    ]);
  });
});

describe('failures', () => {
  test('show what the server says, path by path', async () => {
    const details = [{ path: '/cpus', errors: ['must be at least 0', 'got -1'] }];
    api.answers.set('POST /v2/apps', { status: 422, body: { message: 'Object is not valid', details } });
    const { exitCode, stderr } = await run('app create --id /web --cmd x');
    expect(exitCode).toBe(1);
    expect(stderr).toBe('error: Object is not valid\n  /cpus: must be at least 0\n  /cpus: got -1\n');
  });

  test('name the deployment in the way, and the way around it', async () => {
    const body = { message: 'App is locked', deployments: [{ id: 'd-7' }] };
    api.answers.set('POST /v2/apps/web/restart', { status: 409, body });
    const { stderr } = await run('app restart web');
    expect(stderr).toContain('ekiden deployment watch d-7');
    expect(stderr).toContain('--force');
  });

  test('to reach the server end with 3, and go on to the next server before', async () => {
    const nobody = 'http://127.0.0.1:1';
    const failed = await run('app list', { env: { EKIDEN_URL: nobody } });
    expect(failed.exitCode).toBe(3);
    expect(failed.stderr).toContain('npm start');
    api.answers.set('GET /v2/apps', { body: { apps: [WEB] } });
    expect((await run(`app list --server ${nobody},${api.url}`)).exitCode).toBe(0);
  });

  test('never show credentials', async () => {
    const urls = ['http://ann:hunter2@127.0.0.1:1', 'ftp://ann:hunter2@host'];
    const runs = await Promise.all(urls.map((url) => run(`app list --server ${url}`)));
    runs.push(await run('app list --user hunter2'));
    for (const { stderr, exitCode } of runs) {
      expect(exitCode).toBeGreaterThan(1);
      expect(stderr).not.toContain('hunter2');
    }
  });

  test('say where the server sends to, and take no credentials there', async () => {
    const elsewhere = await ScriptedApi.start();
    api.answers.set('GET /v2/apps', {
      status: 307,
      headers: { location: `${elsewhere.url}/v2/apps` },
      body: '',
    });
    const { exitCode, stderr } = await run('app list --user ann:hunter2');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`the server sends on to ${elsewhere.url}/v2/apps`);
    expect(elsewhere.asked).toEqual([]);
    elsewhere.close();
  });

  test('of what is no Ekiden, or breaks off, are told without a trace of the program', async () => {
    api.answers.set('GET /v2/apps', { body: '<!DOCTYPE html>' });
    expect((await run('app list')).stderr).toMatch(/^error: what answers there is no Ekiden\n/);
    api.answers.set('GET /v2/apps', { headers: { 'content-length': '100' }, body: '{"apps":' });
    const broken = run('app list --timeout 5');
    await vi.waitFor(() => expect(api.asked).toHaveLength(2));
    api.close();
    const { exitCode, stderr } = await broken;
    expect(stderr).toMatch(/^error: Ekiden cannot be reached \(\S+: the connection broke\)\n/);
    expect(exitCode).toBe(3);
  });

  test('of a reason of several lines are found before anything is sent', async () => {
    const { exitCode, stderr } = await run(['app', 'restart', 'web', '--reason', 'a\nb']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('`--reason` takes one line');
    expect(api.asked).toEqual([]);
  });

  test('are not made by a time limit that no timer can hold', async () => {
    api.answers.set('GET /v2/apps', { body: { apps: [WEB] } });
    expect((await run('app list --timeout 1e12')).exitCode).toBe(0);
  });

  test.each([
    ['ap list', 'did you mean `ekiden app`?'],
    ['app lsit', 'did you mean `ekiden app list`?'],
    ['app scale /web', 'usage: ekiden app scale ID INSTANCES [options]'],
    ['app scale /web many', 'INSTANCES takes a number'],
    ['app list --labl x', 'did you mean `--label`?'],
    ['app list --at never', 'is no position and no time'],
    ['app create --id', '`--id ID`'],
    ['app get /web /shop', 'what is `/shop`?'],
    ['app list --at 99999999999999d', 'is no position and no time'],
    ['app list --server http://%zz:x@127.0.0.1:1', '% is %25'],
    ['app delete /a/../b', '`/a/../b` is no id'],
    ['app delete /', '`/` is no id'],
    ['deployment cancel --force ', '`` is no id'],
    ['group delete --yes ', 'the id is empty'],
    ['group delete --yes /a/..', 'is no id'],
    ['events', '--follow'],
  ])('of the command line `%s` end with 2 and help', async (line, text) => {
    const { exitCode, stderr } = await run(line);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(text);
  });
});

describe('the past', () => {
  test('as events ends where it ended when asked, however long nothing comes', async () => {
    api.answers.set('GET /ekiden/v1/status', { body: { position: 7 } });
    const frame = 'id: 5\r\nevent: app_terminated_event\r\ndata: {"appId":"/web"}\r\n\r\n';
    api.answers.set('GET /v2/events', { body: frame });
    const { stdout, exitCode } = await run('events --since 3');
    expect(stdout).toMatch(/5 .* app_terminated  \/web\n$/);
    expect(exitCode).toBe(0);
    const query = new URL(api.asked.at(-1)!.url, api.url).searchParams;
    expect([query.get('since'), query.get('until')]).toEqual(['3', '7']);
  });

  test('as events is resumed where it began, if it breaks before anything came', async () => {
    api.answers.set('GET /ekiden/v1/status', { body: { position: 7 } });
    const answers = [{ body: '' }, { status: 503, body: {} }, { status: 403, body: { message: 'No' } }];
    api.answers.set('GET /v2/events', () => answers.shift()!);
    const { stderr } = await run('events --follow');
    expect(stderr).toMatch(/^(the stream broke: connecting again\n){2}error: No\n$/);
    const asked = api.asked.filter(({ url }) => url.startsWith('/v2/events'));
    expect(asked.map(({ url }) => url)).toEqual(Array.from({ length: 3 }, () => '/v2/events?since=7'));
  });

  test('of an app is one line per command, refused ones too', async () => {
    const actor = { kind: 'user', name: 'ann', onBehalfOf: 'bob', reason: 'night', address: '10.0.0.1' };
    const time = '2026-11-22T23:10:00.000Z';
    const entries = [
      {
        id: 'c1',
        time,
        actor,
        accepted: true,
        position: 44,
        last: 47,
        events: 4,
        summary: 'scaled /web from 5 to 2',
      },
      {
        id: 'c2',
        time,
        actor: { kind: 'user', address: '10.0.0.9' },
        accepted: false,
        command: 'PutApp',
        path: '/v2/apps/web',
        reason: 'locked',
      },
    ];
    api.answers.set('GET /ekiden/v1/history', { body: { entries } });
    const { stdout } = await run('app history web --from 1d');
    expect(stdout.split('\n')).toEqual([
      'POSITION  TIME                      WHO          WHAT                                   WHY',
      '      44  2026-11-22T23:10:00.000Z  ann for bob  scaled /web from 5 to 2                night',
      '       -  2026-11-22T23:10:00.000Z  10.0.0.9     refused: PutApp /v2/apps/web (locked)  -',
      '',
    ]);
    const query = new URL(api.asked[0]!.url, api.url).searchParams;
    expect(Object.fromEntries(query)).toEqual({
      app: '/web',
      kind: 'command',
      from: '2026-11-22T08:00:00.000Z',
    });
  });

  test('and the present differ field by field; without instants it is the last change', async () => {
    api.answers.set('GET /v2/apps/web/versions', { body: { versions: ['v2', 'v1', 'v0'] } });
    const body = {
      from: { position: 3, time: 't1', version: 'v1' },
      to: { position: 9, time: 't2' },
      changes: [
        {
          id: '/web',
          kind: 'changed',
          fields: [
            { path: '/instances', from: 5, to: 2 },
            { path: '/cmd', to: 'x' },
          ],
        },
      ],
    };
    api.answers.set('GET /ekiden/v1/diff', { body });
    const { stdout } = await run('app diff web');
    expect(stdout.split('\n')).toEqual([
      'from t1 (position 3, version v1)',
      'to   t2 (position 9)',
      '~ /web',
      '    /instances  5 -> 2',
      '    /cmd        "x"',
      '',
    ]);
    expect(api.asked[1]!.url).toBe('/ekiden/v1/diff?app=%2Fweb&from=v1');
  });

  test('comes back by position or time', async () => {
    api.answers.set('POST /ekiden/v1/apps/shop/web/rollback', {
      body: { deploymentId: 'd-1', version: 'v' },
    });
    await run('app rollback shop/web 44');
    await run('app rollback shop/web 8h');
    expect(api.asked.map(({ body }) => body)).toEqual([{ to: 44 }, { to: '2026-11-23T00:00:00.000Z' }]);
  });
});
