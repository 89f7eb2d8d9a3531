import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sleepingApp } from './support/app-definitions.js';
import { eventually } from './support/eventually.js';
import { Site } from './support/site.js';

/** Four agents: two racks and zones in the region of the master, and one agent far away. */
const CLUSTER =
  'local://?agents=4&resources=cpus:8;mem:4096;disk:4096' +
  '&attributes=rack:r1;gen:3|rack:r2;gen:3|rack:r2;gen:0.80|rack:r9' +
  '&domain=home/z1|home/z2|home/z2|away/z9';

/** Offers come again soon, whatever was declined. */
const IMPATIENT = ['--min_revive_offers_interval', '200', '--decline_offer_duration', '500'];

type Constraint = readonly string[];

interface RejectSummary {
  readonly reason: string;
  readonly declined: number;
  readonly processed: number;
}

interface QueueItem {
  readonly app: { readonly id: string };
  readonly count: number;
  readonly role: string;
  readonly since: string;
  readonly delay: { readonly timeLeftSeconds: number; readonly overdue: boolean };
  readonly processedOffersSummary: {
    readonly processedOffersCount: number;
    readonly unusedOffersCount: number;
    readonly rejectSummaryLastOffers: readonly RejectSummary[];
    readonly rejectSummaryLaunchAttempt: readonly RejectSummary[];
  };
  readonly lastUnusedOffers?: readonly {
    readonly offer: { readonly hostname: string; readonly attributes: readonly { readonly name: string }[] };
    readonly reason: readonly string[];
  }[];
}

let site: Site;

beforeAll(async () => {
  const args = ['--master', CLUSTER, '--mesos_role', 'web', ...IMPATIENT];
  site = await Site.start({ ownCluster: true, args });
});

afterAll(() => site?.dispose());

/** Number of each task's agent, ascending. Agents have the addresses 127.0.0.10 and up. */
async function agentsOf(id: string): Promise<number[]> {
  const { tasks } = await site.api.app(id);
  return tasks.map(({ host }) => Number(host.replace('127.0.0.', '')) - 10).toSorted((a, b) => a - b);
}

async function queueItem(id: string): Promise<QueueItem | undefined> {
  const { body } = await site.api.get<{ queue: readonly QueueItem[] }>('/v2/queue?embed=lastUnusedOffers');
  return body.queue.find(({ app }) => app.id === id);
}

/** Waits until every agent made an offer that did not suit, and answers how the queue explains it. */
function refusedByAll(id: string): Promise<QueueItem> {
  return eventually(
    async () => {
      const item = await queueItem(id);
      expect(item?.lastUnusedOffers).toHaveLength(4);
      return item!;
    },
    { what: `an offer of each agent that does not suit ${id}` },
  );
}

/** How many agents each reason is the first for, without those for which it never is. */
const firstReasons = ({ processedOffersSummary }: QueueItem): Record<string, number> =>
  Object.fromEntries(
    processedOffersSummary.rejectSummaryLastOffers
      .filter(({ declined }) => declined > 0)
      .map(({ reason, declined }) => [reason, declined]),
  );

describe('placement on several agents', () => {
  test.each<[name: string, constraints: readonly Constraint[], instances: number, agents: readonly number[]]>(
    [
      ['UNIQUE', [['hostname', 'UNIQUE']], 3, [0, 1, 2]],
      ['CLUSTER', [['rack', 'CLUSTER', 'r1']], 3, [0, 0, 0]],
      [
        'GROUP_BY',
        [
          ['rack', 'GROUP_BY', '2'],
          ['hostname', 'UNLIKE', '127.0.0.12'],
        ],
        4,
        [0, 0, 1, 1],
      ],
      [
        'GROUP_BY without value',
        [
          ['@hostname', 'GROUP_BY'],
          ['hostname', 'MAX_PER', '2'],
        ],
        6,
        [0, 0, 1, 1, 2, 2],
      ],
      [
        'LIKE',
        [
          ['rack', 'LIKE', 'r[2-8]'],
          ['hostname', 'UNIQUE'],
        ],
        2,
        [1, 2],
      ],
      ['UNLIKE', [['rack', 'UNLIKE', 'r2']], 2, [0, 0]],
      [
        'UNLIKE where the field is missing',
        [
          ['gen', 'UNLIKE', '.*'],
          ['@zone', 'LIKE', '.*'],
        ],
        2,
        [3, 3],
      ],
      ['IS', [['gen', 'IS', '0.8']], 2, [2, 2]],
      [
        'MAX_PER',
        [
          ['rack', 'MAX_PER', '1'],
          ['hostname', 'UNLIKE', '127.0.0.11'],
        ],
        2,
        [0, 2],
      ],
      ['a remote region', [['@region', 'IS', 'away']], 2, [3, 3]],
      [
        'every zone',
        [
          ['@zone', 'UNIQUE'],
          ['hostname', 'UNLIKE', '127.0.0.12'],
        ],
        3,
        [0, 1, 3],
      ],
    ],
  )('%s', async (name, constraints, instances, agents) => {
    const id = `/placed/${name.toLowerCase().replaceAll(/[ _]/g, '-')}`;
    await site.api.createApp(sleepingApp(id, { instances, constraints, portDefinitions: [] }));
    await site.api.running(id, instances);
    expect(await agentsOf(id)).toEqual(agents);
  });

  test('CLUSTER without value keeps together what began somewhere', async () => {
    const constraints = [['hostname', 'CLUSTER']];
    await site.api.createApp(sleepingApp('/together', { instances: 5, constraints }));
    await site.api.running('/together', 5);
    expect(new Set(await agentsOf('/together')).size).toBe(1);
  });

  test('GROUP_BY is kept when the app is scaled down, whoever is younger', async () => {
    const constraints = [
      ['rack', 'GROUP_BY', '2'],
      ['hostname', 'UNLIKE', '127.0.0.12'],
    ];
    await site.api.createApp(sleepingApp('/shrinking', { instances: 6, constraints, portDefinitions: [] }));
    await site.api.running('/shrinking', 6);
    for (const [instances, agents] of [
      [4, [0, 0, 1, 1]],
      [2, [0, 1]],
    ] as const) {
      await site.api.put('/v2/apps//shrinking', { instances });
      await site.api.running('/shrinking', instances);
      expect(await agentsOf('/shrinking')).toEqual(agents);
    }
  });

  test('no instance more than the constraint has places for', async () => {
    await site.api.createApp(sleepingApp('/crowd', { instances: 4, constraints: [['hostname', 'UNIQUE']] }));
    await eventually(async () => expect(await agentsOf('/crowd')).toEqual([0, 1, 2]));
    await eventually(async () => expect(await queueItem('/crowd')).toMatchObject({ count: 1, role: 'web' }));
  });
});

describe('/v2/queue explains', () => {
  test('that no agent has enough cpus', async () => {
    await site.api.createApp(sleepingApp('/huge', { cpus: 100 }));
    const item = await refusedByAll('/huge');
    expect(firstReasons(item)).toEqual({ InsufficientCpus: 4 });
    const { rejectSummaryLastOffers: funnel, unusedOffersCount } = item.processedOffersSummary;
    expect(funnel.map(({ processed }) => processed)).toEqual([4, 4, 4, 4, 4, 0, 0, 0, 0, 0]);
    expect(unusedOffersCount).toBeGreaterThanOrEqual(4);
  });

  test('that a port is taken', async () => {
    const [port] = (await takePort()).ports;
    const portDefinitions = [{ port, protocol: 'tcp' }];
    await site.api.createApp(sleepingApp('/second', { requirePorts: true, portDefinitions }));
    expect(firstReasons(await refusedByAll('/second'))).toEqual({ InsufficientPorts: 3 });
  });

  test('that a constraint is not met', async () => {
    await site.api.createApp(sleepingApp('/nowhere', { constraints: [['rack', 'LIKE', 'r[3-8]']] }));
    const item = await refusedByAll('/nowhere');
    expect(firstReasons(item)).toEqual({ UnfulfilledConstraint: 4 });
    const attributes = item.lastUnusedOffers!.map(({ offer }) => offer.attributes.map(({ name }) => name));
    expect(attributes.flat().filter((name) => name === 'rack')).toHaveLength(4);
    expect(item.lastUnusedOffers!.every(({ reason }) => reason[0] === 'UnfulfilledConstraint')).toBe(true);
  });

  test('that no resources of the accepted role are offered', async () => {
    await site.api.createApp(sleepingApp('/reserved', { acceptedResourceRoles: ['web'] }));
    expect(firstReasons(await refusedByAll('/reserved'))).toEqual({ UnfulfilledRole: 4 });
  });

  test('that launches are held back after failures', async () => {
    await site.api.createApp(
      sleepingApp('/failing', { cmd: 'exit 1', backoffSeconds: 600, maxLaunchDelaySeconds: 3600 }),
    );
    const held = await eventually(async () => {
      const item = await queueItem('/failing');
      return item !== undefined && !item.delay.overdue && item.delay.timeLeftSeconds > 0 ? item : undefined;
    });
    expect(held).toMatchObject({ count: 1, delay: { overdue: false } });
    expect(held.delay.timeLeftSeconds).toBeLessThanOrEqual(600);
    expect((await site.api.delete('/v2/queue//failing/delay')).status).toBe(204);
    await eventually(async () => {
      const app = await site.api.app('/failing');
      return app.lastTaskFailure !== undefined && (await queueItem('/failing'))?.delay.overdue === false;
    });
  });
});

/** An app that holds the port it was given; answers its task. */
async function takePort() {
  await site.api.createApp(sleepingApp('/first', { portDefinitions: [{ port: 0, protocol: 'tcp' }] }));
  const { tasks } = await site.api.running('/first', 1);
  return tasks[0]!;
}
