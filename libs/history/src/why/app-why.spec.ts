import { describe, expect, it } from 'vitest';
import { explainApp, type AppFacts } from './app-why.js';
import { byAda, Life } from './life.fixture.js';

const web = { cmd: 'serve', cpus: 1, mem: 64, portDefinitions: [] };

function why(life: Life, known: Partial<AppFacts> = {}) {
  const { state } = life;
  return explainApp({
    app: state.apps.get('/web')!,
    instances: life.instancesOf('/web'),
    deployments: state.deployments.ofApp('/web').map((deployment) => ({ deployment })),
    lastFailure: state.taskFailures.get('/web'),
    queued: life.queued('/web'),
    session: { connected: true },
    ...known,
  });
}

const texts = (explanation: ReturnType<typeof why>): string[] =>
  explanation.sentences.map(({ text }) => text);

describe('why an app', () => {
  it('runs: who wanted it so, and how many do', () => {
    const life = new Life();
    life.put('/web', { ...web, instances: 2 });
    life.launchAll();
    const explanation = why(life, { lastChange: byAda('scaled /web from 1 to 2') });
    expect(explanation).toMatchObject({ state: 'running', summary: '2 of 2 instances of /web run.' });
    expect(texts(explanation)).toEqual([
      '2 instances are wanted; the last change: ada ("night shift") scaled /web from 1 to 2.',
      'Of its instances 2 run.',
    ]);
    expect(explanation.funnel).toBeUndefined();
  });

  it('waits: what it wants and what the agents offered', () => {
    const life = new Life();
    life.put('/web', { ...web, mem: 512, instances: 2 });
    life.offer({ mem: 256 });
    expect(why(life)).toMatchObject({
      state: 'waiting',
      summary:
        '0 of 2 instances of /web run: no offer fits. ' +
        'At 1 of 1 agent: 512 MiB of memory wanted, at most 256 offered by the only agent.',
      funnel: [{ reason: 'InsufficientMemory', declined: 1, processed: 1 }],
    });
  });

  it.each([
    [{ constraints: [['rack', 'LIKE', 'a']] }, 'no agent left that satisfies [rack LIKE a]'],
    [{ acceptedResourceRoles: ['*'], cpus: 101 }, '101 cpus wanted, at most 100 offered'],
    [{ portDefinitions: [{ port: 80 }], requirePorts: true }, 'port 80 not free'],
  ])('waits with %j: %s', (definition, words) => {
    const life = new Life();
    life.put('/web', { ...web, ...definition });
    life.offer();
    expect(why(life).summary).toContain(words);
  });

  it('waits without Mesos', () => {
    const life = new Life();
    life.put('/web', web);
    expect(why(life, { session: { connected: false } }).summary).toBe(
      '0 of 1 instance of /web run: there is no connection to Mesos, so that no offers come in.',
    );
  });

  it('is delayed after failures, and what the last one was', () => {
    const life = new Life();
    life.put('/web', { ...web, backoffSeconds: 300 });
    life.launchAll();
    life.status(life.instancesOf('/web')[0]!.task!.id, 'TASK_FAILED', 'Command exited with status 1');
    const explanation = why(life);
    expect(explanation.state).toBe('delayed');
    expect(explanation.summary).toMatch(/launches wait another (4|5) minutes, since earlier tasks failed/);
    expect(texts(explanation).at(-1)).toMatch(
      /^The last failure: web\.instance-.* on agent1\.example ended as TASK_FAILED: Command exited with status 1\.$/,
    );
  });

  it('is deploying, and what its deployment waits for', () => {
    const life = new Life();
    life.put('/web', {
      ...web,
      instances: 2,
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    });
    life.launchAll();
    life.put('/web', { cmd: 'serve better' });
    life.offer();
    expect(why(life)).toMatchObject({ state: 'deploying' });
    expect(why(life).summary).toMatch(
      /^2 of 2 instances of \/web run\. Deployment id-\d+ is in step 1 of 1 \(RestartApplication\) and waits: 2 of 2 instances are not running yet and 2 of an older version are to be replaced\.$/,
    );
  });

  it('is deploying a version that fits nowhere', () => {
    const life = new Life();
    life.put('/web', web);
    life.launchAll();
    life.put('/web', { cpus: 999 });
    life.offer();
    expect(why(life).summary).toBe(
      '1 of 1 instance of /web runs, and 1 more waits to take their place: no offer fits. ' +
        'At 1 of 1 agent: 999 cpus wanted, at most 100 offered by the only agent.',
    );
  });

  it('is suspended', () => {
    const life = new Life();
    life.put('/web', { ...web, instances: 0 });
    expect(why(life, { lastChange: byAda('scaled /web from 5 to 0') })).toMatchObject({
      state: 'suspended',
      summary:
        '/web is suspended: it is to have no instances, since ada ("night shift") scaled /web from 5 to 0.',
    });
  });
});
