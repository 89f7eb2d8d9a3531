import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from './support/ekiden-process.js';
import { eventually } from './support/eventually.js';
import { EventStream } from './support/event-stream.js';
import { Site } from './support/site.js';

const WEB_INSTANCES = 4;
/** ⌈4 · 0.5⌉ instances serve at every moment of an upgrade, ⌊4 · 1.25⌋ run at most (`spec/scheduling.md` §7.4). */
const STRATEGY = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.25 };
const [LEAST, MOST] = [2, 5];

const program = join(projectRoot, 'test/fixtures/http-service.mjs');

interface Tier {
  readonly id: string;
  readonly instances?: number;
  readonly dependencies?: readonly string[];
}

const tier = ({ id, instances = 1, dependencies = [] }: Tier, version: string, health = '200') => ({
  id,
  instances,
  dependencies,
  cmd: `exec ${process.execPath} ${program}`,
  cpus: 0.1,
  mem: 32,
  env: { SERVICE_VERSION: version, HEALTH: health },
  upgradeStrategy: STRATEGY,
  healthChecks: [
    {
      protocol: 'HTTP',
      path: '/health',
      portIndex: 0,
      gracePeriodSeconds: 30,
      intervalSeconds: 1,
      timeoutSeconds: 2,
      maxConsecutiveFailures: 0,
    },
  ],
});

const WEB: Tier = { id: 'web', instances: WEB_INSTANCES, dependencies: ['service'] };

const shop = (version: string, webHealth = '200') => ({
  id: '/shop',
  apps: [
    tier({ id: 'db' }, version),
    tier({ id: 'service', instances: 2, dependencies: ['db'] }, version),
    tier(WEB, version, webHealth),
  ],
});

/** A client that takes its addresses from `/v2/tasks`, as a load balancer would, and uses all of them all the time. */
class Client {
  /** Fewest and most instances that answered in one round. */
  least = Infinity;
  most = 0;
  rounds = 0;
  readonly versions = new Set<string>();
  private readonly loop: Promise<void>;
  private isStopped = false;

  constructor(private readonly site: Site) {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.loop;
  }

  private async run(): Promise<void> {
    for (; !this.isStopped; await delay(20)) {
      const tasks = await this.site.api.tasks();
      const healthy = tasks.filter(
        ({ appId, state, healthCheckResults: results = [] }) =>
          appId === '/shop/web' &&
          state === 'TASK_RUNNING' &&
          results.length > 0 &&
          results.every(({ alive }) => alive),
      );
      const answers = await Promise.all(healthy.map(({ host, ports }) => this.ask(host, ports[0]!)));
      const served = answers.filter((version) => version !== undefined);
      for (const version of served) this.versions.add(version);
      this.least = Math.min(this.least, served.length);
      this.most = Math.max(this.most, served.length);
      this.rounds += 1;
    }
  }

  private async ask(host: string, port: number): Promise<string | undefined> {
    try {
      const answer = await fetch(`http://${host}:${port}/`);
      return ((await answer.json()) as { version: string }).version;
    } catch {
      return undefined;
    }
  }
}

describe('a group of three tiers', () => {
  let site: Site;
  let events: EventStream;

  beforeAll(async () => {
    site = await Site.start();
    events = await EventStream.open(site.api.url);
  });

  afterAll(async () => {
    await events?.close();
    await site?.dispose();
  });

  const put = async (group: object): Promise<string> => {
    const answer = await site.api.put<{ deploymentId: string }>('/v2/groups/shop', group);
    expect(answer.status, answer.text).toBe(200);
    return answer.body.deploymentId;
  };

  const healthyTasks = async (id: string) =>
    (await site.api.app(id)).tasks.filter(
      ({ healthCheckResults: results = [] }) => results.length > 0 && results.every(({ alive }) => alive),
    );

  test('deploys in order: what a tier depends on is healthy before the tier is started', async () => {
    const created = await site.api.post('/v2/groups', shop('1'));
    expect(created.status, created.text).toBe(201);
    await site.api.settled();
    expect(await healthyTasks('/shop/web')).toHaveLength(WEB_INSTANCES);
    const order = events.frames
      .filter(({ event, data }) => event === 'instance_changed_event' && data['condition'] === 'Running')
      .map(({ data }) => data['runSpecId']);
    expect(order).toEqual(['/shop/db', '/shop/service', '/shop/service', ...order.slice(3)]);
    expect(new Set(order.slice(3))).toEqual(new Set(['/shop/web']));
  });

  test('is upgraded while a client uses it, which never finds fewer instances than allowed', async () => {
    const client = new Client(site);
    await eventually(() => client.rounds > 3);
    await put(shop('2'));
    await site.api.settled();
    await client.stop();
    expect(client.least).toBeGreaterThanOrEqual(LEAST);
    expect(client.most).toBeLessThanOrEqual(MOST);
    expect(client.versions).toEqual(new Set(['1', '2']));
    expect(await healthyTasks('/shop/web')).toHaveLength(WEB_INSTANCES);
  });

  test('a version that is not healthy stalls and takes nothing down; its cancellation rolls back', async () => {
    const client = new Client(site);
    const before = await site.api.app('/shop/web');
    const deploymentId = await put(shop('3', '500'));
    await eventually(
      async () => (await site.api.app('/shop/web')).tasks.some(({ version }) => version !== before.version),
      { what: 'a first task of the sick version' },
    );
    await delay(3000);
    expect((await site.api.deployments()).map(({ id }) => id)).toContain(deploymentId);
    const cancelled = await site.api.delete(`/v2/deployments/${deploymentId}`);
    expect(cancelled.status, cancelled.text).toBe(200);
    await site.api.settled();
    await client.stop();
    expect(client.least).toBeGreaterThanOrEqual(LEAST);
    expect(client.versions).not.toContain('3');
    expect((await site.api.app('/shop/web')).env).toMatchObject({ SERVICE_VERSION: '2' });
    expect(await healthyTasks('/shop/web')).toHaveLength(WEB_INSTANCES);
  });
});
