import { describe, expect, it } from 'vitest';
import { captureSnapshot, copyState, restoreSnapshot } from '../state/snapshot.js';
import { accepted, Scenario } from './scenario.fixture.js';

const sleeper = (changes: Record<string, unknown> = {}) => ({ id: '/web', cmd: 'sleep 1000', ...changes });

describe('creating an app', () => {
  it('stores it, schedules its instances, launches them on an offer and ends the deployment', () => {
    const scenario = new Scenario().connected();
    const reply = accepted(scenario.create(sleeper({ instances: 2 })));

    expect(reply.plan.steps).toEqual([
      { actions: [{ action: 'StartApplication', app: '/web' }] },
      { actions: [{ action: 'ScaleApplication', app: '/web' }] },
    ]);
    expect(scenario.state.deployments.size).toBe(1);
    expect(scenario.instances('/web').map((i) => i.condition)).toEqual(['Scheduled', 'Scheduled']);

    const tasks = scenario.offer();
    expect(tasks).toHaveLength(2);
    expect(scenario.instances('/web').map((i) => i.condition)).toEqual(['Provisioned', 'Provisioned']);

    for (const task of tasks) scenario.status(task, 'TASK_RUNNING');
    expect(scenario.state.deployments.size).toBe(0);
    expect(scenario.eventTypes()).toEqual([
      'FrameworkRegistered',
      'DeploymentStarted',
      'AppCreated',
      'DeploymentStepStarted',
      'InstanceScheduled',
      'InstanceScheduled',
      'InstanceProvisioned',
      'InstanceProvisioned',
      'TaskStatusChanged',
      'TaskStatusChanged',
      'DeploymentSucceeded',
    ]);
  });

  it('creates the groups above the app and stamps a strictly growing version', () => {
    const scenario = new Scenario();
    const first = accepted(scenario.create(sleeper({ id: '/shop/front/web', instances: 0 })));
    const second = accepted(scenario.create(sleeper({ id: '/shop/db', instances: 0 })));
    expect([...scenario.state.groups.keys()]).toEqual(['/', '/shop', '/shop/front']);
    expect(second.version > first.version).toBe(true);
    expect(scenario.state.rootVersion).toBe(second.version);
  });

  it('assigns service ports from the pool and shows 0 in the submitted form', () => {
    const scenario = new Scenario();
    const reply = accepted(scenario.create(sleeper({ instances: 0 })));
    expect(reply.submitted?.portDefinitions?.[0]?.port).toBe(0);
    expect(scenario.app('/web').portDefinitions?.[0]?.port).toBe(10_000);
  });

  it('refuses an id that exists, and one that clashes with a group, changing nothing', () => {
    const scenario = new Scenario();
    scenario.create(sleeper({ id: '/a/b', instances: 0 }));
    expect(scenario.create(sleeper({ id: '/a/b' }))).toMatchObject({ code: 'AppAlreadyExists' });
    expect(scenario.create(sleeper({ id: '/a' }))).toMatchObject({
      code: 'Invalid',
      details: [{ path: '/', errors: ['Groups and Applications may not have the same identifier.'] }],
    });
    expect([...scenario.state.apps.keys()]).toEqual(['/a/b']);
  });

  it('lets an app take the place of an empty group', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper({ id: '/a/b', instances: 0 }));
    accepted(scenario.submit({ type: 'DeleteApp', appId: '/a/b', force: false }));
    accepted(scenario.create(sleeper({ id: '/a', instances: 0 })));
    expect(scenario.state.groups.has('/a')).toBe(false);
    expect(scenario.state.apps.has('/a')).toBe(true);
  });

  it('refuses cyclic dependencies', () => {
    const scenario = new Scenario();
    scenario.create(sleeper({ id: '/a', instances: 0, dependencies: ['/b'] }));
    const reply = scenario.create(sleeper({ id: '/b', instances: 0, dependencies: ['/a'] }));
    expect(reply).toMatchObject({
      details: [{ path: '/', errors: ['Dependency graph has cyclic dependencies.'] }],
    });
  });
});

describe('scaling', () => {
  it('adds what is missing and leaves the others alone', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper({ instances: 2 }));
    const before = scenario.launchAll();
    const plan = accepted(scenario.put('/web', { instances: 5 })).plan;
    expect(plan.steps).toEqual([{ actions: [{ action: 'ScaleApplication', app: '/web' }] }]);
    expect(scenario.launchAll()).toHaveLength(3);
    expect(scenario.state.deployments.size).toBe(0);
    expect(scenario.instances('/web').map((i) => i.task?.id)).toEqual(expect.arrayContaining(before));
  });

  it('gives up the youngest first and waits until they are gone', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper({ instances: 1 }));
    const [oldest] = scenario.launchAll();
    scenario.advance(5000);
    scenario.put('/web', { instances: 3 });
    scenario.launchAll();
    accepted(scenario.put('/web', { instances: 1 }));
    expect(scenario.state.deployments.size).toBe(1);
    const killed = scenario.killAll();
    expect(killed).toHaveLength(2);
    expect(killed).not.toContain(oldest);
    expect(scenario.instances('/web').map((i) => i.task?.id)).toEqual([oldest]);
    expect(scenario.state.deployments.size).toBe(0);
  });

  it('with OLDEST_FIRST gives up the oldest', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper({ instances: 1, killSelection: 'OLDEST_FIRST' }));
    const [oldest] = scenario.launchAll();
    scenario.advance(5000);
    scenario.put('/web', { instances: 2 });
    scenario.launchAll();
    scenario.put('/web', { instances: 1 });
    expect(scenario.killAll()).toEqual([oldest]);
  });

  it('keeps lastConfigChangeAt; a changed environment moves both; the same again changes nothing', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper());
    scenario.launchAll();
    const created = scenario.app('/web');
    scenario.put('/web', { instances: 2 });
    scenario.launchAll();
    const scaled = scenario.app('/web');
    expect(scaled.versionInfo.lastConfigChangeAt).toBe(created.versionInfo.lastConfigChangeAt);
    expect(scaled.versionInfo.lastScalingAt).toBe(scaled.version);

    const same = accepted(scenario.put('/web', { instances: 2 }));
    expect(same.plan.steps).toEqual([]);
    expect(scenario.app('/web').version).toBe(scaled.version);

    scenario.put('/web', { env: { A: 'b' } });
    const changed = scenario.app('/web');
    expect(changed.versionInfo).toEqual({
      lastScalingAt: changed.version,
      lastConfigChangeAt: changed.version,
    });
  });
});

describe('deleting', () => {
  it('kills every instance, then reports the app as terminated', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper({ instances: 2 }));
    scenario.launchAll();
    accepted(scenario.submit({ type: 'DeleteApp', appId: '/web', force: true }));
    expect(scenario.state.apps.size).toBe(0);
    expect(scenario.instances('/web')).toHaveLength(2);
    expect(scenario.killAll()).toHaveLength(2);
    expect(scenario.instances('/web')).toHaveLength(0);
    expect(scenario.eventTypes().slice(-2)).toEqual(['AppTerminated', 'DeploymentSucceeded']);
  });
});

describe('locks', () => {
  it('refuses a second change with the deployment that holds the app, unless forced', () => {
    const scenario = new Scenario().connected();
    const first = accepted(scenario.create(sleeper()));
    expect(scenario.put('/web', { instances: 2 })).toMatchObject({
      code: 'AppLocked',
      deploymentIds: [first.deploymentId],
    });
    expect(scenario.app('/web').instances).toBe(1);
    expect(scenario.eventTypes().at(-1)).toBe('RootGroupChangeRefused');

    const second = accepted(scenario.put('/web', { instances: 2 }, true));
    expect([...scenario.state.deployments.keys()]).toEqual([second.deploymentId]);
    const failed = scenario.events.find((event) => event.type === 'DeploymentFailed');
    expect(failed?.data).toMatchObject({ reason: 'The upgrade has been cancelled' });
  });

  it('does not hold back changes of other apps, nor a change that changes nothing', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper());
    accepted(scenario.create(sleeper({ id: '/other' })));
    expect(accepted(scenario.put('/web', { instances: 1 })).plan.steps).toEqual([]);
  });

  it('refuses beyond the limit of deployments, forced or not', () => {
    const scenario = new Scenario({ maxRunningDeployments: 1 }).connected();
    scenario.create(sleeper());
    expect(scenario.create(sleeper({ id: '/b' }), true)).toMatchObject({
      code: 'TooManyDeployments',
      limit: 1,
    });
  });
});

describe('cancelling a deployment', () => {
  it('by force stops it where it stands', () => {
    const scenario = new Scenario().connected();
    const { deploymentId } = accepted(scenario.create(sleeper()));
    expect(scenario.submit({ type: 'CancelDeployment', deploymentId, force: true })).toEqual({
      kind: 'done',
    });
    expect(scenario.state.deployments.size).toBe(0);
    expect(scenario.state.apps.has('/web')).toBe(true);
  });

  it('otherwise goes back to the old definition, or removes what was new', () => {
    const scenario = new Scenario().connected();
    const created = accepted(scenario.create(sleeper()));
    accepted(scenario.submit({ type: 'CancelDeployment', deploymentId: created.deploymentId, force: false }));
    expect(scenario.state.apps.has('/web')).toBe(false);
    expect(scenario.instances('/web')).toHaveLength(0);

    scenario.create(sleeper({ cmd: 'first' }));
    scenario.launchAll();
    const update = accepted(scenario.put('/web', { cmd: 'second' }));
    accepted(scenario.submit({ type: 'CancelDeployment', deploymentId: update.deploymentId, force: false }));
    expect(scenario.app('/web').cmd).toBe('first');
    expect(scenario.submit({ type: 'CancelDeployment', deploymentId: 'nope', force: false })).toMatchObject({
      code: 'DeploymentNotFound',
    });
  });
});

describe('cancelling a restart', () => {
  it('ends it and brings all instances to one version again', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper({ instances: 2 }));
    scenario.launchAll();
    const { deploymentId } = accepted(scenario.submit({ type: 'RestartApp', appId: '/web', force: false }));
    const reply = scenario.submit({ type: 'CancelDeployment', deploymentId, force: false });
    expect(accepted(reply).plan.steps).toEqual([
      { actions: [{ action: 'RestartApplication', app: '/web' }] },
    ]);
    expect([...scenario.state.deployments.keys()]).toEqual([accepted(reply).deploymentId]);
  });
});

describe('an app that left the tree', () => {
  it('leaves neither its last failure nor its delay behind, although its deletion was cut short', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper({ backoffSeconds: 100 }));
    const [task = ''] = scenario.offer();
    const { app } = scenario.instances('/web')[0]!;
    scenario.status(task, 'TASK_FAILED');
    expect(scenario.runtime.backoff.delayOf(app)).toBeDefined();
    scenario.advance(100_000);
    const [next = ''] = scenario.offer();
    scenario.status(next, 'TASK_RUNNING');
    accepted(scenario.submit({ type: 'DeleteApp', appId: '/web', force: true }));
    accepted(scenario.create(sleeper(), true));
    expect(scenario.runtime.backoff.delayOf(app)).toBeUndefined();
    expect(scenario.state.taskFailures.has('/web')).toBe(false);
  });

  it('gets none from instances that fail while they are stopped', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper());
    const [task = ''] = scenario.launchAll();
    accepted(scenario.submit({ type: 'DeleteApp', appId: '/web', force: true }));
    scenario.status(task, 'TASK_FAILED');
    expect(scenario.state.taskFailures.size).toBe(0);
  });
});

describe('recovery', () => {
  it('replays to the same state, through a snapshot or not, and goes on in the middle of a deployment', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper({ instances: 3 }));
    const [first] = scenario.offer();
    scenario.status(first ?? '', 'TASK_RUNNING');
    scenario.create(sleeper({ id: '/other/b', instances: 1, labels: { a: 'b' } }));

    const text = [...captureSnapshot(scenario.state)].join('');
    const replayed = [...captureSnapshot(scenario.replay())].join('');
    expect(replayed).toBe(text);
    expect([...captureSnapshot(restoreSnapshot([text]))].join('')).toBe(text);

    const copy = copyState(scenario.state);
    expect([...captureSnapshot(copy)].join('')).toBe(text);

    scenario.failover();
    expect(scenario.state.deployments.size).toBe(2);
    for (const instance of scenario.instances('/web')) {
      if (instance.condition === 'Provisioned') scenario.status(instance.task?.id ?? '', 'TASK_RUNNING');
    }
    scenario.launchAll();
    expect(scenario.state.deployments.size).toBe(0);
    expect(scenario.instances('/web').filter((i) => i.condition === 'Running')).toHaveLength(3);
    // What became of the one does not show in the other.
    expect([...captureSnapshot(copy)].join('')).toBe(text);
  });

  it('knows the definition of an instance that is older than all retained versions', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper({ instances: 1 }));
    const [task = ''] = scenario.launchAll();
    const first = scenario.app('/web').version;
    for (let change = 0; change < 510; change++) scenario.put('/web', { instances: 2 + (change % 2) }, true);
    expect(scenario.state.versions.get('/web', first)).toBeUndefined();
    scenario.failover();
    const text = [...captureSnapshot(scenario.state)].join('');
    const restored = restoreSnapshot([text]);
    expect([...captureSnapshot(restored)].join('')).toBe(text);
    expect([...captureSnapshot(copyState(scenario.state))].join('')).toBe(text);
    expect(restored.instances.of('/web').find((i) => i.task?.id === task)?.app.version).toBe(first);
  });

  it('sends kills that the former leader left undone', () => {
    const scenario = new Scenario().connected();
    scenario.create(sleeper());
    scenario.launchAll();
    scenario.submit({ type: 'DeleteApp', appId: '/web', force: true });
    scenario.failover();
    expect(scenario.killAll()).toHaveLength(1);
    expect(scenario.state.deployments.size).toBe(0);
  });
});
