import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sleepingApp } from './support/app-definitions.js';
import { projectRoot } from './support/ekiden-process.js';
import { eventually } from './support/eventually.js';
import { taskPids } from './support/processes.js';
import { seededRandom } from './support/random.js';
import { Site, temporaryDirectory } from './support/site.js';
import { TcpProxy } from './support/tcp-proxy.js';

const DISCONNECTS = 100;

/** Answers its health check with 200 unless the file `SICK` exists. */
const SERVER = `
const { existsSync } = require('node:fs');
require('node:http').createServer((request, response) => {
  response.writeHead(existsSync(process.env.SICK) ? 503 : 200).end();
}).listen(Number(process.env.PORT0), '127.0.0.1');
`;

/** What must have happened for the run to prove anything. */
const WITNESSED = ['AppCreated', 'AppUpdated', 'AppDeleted', 'GroupUpdated', 'DeploymentFailed'].concat([
  'InstanceExpunged',
  'TaskStatusChanged',
  'HealthCheckPassed',
  'InstanceGoalChanged',
  'AppTerminated',
]);

interface Copy {
  readonly position: number;
  readonly apps: readonly unknown[];
  readonly groups: unknown;
}

/** The example as a process of its own, asked over its standard input. */
class Consumer {
  private readonly lines: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcess,
    reader: Interface,
  ) {
    this.lines = reader[Symbol.asyncIterator]();
  }

  static start(url: string): Consumer {
    const main = join(projectRoot, 'examples/rebuild-state/rebuild-state.mjs');
    const child = spawn(process.execPath, [main, '--url', url], { stdio: ['pipe', 'pipe', 'ignore'] });
    return new Consumer(child, createInterface({ input: child.stdout }));
  }

  /** Its state as soon as it has come to a position. */
  async stateAt(position: number): Promise<Copy> {
    this.child.stdin!.write(`${position}\n`);
    const { value } = (await this.lines.next()) as { value: string };
    return JSON.parse(value) as Copy;
  }

  stop(): void {
    this.child.kill();
  }
}

/** Apps with their tasks and failures, and the tree of groups. */
const expectSame = (copy: Copy, api: Copy): void => {
  expect(copy.apps).toEqual(api.apps);
  expect(copy.groups).toEqual(api.groups);
};

describe('a consumer written from the documentation', () => {
  const random = seededRandom('rebuild-state');
  let site: Site;
  let proxy: TcpProxy;
  let consumer: Consumer;
  let directory: string;
  const run = { cuts: 0, isBusy: true };

  beforeAll(async () => {
    directory = temporaryDirectory();
    writeFileSync(join(directory, 'server.cjs'), SERVER);
    site = await Site.start();
    proxy = await TcpProxy.start(new URL(site.api.url).host);
    consumer = Consumer.start(`http://${proxy.address}`);
  });

  afterAll(async () => {
    consumer?.stop();
    await proxy?.stop();
    await site?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  const serving = (id: string, extra: Record<string, unknown> = {}) => ({
    id,
    cmd: `exec '${process.execPath}' '${join(directory, 'server.cjs')}'`,
    cpus: 0.1,
    mem: 64,
    env: { SICK: join(directory, 'sick') },
    healthChecks: [
      {
        protocol: 'HTTP',
        path: '/',
        portIndex: 0,
        intervalSeconds: 1,
        timeoutSeconds: 1,
        maxConsecutiveFailures: 3,
      },
    ],
    ...extra,
  });

  const position = async (): Promise<number> =>
    (await site.api.get<{ position: number }>('/ekiden/v1/position')).body.position;

  /** What the API says, if nothing happened while it was asked. */
  async function shown(): Promise<Copy | undefined> {
    const before = await position();
    const apps = await site.api.get<{ apps: unknown[] }>(
      '/v2/apps?embed=apps.tasks&embed=apps.lastTaskFailure',
    );
    const groups = await site.api.get('/v2/groups');
    const same = (await position()) === before;
    return same ? { position: before, apps: apps.body.apps, groups: groups.body } : undefined;
  }

  async function disconnect(): Promise<void> {
    while (run.cuts < DISCONNECTS) {
      await delay(random.between(10, 70));
      if (proxy.openCount === 0) continue;
      proxy.cut();
      run.cuts += 1;
    }
  }

  /** Creates, scales, upgrades with health checks, restarts, kill-and-scale, failures, sickness, groups, deletions. */
  async function keepBusy(): Promise<void> {
    const { api } = site;
    const force = '?force=true';
    await api.put('/v2/groups', {
      id: '/shop',
      apps: [serving('web', { instances: 2 }), sleepingApp('db')],
      groups: [{ id: '/shop/batch', dependencies: ['/shop/web'], apps: [sleepingApp('job')] }],
    });
    const works: readonly (() => Promise<unknown>)[] = [
      () => api.put(`/v2/apps/shop/db${force}`, { instances: random.between(0, 4) }),
      () => api.put(`/v2/apps/shop/web${force}`, { labels: { round: random.word(8) } }),
      () => api.put(`/v2/apps/shop/web${force}`, { instances: random.between(1, 3) }),
      () => api.post(`/v2/apps/shop/db/restart${force}`),
      () => api.post('/v2/apps', sleepingApp(`/extra/app-${random.between(0, 3)}`, { args: [] })),
      () => api.delete(`/v2/apps/extra/app-${random.between(0, 3)}${force}`),
      () => api.post('/v2/apps', sleepingApp('/failing', { cmd: 'sleep 0.3; exit 3', backoffSeconds: 0 })),
      () => api.delete(`/v2/apps/shop/batch/job/tasks?scale=true&force=true`),
      () => {
        const dependencies = [['/shop/db'], ['/shop/web'], []][random.between(0, 2)];
        const apps = [sleepingApp('job', { instances: 2 })];
        return api.put(`/v2/groups/shop/batch${force}`, { dependencies, apps });
      },
      () => api.put(`/v2/groups/shop/batch${force}`, { dependencies: ['/shop/db', '/shop/web'] }),
      () => killOne(),
    ];
    for (let round = 0; run.isBusy; round += 1) {
      if (round % 20 === 10) writeFileSync(join(directory, 'sick'), '');
      if (round % 20 === 19) rmSync(join(directory, 'sick'), { force: true });
      // Each once, then as it comes.
      await works[round < works.length ? round : random.between(0, works.length - 1)]!();
      await delay(random.between(50, 300));
    }
    rmSync(join(directory, 'sick'), { force: true });
    await api.delete(`/v2/apps/failing${force}`);
  }

  async function killOne(): Promise<void> {
    const pids = Object.values(taskPids(site.dataDir));
    const pid = pids[random.between(0, pids.length - 1)];
    try {
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }

  /** Compares whenever both stand at the same position, until all disconnects are done. */
  async function compareMeanwhile(): Promise<number> {
    let compared = 0;
    while (run.cuts < DISCONNECTS) {
      await delay(100);
      const api = await shown();
      if (api === undefined) continue;
      const copy = await consumer.stateAt(api.position);
      if (copy.position !== api.position) continue;
      expectSame(copy, api);
      compared += 1;
    }
    run.isBusy = false;
    return compared;
  }

  test('has the state of the API, during a busy run with 100 disconnects and after it', async () => {
    const [compared] = await Promise.all([compareMeanwhile(), keepBusy(), disconnect()]);
    expect(proxy.connectionCount).toBeGreaterThanOrEqual(DISCONNECTS);
    expect(compared).toBeGreaterThan(3);

    await site.api.settled();
    const api = await eventually(shown, { what: 'a quiet moment' });
    const copy = await consumer.stateAt(api.position);
    expect(copy.position).toBe(api.position);
    expectSame(copy, api);
    expect(api.apps.length).toBeGreaterThan(2);
    const log = await site.api.get(`/ekiden/v1/stream?since=0&until=${api.position}`);
    const types = new Set(
      log.text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
    );
    for (const type of WITNESSED) expect([...types]).toContain(`io.ekiden.${type}`);
    process.stderr.write(`${api.position} events, compared ${compared} times on the way\n`);
  });
});
