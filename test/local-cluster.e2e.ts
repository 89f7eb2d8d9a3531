import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { sleepingApp } from './support/app-definitions.js';
import { eventually } from './support/eventually.js';
import { ClusterPart, LocalClusterProcess } from './support/local-cluster-process.js';
import { stablePort } from './support/ports.js';
import { endStrays, taskPids } from './support/processes.js';
import { Site, temporaryDirectory } from './support/site.js';

let cluster: LocalClusterProcess | undefined;
let site: Site | undefined;

afterEach(async () => {
  await site?.dispose();
  await cluster?.dispose();
  site = undefined;
  cluster = undefined;
});

/** Ekiden on the cluster of the test. */
async function startEkiden(...args: readonly string[]): Promise<Site> {
  site = await Site.start({ ownCluster: true, args: ['--master', cluster!.address, ...args] });
  return site;
}

describe('a cluster of its own', () => {
  test('outlives Ekiden, which finds its tasks again', async () => {
    cluster = await LocalClusterProcess.start({ agents: 2 });
    const ekiden = await startEkiden();
    const { api } = ekiden;
    await api.createApp(sleepingApp('one', { instances: 3 }));
    await api.running('/one', 3);
    const pids = taskPids(cluster.dataDir);
    expect((await ekiden.stop()).code).toBe(0);
    expect(taskPids(cluster.dataDir)).toEqual(pids);
    await ekiden.start();
    await api.running('/one', 3);
    expect(taskPids(cluster.dataDir)).toEqual(pids);
    expect(await cluster.control.agents()).toHaveLength(2);
  });

  test('is ended and started again under Ekiden, with its tasks running', async () => {
    cluster = await LocalClusterProcess.start();
    const { api } = await startEkiden();
    await api.createApp(sleepingApp('one', { instances: 2 }));
    await api.running('/one', 2);
    const pids = taskPids(cluster.dataDir);
    await cluster.masters[0]!.stop();
    expect(taskPids(cluster.dataDir)).toEqual(pids);
    await cluster.masters[0]!.start();
    await api.put('/v2/apps/one', { instances: 3 });
    await api.running('/one', 3);
    expect(taskPids(cluster.dataDir)).toMatchObject(pids);
  });

  test('has its directory for itself', async () => {
    cluster = await LocalClusterProcess.start();
    const second = new ClusterPart(['--work_dir', cluster.dataDir, '--port', '0', '--agent_port', '0']);
    await expect(second.start()).rejects.toThrow('the local cluster');
    expect(second.output).toContain(`is in use by process ${cluster.masters[0]!.pid}`);
    expect((await second.exited).code).toBe(1);
    expect(cluster.masters[0]!.isRunning).toBe(true);
  });

  test('ends its tasks when it is told to', async () => {
    cluster = await LocalClusterProcess.start({ masterArgs: ['--stop_tasks'] });
    const { api } = await startEkiden();
    await api.createApp(sleepingApp('one', { instances: 2 }));
    await api.running('/one', 2);
    await cluster.masters[0]!.stop();
    expect(cluster.masters[0]!.output).toMatch(/"stoppedTasks":2/);
    expect(taskPids(cluster.dataDir)).toEqual({});
  });
});

describe('a framework', () => {
  test('authenticates, with the secret as it is at the moment', async () => {
    const directory = temporaryDirectory();
    const [credentials, secret] = [join(directory, 'credentials.json'), join(directory, 'secret')];
    const allow = (value: string): void =>
      writeFileSync(credentials, JSON.stringify({ credentials: [{ principal: 'ekiden', secret: value }] }));
    allow('first');
    writeFileSync(secret, 'first\n');
    cluster = await LocalClusterProcess.start({ masterArgs: ['--credentials', credentials] });
    const { api } = await startEkiden(
      '--mesos_authentication',
      '--mesos_authentication_principal',
      'ekiden',
      '--mesos_authentication_secret_file',
      secret,
    );
    await api.createApp(sleepingApp('one'));
    await api.running('/one', 1);
    allow('second');
    writeFileSync(secret, 'second\n');
    await cluster.masters[0]!.kill();
    await cluster.masters[0]!.start();
    await api.put('/v2/apps/one', { instances: 2 });
    await api.running('/one', 2);
    expect(site!.ekiden.output).toContain('trying again with the secret as it is now');
    expect(site!.ekiden.output).not.toMatch(/"(?:first|second)"/);
  });

  test('keeps its principal: with another one Ekiden ends and says what to do', async () => {
    cluster = await LocalClusterProcess.start();
    site = await Site.create({ ownCluster: true, args: ['--master', cluster.address] });
    await site.start('--mesos_authentication_principal', 'one');
    // Written down by Ekiden, not only known to the master: only then does the next one claim to be the same.
    await eventually(async () => (await site!.api.get('/v2/info')).body['frameworkId'] ?? undefined);
    await site.crash();
    const other = site.run('--mesos_authentication_principal', 'two');
    const { code } = await other.exited;
    expect(other.output).toContain('set --mesos_authentication_principal to that one');
    expect(code).toBe(106);
  });

  test('that was removed is not silently replaced', async () => {
    cluster = await LocalClusterProcess.start();
    const { ekiden } = await startEkiden();
    const [framework] = await eventually(async () => {
      const { frameworks } = await cluster!.state();
      return frameworks[0]?.active === true ? frameworks : undefined;
    });
    const { status } = await fetch(`${cluster.address}/_control/frameworks/${framework!.id}/error`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'Framework has been removed' }),
    });
    expect(status).toBe(200);
    expect((await ekiden.exited).code).toBe(110);
    expect(ekiden.output).toContain('framework reset');
  });
});

describe('agents apart from their master', () => {
  test('need no ZooKeeper: they are told where it is, and come back to it', async () => {
    const dataDir = temporaryDirectory();
    const port = await stablePort();
    const work = ['--work_dir', dataDir];
    const master = new ClusterPart(['--role', 'master', '--port', String(port), ...work]);
    const place = ['--master', `127.0.0.1:${port}`, ...work];
    const agents = new ClusterPart(['--role', 'agent', '--agents', '2', '--agent_port', '0', ...place]);
    const active = async (): Promise<number> => {
      const response = await fetch(`http://127.0.0.1:${port}/state`);
      return ((await response.json()) as { activated_slaves: number }).activated_slaves;
    };
    try {
      const registered = agents.start();
      await master.start();
      await registered;
      await eventually(async () => (await active()) === 2, { what: 'both agents' });
      await master.kill();
      await master.start();
      await eventually(async () => (await active()) === 2, { what: 'the return of both agents' });
      await agents.stop();
      await eventually(async () => (await active()) === 0, { what: 'the end of both agents' });
      expect(master.isRunning).toBe(true);
    } finally {
      await Promise.all([master.kill(), agents.kill()]);
      await endStrays(dataDir);
    }
  });
});
