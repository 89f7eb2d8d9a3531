import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentBench, agentId, frameworkId, taskOf } from '../agent.fixture.js';

let bench: AgentBench;
let virtual: string;
beforeAll(async () => {
  bench = await AgentBench.start();
  bench.run(taskOf('web', 'echo out; mkdir sub; echo inner > sub/file; while :; do sleep 0.1; done'));
  await bench.state('web', 'TASK_RUNNING');
  virtual = `/frameworks/${frameworkId}/executors/web/runs/latest`;
  const sandbox = bench.sandboxOf('web');
  await writeFile(join(sandbox, 'numbers'), '0123456789');
  await writeFile(join(sandbox, 'large'), 'x'.repeat(100_000));
  await symlink('/etc/passwd', join(sandbox, 'way-out'));
});
afterAll(() => bench.stop());

const files = (endpoint: string, path: string, more = ''): Promise<Response> =>
  bench.get(`/files/${endpoint}?path=${encodeURIComponent(path)}${more}`);

describe('files', () => {
  it('lists a directory by any of its names', async () => {
    const real = join(bench.workDir, 'slaves', agentId, virtual);
    for (const path of [virtual, `${virtual}/`, real]) {
      const response = await files('browse', path);
      const entries = (await response.json()) as { path: string; mode: string; size: number; uid: string }[];
      const names = entries.map((entry) => entry.path.slice(path.replace(/\/$/, '').length + 1));
      expect(names).toEqual(['large', 'numbers', 'stderr', 'stdout', 'sub', 'way-out']);
      expect(entries[1]).toMatchObject({ mode: '-rw-r--r--', size: 10, nlink: 1, uid: expect.any(String) });
      expect(entries[4]?.mode).toBe('drwxr-xr-x');
    }
  });

  const reads: [query: string, status: number, answer: unknown][] = [
    ['&offset=2&length=3', 200, { data: '234', offset: 2 }],
    ['&offset=0', 200, { data: '0123456789', offset: 0 }],
    ['', 200, { data: '', offset: 10 }],
    ['&offset=-1', 200, { data: '', offset: 10 }],
    ['&offset=10&length=5', 200, { data: '', offset: 10 }],
    ['&offset=99', 200, { data: '', offset: 99 }],
    ['&offset=-2', 400, 'Negative offset provided: -2.\n'],
    ['&offset=two', 400, "Failed to parse offset: 'two'.\n"],
    ['&offset=0&length=-2', 400, 'Negative length provided: -2.\n'],
  ];
  it.each(reads)('reads %s', async (query, status, answer) => {
    const response = await files('read', `${virtual}/numbers`, query);
    expect(response.status).toBe(status);
    const text = await response.text();
    expect(status === 200 ? JSON.parse(text) : text).toEqual(answer);
  });

  it('reads at most 16 pages, no directories, and answers JSONP', async () => {
    const large = (await (await files('read', `${virtual}/large`, '&offset=0')).json()) as { data: string };
    expect(large.data).toHaveLength(65_536);
    const directory = await files('read', `${virtual}/sub`, '&offset=0');
    expect([directory.status, await directory.text()]).toEqual([400, 'Cannot read a directory.\n']);
    const jsonp = await files('read', `${virtual}/numbers`, '&offset=0&length=1&jsonp=cb');
    expect(await jsonp.text()).toBe('cb({"data":"0","offset":0});');
  });

  it('keeps its hands off pipes and sockets, however many are asked for', async () => {
    const sandbox = bench.sandboxOf('web');
    execFileSync('mkfifo', [join(sandbox, 'sub', 'pipe')]);
    // Sockets have short names; moved, they may have any.
    const listener = createServer().listen(join(bench.workDir, 'sock'));
    await once(listener, 'listening');
    await rename(join(bench.workDir, 'sock'), join(sandbox, 'sub', 'sock'));
    const asked = ['pipe', 'sock', 'pipe', 'pipe', 'pipe', 'pipe'].flatMap((name) => [
      files('read', `${virtual}/sub/${name}`, '&offset=0'),
      files('download', `${virtual}/sub/${name}`),
    ]);
    const answers = await Promise.all(asked);
    listener.close();
    expect(answers.map(({ status }) => status)).toEqual(asked.map(() => 400));
    expect(await answers[0]?.text()).toBe('Cannot read a special file.\n');
    expect((await files('read', `${virtual}/numbers`, '&offset=0')).status).toBe(200);
  });

  it('downloads an empty file', async () => {
    const path = join(bench.sandboxOf('web'), 'sub', 'empty');
    await writeFile(path, '');
    const response = await files('download', `${virtual}/sub/empty`);
    expect([response.headers.get('content-length'), await response.text()]).toEqual(['0', '']);
  });

  it('downloads', async () => {
    const response = await files('download', `${virtual}/sub/file`);
    expect(await response.text()).toBe('inner\n');
    expect(response.headers.get('content-disposition')).toContain('attachment');
  });

  const hidden = ['/way-out', '/../../../../../../../../etc/passwd', '/nothing', '/../'].map((path) => [
    path,
  ]);
  it.each(hidden)('does not know %s', async (path) => {
    for (const endpoint of ['browse', 'read', 'download']) {
      expect((await files(endpoint, `${virtual}${path}`)).status).toBe(404);
    }
  });

  it('does not know anything outside of sandboxes', async () => {
    await mkdir(join(bench.workDir, 'slaves', 'x'), { recursive: true });
    for (const path of ['/etc/passwd', bench.workDir, join(bench.workDir, 'meta'), '/frameworks']) {
      expect((await files('browse', path)).status).toBe(404);
    }
    const missing = await bench.get('/files/read');
    expect([missing.status, await missing.text()]).toEqual([400, "Expecting 'path=value' in query.\n"]);
  });
});

interface AgentState {
  readonly frameworks: { readonly executors: { readonly directory: string }[] }[];
}

interface Statistics {
  readonly statistics: Record<string, number>;
}

describe('state', () => {
  it('shows the task where UIs and service discovery look for it', async () => {
    const state = (await (await bench.get('/slave(1)/state')).json()) as AgentState;
    expect(state).toMatchObject({
      id: agentId,
      version: '1.12.0',
      pid: `slave(1)@127.0.0.1:${bench.agent.address.port}`,
      resources: { cpus: 64, mem: 65536, disk: 1000, gpus: 0, ports: '[31000-32000]' },
      frameworks: [
        {
          id: frameworkId,
          executors: [
            {
              id: 'web',
              source: 'web',
              name: "Command Executor (Task: web) (Command: sh -c 'echo out; mk...')",
              resources: { cpus: 0.2, mem: 64 },
              tasks: [{ id: 'web', state: 'TASK_RUNNING', slave_id: agentId }],
            },
          ],
        },
      ],
    });
    const listed = await files('browse', state.frameworks[0]?.executors[0]?.directory ?? '');
    expect(listed.status).toBe(200);
  });

  it('measures what runs', async () => {
    const [statistics] = (await (await bench.get('/monitor/statistics')).json()) as Statistics[];
    expect(statistics).toMatchObject({ executor_id: 'web', framework_id: frameworkId, source: 'web' });
    expect(statistics?.statistics).toMatchObject({ cpus_limit: 0.2, mem_limit_bytes: 64 * 1024 ** 2 });
    expect(statistics?.statistics['mem_rss_bytes']).toBeGreaterThan(0);
    expect(statistics?.statistics['processes']).toBeGreaterThan(0);
  });

  it('answers health, flags and version, and nothing else', async () => {
    expect((await bench.get('/health')).status).toBe(200);
    const { flags } = (await (await bench.get('/flags')).json()) as { flags: Record<string, string> };
    expect(flags).toMatchObject({
      work_dir: bench.workDir,
      gc_delay: '1weeks',
      switch_user: expect.any(String),
    });
    expect(await (await bench.get('/slave(1)/version')).json()).toMatchObject({ version: '1.12.0' });
    expect((await bench.get('/nothing')).status).toBe(404);
  });
});
