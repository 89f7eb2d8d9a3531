import { describe, expect, it } from 'vitest';
import type { Offer } from '../../cluster/mesos-shapes.js';
import type { AppDefinition } from '../../definitions/app/app-definition.js';
import type { Instance } from '../../instances/instance.js';
import { anApp, anOffer, aRunning, aWaiting, ports, scalar, VERSION } from '../app.fixture.js';
import { OfferStatistics } from '../offer-statistics.js';
import { taskInfoOf } from '../task-builder/task-template.js';
import { aContext, matchOffers, NOW_MS, type Scene, type WaitingApp } from './match-context.fixture.js';
import type { MatchingSettings } from './match-context.js';

function waiting(app: AppDefinition, count = 1, changes: Partial<Instance> = {}): WaitingApp {
  return {
    appId: app.id,
    targetInstances: app.instances,
    candidates: Array.from({ length: count }, (_, n) => aWaiting(app, n, changes)),
  };
}

function reasonsFor(
  app: AppDefinition,
  offer: Offer,
  { context, settings }: { context?: Partial<Scene>; settings?: Partial<MatchingSettings> } = {},
): readonly string[] | 'matched' {
  const statistics = new OfferStatistics();
  const outcome = matchOffers(
    [offer],
    aContext({ waiting: [waiting(app)], statistics, ...context }, settings),
  );
  if (outcome.accepts.length > 0) return 'matched';
  return statistics.lastUnusedOffersOf(app.id)[0]?.reason ?? [];
}

const second = (seconds: number) => ({ nanoseconds: seconds * 1e9 });
const NOW_SECONDS = NOW_MS / 1000;

describe('the decision about one offer', () => {
  it.each<[string, Partial<AppDefinition>, Partial<Offer>, readonly string[] | 'matched']>([
    ['everything fits', {}, {}, 'matched'],
    ['exactly what there is', { cpus: 4, mem: 4096, disk: 10_000 }, {}, 'matched'],
    ['cpus', { cpus: 4.001 }, {}, ['InsufficientCpus']],
    ['mem', { mem: 4097 }, {}, ['InsufficientMemory']],
    ['disk', { disk: 10_001 }, {}, ['InsufficientDisk']],
    ['gpus', { gpus: 1 }, {}, ['InsufficientGpus']],
    [
      'all that is missing is told',
      { cpus: 5, mem: 5000, constraints: [['rack', 'LIKE', 'a']] },
      {},
      ['UnfulfilledConstraint', 'InsufficientCpus', 'InsufficientMemory'],
    ],
    [
      'ports are tried only if all else holds',
      { cpus: 5, requirePorts: true, portDefinitions: [{ port: 80, protocol: 'tcp' }] },
      {},
      ['InsufficientCpus'],
    ],
    [
      'ports',
      { requirePorts: true, portDefinitions: [{ port: 80, protocol: 'tcp' }] },
      {},
      ['InsufficientPorts'],
    ],
    [
      'a scalar put together from several resources',
      { cpus: 0.3 },
      { resources: [scalar('cpus', 0.1), scalar('mem', 200), scalar('cpus', 0.2)] },
      'matched',
    ],
    [
      'a disk with a source is no sandbox',
      { disk: 10 },
      {
        resources: [
          scalar('cpus', 1),
          scalar('mem', 200),
          scalar('disk', 100, { disk: { source: { type: 'PATH' } } }),
        ],
      },
      ['InsufficientDisk'],
    ],
    [
      'volumes are not for launches',
      { disk: 10 },
      {
        resources: [
          scalar('cpus', 1),
          scalar('mem', 200),
          scalar('disk', 100, { disk: { persistence: { id: 'x' }, volume: {} } }),
        ],
      },
      ['InsufficientDisk'],
    ],
    [
      'resources kept for an instance are not for others',
      { role: 'dev' },
      {
        allocation_info: { role: 'dev' },
        resources: [
          scalar('cpus', 4, {
            reservations: [
              { type: 'DYNAMIC', role: 'dev', labels: { labels: [{ key: 'marathon_task_id', value: 'x' }] } },
            ],
          }),
          scalar('mem', 200),
        ],
      },
      ['InsufficientCpus'],
    ],
    [
      'reservations without those labels are usable',
      { role: 'dev' },
      {
        allocation_info: { role: 'dev' },
        resources: [
          scalar('cpus', 4, {
            reservations: [{ type: 'DYNAMIC', role: 'dev', labels: { labels: [{ key: 'a' }] } }],
          }),
          scalar('mem', 200),
        ],
      },
      'matched',
    ],
    [
      'nothing in an accepted role',
      { role: 'dev', acceptedResourceRoles: ['dev'] },
      { allocation_info: { role: 'dev' } },
      ['UnfulfilledRole', 'InsufficientCpus', 'InsufficientMemory'],
    ],
    ['a GPU agent is left to those who want GPUs', {}, gpuOffer(), ['DeclinedScarceResources']],
    ['who wants GPUs gets them', { gpus: 2 }, gpuOffer(), 'matched'],
    ['a label overrides', { labels: { GPU_SCHEDULING_BEHAVIOR: 'unrestricted' } }, gpuOffer(), 'matched'],
  ])('%s', (_, app, offer, expected) => {
    expect(reasonsFor(anApp(app), anOffer(0, offer))).toEqual(expected);
  });

  it.each<[MatchingSettings['acceptedResourceRolesDefaultBehavior'], string, string, boolean]>([
    ['any', 'dev', 'dev', true],
    ['any', '*', 'dev', true],
    ['any', 'other', 'dev', false],
    ['unreserved', 'dev', 'dev', false],
    ['unreserved', '*', 'dev', true],
    ['reserved', 'dev', 'dev', true],
    ['reserved', '*', 'dev', false],
  ])(
    'accepted roles by default %s: resource %s, service %s → %s',
    (behavior, resourceRole, role, matches) => {
      const reserved = resourceRole === '*' ? {} : { reservations: [{ type: 'STATIC', role: resourceRole }] };
      const offer = anOffer(0, {
        allocation_info: { role },
        resources: [scalar('cpus', 4, reserved), scalar('mem', 4096, reserved)],
      });
      const reasons = reasonsFor(anApp({ role }), offer, {
        settings: { acceptedResourceRolesDefaultBehavior: behavior },
      });
      expect(reasons === 'matched').toBe(matches);
    },
  );

  it.each<[string, Offer['unavailability'], Partial<MatchingSettings>, boolean]>([
    ['no window', undefined, {}, false],
    ['before it', { start: second(NOW_SECONDS + 60) }, {}, false],
    ['draining', { start: second(NOW_SECONDS + 60) }, { drainingSeconds: 61 }, true],
    ['in it, without end', { start: second(NOW_SECONDS - 1) }, {}, true],
    ['in it', { start: second(NOW_SECONDS - 10), duration: second(11) }, {}, true],
    ['after it', { start: second(NOW_SECONDS - 10), duration: second(9) }, {}, false],
    ['windows ignored', { start: second(NOW_SECONDS - 1) }, { maintenanceMode: false }, false],
  ])('maintenance: %s', (_, unavailability, settings, refused) => {
    const offer = anOffer(0, unavailability === undefined ? {} : { unavailability });
    expect(reasonsFor(anApp(), offer, { settings })).toEqual(
      refused ? ['UnfulfilledConstraint', 'AgentMaintenance'] : 'matched',
    );
  });

  it.each<[string | undefined, string | undefined, AppDefinition['constraints'], boolean]>([
    [undefined, undefined, [], true],
    [undefined, 'eu', [], true],
    ['eu', 'eu', [], true],
    ['us', 'eu', [], false],
    ['eu', undefined, [], false],
    ['us', 'eu', [['@region', 'IS', 'us']], true],
    ['us', 'eu', [['@zone', 'IS', 'z1']], true],
    ['us', 'eu', [['@region', 'IS', 'eu']], false],
  ])('region %s, local region %s, constraints %j → %s', (region, localRegion, constraints, matches) => {
    const domain = { fault_domain: { region: { name: region! }, zone: { name: 'z1' } } };
    const offer = anOffer(0, region === undefined ? {} : { domain });
    const context = localRegion === undefined ? {} : { localRegion };
    expect(reasonsFor(anApp({ constraints }), offer, { context }) === 'matched').toBe(matches);
  });

  it('a mismatch without a reason raises only the counters', () => {
    const statistics = new OfferStatistics();
    const offer = anOffer(0, { domain: { fault_domain: { region: { name: 'us' } } } });
    matchOffers([offer], aContext({ waiting: [waiting(anApp())], statistics }));
    const summary = statistics.summaryOf('/shop/db');
    expect([summary.processedOffersCount, summary.unusedOffersCount]).toEqual([1, 1]);
    expect(summary.rejectSummaryLaunchAttempt.every(({ declined }) => declined === 0)).toBe(true);
  });
});

function gpuOffer(): Partial<Offer> {
  return { resources: [scalar('cpus', 4), scalar('mem', 4096), scalar('gpus', 2)] };
}

describe('a batch of offers', () => {
  it('launches with the next incarnation and consumes pieces that keep role and reservation', () => {
    const app = anApp({ role: 'dev', cpus: 1.5, portDefinitions: [{ port: 10_000, protocol: 'tcp' }] });
    const reservations = [{ type: 'STATIC', role: 'dev' }];
    const offer = anOffer(0, {
      allocation_info: { role: 'dev' },
      resources: [
        scalar('cpus', 1, { reservations }),
        scalar('cpus', 4),
        scalar('mem', 256),
        ports([[5, 5]]),
      ],
    });
    const before = {
      id: 'shop_db.instance-0._app.2',
      incarnation: 2,
      stagedAtMs: 0,
      hostPorts: [],
      ipAddresses: [],
    };
    const { accepts } = matchOffers(
      [offer],
      aContext({ waiting: [waiting(app, 1, { condition: 'Failed', task: before })] }),
    );
    const launch = accepts[0]!.launches[0]!;
    expect(launch).toMatchObject({
      task: { taskId: 'shop_db.instance-0._app.3' },
      incarnation: 3,
      agent: { host: 'host-0', agentId: 'S0', attributes: [] },
      hostPorts: [5],
    });
    expect(launch.resources).toEqual([
      scalar('cpus', 1, { reservations }),
      scalar('cpus', 0.5),
      scalar('mem', 128),
      ports([[5, 5]]),
    ]);
    expect(taskInfoOf(launch.task).resources).toEqual(launch.resources);
  });

  it('puts at most so many instances on one offer, and declines offers nobody needs for long', () => {
    const outcome = matchOffers(
      [anOffer(1), anOffer(2), anOffer(3)],
      aContext({ waiting: [waiting(anApp({ cpus: 0.1 }), 4)] }, { maxInstancesPerOffer: 3 }),
    );
    expect(outcome.accepts.map(({ launches }) => launches.length)).toEqual([3, 1]);
    expect(outcome.declines).toEqual([{ offerId: 'O3', refuseSeconds: 120 }]);
    expect(outcome.tokensLeft).toBe(996);
  });

  it('without tokens gives offers back for a short while only', () => {
    const outcome = matchOffers(
      [anOffer(1), anOffer(2)],
      aContext({ waiting: [waiting(anApp(), 9)], tokens: 2 }),
    );
    expect(outcome.accepts[0]!.launches).toHaveLength(2);
    expect(outcome.declines).toEqual([{ offerId: 'O2' }]);
    expect(outcome.tokensLeft).toBe(0);
    expect(matchOffers([anOffer(1)], aContext({ tokens: 0 })).declines).toEqual([
      { offerId: 'O1', refuseSeconds: 120 },
    ]);
  });

  it('shows an offer only to instances of its role, and counts it for them alone', () => {
    const statistics = new OfferStatistics();
    const dev = anApp({ id: '/dev', role: 'dev' });
    const outcome = matchOffers([anOffer(1)], aContext({ waiting: [waiting(dev)], statistics }));
    expect(outcome.declines).toEqual([{ offerId: 'O1', refuseSeconds: 120 }]);
    expect(statistics.summaryOf('/dev').processedOffersCount).toBe(0);
  });

  it('gives every app a turn before any gets a second one', () => {
    const apps = ['/a', '/b', '/c'].map((id) => anApp({ id, cpus: 0.1 }));
    for (let seed = 0; seed < 20; seed += 1) {
      const outcome = matchOffers(
        [anOffer(seed)],
        aContext({ waiting: apps.map((app) => waiting(app, 5)) }, { maxInstancesPerOffer: 3 }),
      );
      expect(outcome.accepts[0]!.launches.map(({ instance }) => instance.appId).toSorted()).toEqual([
        '/a',
        '/b',
        '/c',
      ]);
    }
  });

  it('chooses ports that stay inside the container with the match, not each time the task is written out', () => {
    const inside = { containerPort: 0, servicePort: 10_000, protocol: 'tcp' as const, labels: {} };
    const app = anApp({
      networks: [{ mode: 'container', name: 'net' }],
      container: { type: 'MESOS', volumes: [], portMappings: [inside, inside] },
    });
    const { accepts } = matchOffers([anOffer()], aContext({ waiting: [waiting(app)] }));
    const { task } = accepts[0]!.launches[0]!;
    const portsTold = () =>
      taskInfoOf(task).command?.environment?.variables?.filter(({ name }) => /^PORT\d$/.test(name));
    expect(new Set(portsTold()?.map(({ value }) => value)).size).toBe(2);
    expect(portsTold()).toEqual(portsTold());
    expect(task.draws).toHaveLength(2);
  });

  it('tries the next version of an app when the first does not fit', () => {
    const big = anApp({ cpus: 100 });
    const small = anApp({ version: '2026-02-01T00:00:00.000Z' });
    const candidates = [aWaiting(big, 'big'), aWaiting(small, 'small'), aWaiting(big, 'big2')];
    const { accepts } = matchOffers(
      [anOffer()],
      aContext({ waiting: [{ appId: big.id, targetInstances: 3, candidates }] }),
    );
    expect(accepts[0]!.launches.map(({ instance }) => instance.id)).toEqual(['shop_db.instance-small']);
  });

  it('remembers an unused offer with the resources that were left', () => {
    const statistics = new OfferStatistics();
    const app = anApp({ cpus: 3 });
    matchOffers([anOffer()], aContext({ waiting: [waiting(app, 2)], statistics }));
    expect(statistics.summaryOf(app.id)).toMatchObject({ processedOffersCount: 2, unusedOffersCount: 1 });
    expect(statistics.lastUnusedOffersOf(app.id)[0]).toMatchObject({
      reason: ['InsufficientCpus'],
      offer: {
        resources: [{ name: 'ports' }, { name: 'cpus', scalar: 1 }, { name: 'mem', scalar: 3968 }, {}],
      },
    });
  });
});

describe('placed instances', () => {
  const later = '2026-02-01T00:00:00.000Z';
  const app = anApp({ constraints: [['hostname', 'UNIQUE']], version: later });
  const scaledOnly = { lastScalingAt: later, lastConfigChangeAt: VERSION };

  it.each<[string, Instance, AppDefinition, boolean]>([
    ['running', aRunning(app, 'x'), app, true],
    ['waiting', { ...aRunning(app, 'x'), condition: 'Scheduled' }, app, false],
    ['failed, to be relaunched', { ...aRunning(app, 'x'), condition: 'Failed' }, app, false],
    ['unreachable', { ...aRunning(app, 'x'), condition: 'Unreachable' }, app, false],
    [
      'gone and decommissioned',
      { ...aRunning(app, 'x'), condition: 'Gone', goal: 'Decommissioned' },
      app,
      false,
    ],
    ['unreachable and inactive', { ...aRunning(app, 'x'), condition: 'UnreachableInactive' }, app, true],
    ['being killed', { ...aRunning(app, 'x'), condition: 'Killing', goal: 'Decommissioned' }, app, true],
    ['of an older configuration', aRunning(anApp(), 'x'), app, false],
    ['from before a mere scaling', aRunning(anApp(), 'x'), { ...app, versionInfo: scaledOnly }, true],
  ])('one that is %s', (_, placed, candidate, blocks) => {
    const { accepts } = matchOffers(
      [anOffer()],
      aContext({ waiting: [waiting(candidate)], placedInstances: () => [placed] }),
    );
    expect(accepts).toHaveLength(blocks ? 0 : 1);
  });

  it('include those of the same pass', () => {
    const { accepts } = matchOffers([anOffer(1), anOffer(2)], aContext({ waiting: [waiting(app, 5)] }));
    expect(accepts.map(({ launches }) => launches.length)).toEqual([1, 1]);
  });
});
