import { describe, expect, it } from 'vitest';
import type { ApiCommand } from '../commands/command.js';
import { Scenario } from '../deciding/scenario.fixture.js';
import { GroupScenario, idle } from '../apps/group-tree.fixture.js';
import { plan } from './plan-first.fixture.js';

const WEB = { id: '/web', cmd: 'sleep 1', cpus: 1, mem: 10, instances: 3, portDefinitions: [] };

/** `/web` with three instances that run, one on each of three agents. */
function running(extra: Record<string, unknown> = {}): Scenario {
  const scenario = new Scenario({ maxInstancesPerOffer: 1 }).connected();
  scenario.create({ ...WEB, ...extra });
  for (const agent of ['a', 'b', 'c']) offerOf(scenario, agent, 2);
  return scenario;
}

/** An agent offers so many CPUs; what is launched on it runs. */
function offerOf(scenario: Scenario, agent: string, cpus: number): void {
  const resources = [
    { name: 'cpus', type: 'SCALAR' as const, scalar: { value: cpus } },
    { name: 'mem', type: 'SCALAR' as const, scalar: { value: 1000 } },
  ];
  const launched = scenario.offer({ agent_id: { value: agent }, hostname: `${agent}.example`, resources });
  for (const task of launched) scenario.status(task, 'TASK_RUNNING', { agent_id: { value: agent } });
}

const put = (json: unknown, force = false): ApiCommand => ({
  type: 'PutApp',
  appId: '/web',
  json,
  force,
  partialUpdate: true,
  uri: '/v2/apps/web',
});

describe('the outlook of a plan', () => {
  it.each<[name: string, command: ApiCommand, outcome: string, counts: readonly number[]]>([
    ['scaled up', put({ instances: 5 }), 'scale', [3, 2, 0]],
    ['scaled down', put({ instances: 1 }), 'scale', [1, 0, 2]],
    ['changed', put({ cmd: 'sleep 2' }), 'rolling', [0, 3, 3]],
    ['restarted', { type: 'RestartApp', appId: '/web', force: false }, 'rolling', [0, 3, 3]],
    ['changed where no instance notices', put({ executorResources: { cpus: 0.1 } }), 'in-place', [3, 0, 0]],
    ['deleted', { type: 'DeleteApp', appId: '/web', force: false }, 'delete', [0, 0, 3]],
    [
      'killed',
      { type: 'KillTasks', selection: { appId: '/web', host: 'a.example' }, wipe: false },
      'kill',
      [2, 1, 1],
    ],
    ['wiped', { type: 'KillTasks', selection: { appId: '/web' }, wipe: true }, 'kill', [0, 3, 3]],
    [
      'killed and scaled',
      { type: 'KillAndScale', selection: { appId: '/web', host: 'b.example' }, force: false },
      'scale',
      [2, 0, 1],
    ],
  ])('of an app that is %s', (_, command, outcome, [keep, start, stop]) => {
    const { outlook } = plan(running(), command);
    expect(outlook.outcome).toBe(outcome);
    expect(outlook.apps).toMatchObject([{ appId: '/web', outcome, keep, start, stop }]);
  });

  it('tells a write that changes nothing, and one that is refused', () => {
    expect(plan(running(), put({ instances: 3 })).outlook).toMatchObject({
      outcome: 'no-op',
      apps: [],
      steps: [],
    });
    const { outlook, trial } = plan(running(), { type: 'DeleteApp', appId: '/none', force: false });
    expect(outlook.outcome).toBe('refused');
    expect(trial.reply).toMatchObject({ code: 'AppNotFound' });
  });

  it('names the deployments that a forced write cancels, and what a cancelled one leaves', () => {
    const scenario = running();
    scenario.put('/web', { instances: 9 });
    const [deployment] = scenario.state.deployments.keys();
    expect(plan(scenario, put({ instances: 4 })).trial.reply).toMatchObject({ code: 'AppLocked' });
    expect(plan(scenario, put({ instances: 4 }, true)).outlook.cancels).toEqual([deployment]);
    const stop = plan(scenario, { type: 'CancelDeployment', deploymentId: deployment!, force: true });
    expect(stop.outlook).toMatchObject({ outcome: 'cancel', cancels: [deployment], steps: [] });
  });

  it('tells what becomes of groups', () => {
    const scenario = new GroupScenario();
    scenario.post({ id: '/g', apps: [idle('a')] });
    const json = { apps: [idle('b')], groups: [{ id: 'h' }] };
    const { outlook } = plan(scenario, {
      type: 'PutGroup',
      groupId: '/g',
      json,
      force: false,
      dryRun: false,
    });
    expect(outlook.outcome).toBe('delete');
    expect(outlook.apps.map(({ appId, outcome }) => [appId, outcome])).toEqual([
      ['/g/a', 'delete'],
      ['/g/b', 'create'],
    ]);
    expect(outlook.groups).toEqual([{ groupId: '/g/h', from: null, to: { id: '/g/h', dependencies: [] } }]);
  });
});

const hostsOf = ({ placements }: ReturnType<typeof plan>): string[] =>
  placements.flatMap(({ instances }) =>
    instances.map((place) => ('hostname' in place ? place.hostname : place.unplaced)),
  );

describe('the placements of a plan', () => {
  it('use what is left on the agents, and say what is missing on each', () => {
    const hosts = hostsOf(plan(running(), put({ instances: 8 })));
    expect(hosts.slice(0, 3).toSorted()).toEqual(['a.example', 'b.example', 'c.example']);
    const lack = 'no agent fits: of 3, 3 have too few CPUs left';
    expect(hosts.slice(3)).toEqual([lack, lack]);
  });

  it('obey constraints against the instances that are there', () => {
    const scenario = running({ constraints: [['hostname', 'UNIQUE']] });
    offerOf(scenario, 'd', 9);
    const lack = 'no agent fits: of 4, 4 do not satisfy a constraint';
    expect(hostsOf(plan(scenario, put({ instances: 5 })))).toEqual(['d.example', lack]);
  });

  it('find room that a rolling replacement itself makes', () => {
    const strategy = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 };
    const scenario = running({ cpus: 2, upgradeStrategy: strategy });
    const changed = plan(scenario, put({ env: { A: '1' } }));
    expect(hostsOf(changed).toSorted()).toEqual(['a.example', 'b.example', 'c.example']);
  });

  it('say what a replacement waits for that finds no room', () => {
    const scenario = running({ cpus: 2 });
    const hosts = hostsOf(plan(scenario, put({ env: { A: '1' } })));
    expect(new Set(hosts)).toEqual(new Set(['no agent fits: of 3, 3 have too few CPUs left']));
  });

  it('come with health and readiness, as if all went well', () => {
    const healthChecks = [
      { protocol: 'TCP', port: 80 },
      { protocol: 'COMMAND', command: { value: 'true' } },
    ];
    const scenario = running({ cpus: 0.5 });
    const changed = plan(scenario, put({ healthChecks, instances: 4 }));
    expect(hostsOf(changed)).toHaveLength(4);
    expect(hostsOf(changed).every((host) => host.endsWith('.example'))).toBe(true);
  });

  it('know nothing while no agent is known, and leave out an agent that is gone', () => {
    const empty = new Scenario().connected();
    expect(hostsOf(plan(empty, { type: 'CreateApp', json: WEB, force: false, uri: '/v2/apps' }))[0]).toMatch(
      /^no agent has made an offer/,
    );
    const scenario = running();
    scenario.tell({ type: 'AgentRemoved', agentId: 'b' });
    expect(hostsOf(plan(scenario, put({ instances: 5 }))).toSorted()).toEqual(['a.example', 'c.example']);
  });

  it('are not looked for where a change is too large', () => {
    expect(hostsOf(plan(running(), put({ instances: 20_000 })))[0]).toMatch(/^not rehearsed/);
  });

  it('go on where a turn was cut short', () => {
    const scenario = running();
    scenario.hurried = true;
    expect(hostsOf(plan(scenario, put({ instances: 6 }))).toSorted()).toEqual([
      'a.example',
      'b.example',
      'c.example',
    ]);
  });
});
