import type { ApiClient, AppView } from './api-client.js';
import { sleepingApp } from './app-definitions.js';
import type { Random } from './random.js';

/** A write of v2 that is planned, then sent. */
export interface Write {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

const IDS = ['/shop/front', '/shop/cart', '/shop/db', '/search', '/mail', '/batch'];

/** Flags of a cluster of six agents in three racks, with offers that come again soon. */
export const SIX_AGENTS = [
  '--master',
  'local://?agents=6&resources=cpus:4;mem:4096;disk:4096&attributes=' +
    ['rack:r1', 'rack:r1', 'rack:r2', 'rack:r2', 'rack:r3', 'rack:r3'].join('|'),
  '--min_revive_offers_interval',
  '100',
  '--decline_offer_duration',
  '300',
];

const CONSTRAINTS: readonly (readonly (readonly string[])[])[] = [
  [],
  [['hostname', 'UNIQUE']],
  [['rack', 'GROUP_BY', '3']],
  [['rack', 'CLUSTER', 'r2']],
  [['hostname', 'CLUSTER', '127.0.0.13']],
  [
    ['hostname', 'LIKE', '127.0.0.1[0-2]'],
    ['hostname', 'UNIQUE'],
  ],
  [
    ['hostname', 'MAX_PER', '1'],
    ['rack', 'UNLIKE', 'r1'],
  ],
];

const STRATEGIES = [
  { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
  { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
];

const definition = (id: string, random: Random) =>
  sleepingApp(id, {
    instances: random.between(0, 6),
    cpus: random.between(1, 6) / 4,
    constraints: CONSTRAINTS[random.between(0, CONSTRAINTS.length - 1)],
    upgradeStrategy: STRATEGIES[random.between(0, STRATEGIES.length - 1)],
    portDefinitions: random.between(0, 1) === 0 ? [] : [{ port: 0, name: 'http' }],
  });

/** A write that somebody could send now: most do something, some are refused. */
export async function randomWrite(api: ApiClient, random: Random): Promise<Write> {
  const { body } = await api.get<{ apps: readonly AppView[] }>(
    '/v2/apps?embed=apps.tasks&embed=apps.deployments',
  );
  const stuck = body.apps.find(({ deployments }) => deployments.length > 0);
  if (stuck !== undefined && random.between(0, 3) > 0) return endOf(stuck, random);
  const app = body.apps[random.between(0, Math.max(0, body.apps.length - 1))];
  const id = IDS[random.between(0, IDS.length - 1)]!;
  if (app === undefined || body.apps.length < 2)
    return { method: 'POST', path: '/v2/apps', body: definition(id, random) };
  return writeFor(app, body.apps, random);
}

/** A deployment that waits for room is cancelled, or the app goes. */
function endOf({ id, deployments }: AppView, random: Random): Write {
  const path = `/v2/deployments/${deployments[0]!.id}`;
  switch (random.between(0, 2)) {
    case 0:
      return { method: 'DELETE', path };
    case 1:
      return { method: 'DELETE', path: `/v2/apps${id}` };
    default:
      return { method: 'PUT', path: `/v2/apps${id}?force=true`, body: { instances: 1 } };
  }
}

function writeFor(app: AppView, apps: readonly AppView[], random: Random): Write {
  const path = `/v2/apps${app.id}`;
  const free = IDS.find((id) => apps.every((other) => other.id !== id)) ?? '/search';
  switch (random.between(0, 12)) {
    case 0:
    case 1:
    case 2:
      return { method: 'POST', path: '/v2/apps', body: definition(free, random) };
    case 3:
    case 4:
      return { method: 'PUT', path, body: { instances: random.between(0, 6) } };
    case 5:
      return { method: 'PATCH', path, body: { env: { VERSION: String(random.between(0, 3)) } } };
    case 6:
      return { method: 'POST', path: `${path}/restart` };
    case 7:
      return { method: 'DELETE', path };
    case 8:
      return { method: 'DELETE', path: `${path}/tasks` };
    case 9: {
      const task = app.tasks[0]?.id ?? 'none.instance-00000000-0000-1000-8000-000000000000._app.1';
      return { method: 'POST', path: '/v2/tasks/delete?scale=true', body: { ids: [task] } };
    }
    case 10: {
      const items = apps.slice(0, 2).map(({ id }) => ({ id, instances: random.between(0, 4) }));
      return { method: 'PATCH', path: '/v2/apps', body: items };
    }
    case 11: {
      const ofShop = ['front', 'cart'].map((name) => definition(name, random));
      return { method: 'PUT', path: '/v2/groups/shop', body: { apps: ofShop } };
    }
    default:
      return { method: 'PUT', path, body: { instances: 2, cpus: -1 } };
  }
}
