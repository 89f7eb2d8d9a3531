import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.js';
import { LocalClusterProcess } from './support/local-cluster-process.js';
import { taskPids } from './support/processes.js';
import { runEkidenctl } from './support/run-ekidenctl.js';
import { Site } from './support/site.js';

let cluster: LocalClusterProcess;
let site: Site;

beforeAll(async () => {
  cluster = await LocalClusterProcess.start();
  site = await Site.create({
    ownCluster: true,
    args: ['--master', cluster.address, '--failover_timeout', '1', '--hostname', '127.0.0.1'],
  });
});
afterAll(async () => {
  await site?.dispose();
  await cluster?.dispose();
});

/** Ids of the running tasks, once there are so many. */
const running = (count: number): Promise<string[]> =>
  eventually(
    async () => {
      const { tasks } = (await site.api.get('/v2/apps/sleeper/tasks')).body as {
        tasks: readonly { id: string; state: string }[];
      };
      const up = tasks.filter(({ state }) => state === 'TASK_RUNNING');
      return up.length === count ? up.map(({ id }) => id) : undefined;
    },
    { what: `${count} running tasks` },
  );

async function frameworkId(): Promise<unknown> {
  return (await site.api.get('/v2/info')).body['frameworkId'];
}

describe('a framework that the master removed', () => {
  let before: string[];
  let lostId: unknown;

  it('ends each start with 110 and the choice that there is, and nothing registers a second one', async () => {
    await site.start();
    await site.api.post('/v2/apps', { id: 'sleeper', cmd: 'sleep 1000', instances: 2 });
    before = await running(2);
    lostId = await frameworkId();
    await site.stop();
    // Its tasks went with it: the failover time-out is over.
    await eventually(() => Object.keys(taskPids(cluster.dataDir)).length === 0, {
      what: 'the end of the tasks',
    });
    const refused = site.run();
    expect((await refused.exited).code).toBe(110);
    expect(refused.output).toContain('npm run ekidenctl -- framework reset');
    expect(refused.output).toContain(String(lostId));
  });

  it('is given up by the operator; then every app runs again, under a new framework', async () => {
    const reset = ['framework', 'reset', '--data_dir', site.dataDir];
    expect(await runEkidenctl(reset)).toMatchObject({
      code: 1,
      output: expect.stringContaining('2 count as lost'),
    });
    expect(await runEkidenctl([...reset, '--yes'])).toMatchObject({ code: 0 });
    await site.start();
    const after = await running(2);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    expect(await frameworkId()).not.toBe(lostId);
    const { lastTaskFailure } = (
      (await site.api.get('/v2/apps/sleeper?embed=app.lastTaskFailure')).body as {
        app: { lastTaskFailure?: { state: string } };
      }
    ).app;
    expect(lastTaskFailure?.state).toBe('TASK_GONE_BY_OPERATOR');
  });
});
