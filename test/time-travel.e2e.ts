import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idleApp, sleepingApp } from './support/app-definitions.js';
import { eventually } from './support/eventually.js';
import { seededRandom, type Random } from './support/random.js';
import { Site } from './support/site.js';

/** What the API answered at some moment of the run. */
interface Recorded {
  readonly path: string;
  readonly position: number;
  readonly status: number;
  readonly text: string;
}

const INSTANTS = 200;

/** The busy run goes on until answers of more positions than that were seen; how many a round gives depends on the machine. */
const POSITIONS = 50;
const LEAST_ROUNDS = 3;
const MOST_ROUNDS = 12;

/** Further than the first checkpoint, so that there is one. */
const BALLAST_EVENTS = 10_500;
const BALLAST_APPS = 2000;

const SERVICE = join(import.meta.dirname, 'fixtures/http-service.mjs');

/**
 * Two things are not compared: life times in `taskStats`, which grow from one event to the next, and `/v2/queue`, of which
 * delays and offers are in the memory of the leader alone.
 */
const ROUTES = [
  '/v2/apps?embed=apps.tasks&embed=apps.lastTaskFailure&embed=apps.readiness',
  '/v2/apps?label=tier==web',
  '/v2/apps/shop/web/site',
  '/v2/apps/shop/*',
  '/v2/apps/shop/web/site/versions',
  '/v2/apps/shop/service/api/tasks',
  '/v2/groups',
  '/v2/groups/shop?embed=group.groups&embed=group.apps&embed=group.apps.tasks&embed=group.apps.counts',
  '/v2/groups/versions',
  '/v2/deployments',
  '/v2/tasks',
  '/v2/tasks?status=running',
];

describe('the past', () => {
  let site: Site;
  let random: Random;
  let recorded: readonly Recorded[];

  beforeAll(async () => {
    random = seededRandom('time travel');
    site = await Site.start();
    await makeBallast(site);
    const recording = record();
    try {
      for (let round = 1; round <= MOST_ROUNDS; round++) {
        if (round > LEAST_ROUNDS && recording.positions() > POSITIONS) break;
        await busyRun(site, round);
      }
    } finally {
      recorded = await recording.stop();
    }
  });

  afterAll(() => site?.dispose());

  /** Asks for answers at random moments until it is stopped, and until there are enough of them. */
  function record() {
    const answers: Recorded[] = [];
    const stop = new AbortController();
    const running = (async () => {
      for (let instant = 0; instant < INSTANTS || !stop.signal.aborted; instant++) {
        const path = ROUTES[random.between(0, ROUTES.length - 1)] ?? '';
        const answer = await site.api.get(withParameter(path, 'min_sequence=0'));
        const position = Number(answer.headers.get('x-ekiden-sequence'));
        answers.push({ path, position, status: answer.status, text: answer.text });
        await delay(random.between(0, 60));
      }
      return answers;
    })();
    return {
      positions: () => new Set(answers.map(({ position }) => position)).size,
      stop: () => {
        stop.abort();
        return running;
      },
    };
  }

  /** What is answered about the past in another way than it was answered then. */
  async function differences(answers: readonly Recorded[]): Promise<unknown[]> {
    const different: unknown[] = [];
    for (const former of answers) {
      const { path } = former;
      const { status, text, headers } = await site.api.get(withParameter(path, `at=${former.position}`));
      const present = { path, position: Number(headers.get('x-ekiden-sequence')), status, text };
      if (!isDeepStrictEqual(present, former)) different.push({ former, present });
    }
    return different;
  }

  const newestPosition = async (): Promise<number> =>
    Number((await site.api.get('/v2/apps?min_sequence=0')).headers.get('x-ekiden-sequence'));

  const checkpoints = () => join(site.dataDir, 'events.db.checkpoints');
  const checkpointsMade = () =>
    eventually(
      () =>
        existsSync(checkpoints()) && readdirSync(checkpoints()).some((name) => name.endsWith('.checkpoint')),
      {
        what: 'a checkpoint',
      },
    );

  test('is what was answered then, byte for byte', async () => {
    expect(recorded.length).toBeGreaterThanOrEqual(INSTANTS);
    expect(new Set(recorded.map(({ position }) => position)).size).toBeGreaterThan(POSITIONS);
    await checkpointsMade();
    expect(await differences(recorded)).toEqual([]);
  });

  test('can be asked for by time as well', async () => {
    const head = await newestPosition();
    for (let i = 0; i < 20; i++) {
      const position = recorded[random.between(0, recorded.length - 1)]?.position ?? head;
      const { deployments } = await momentOf(position);
      expect(deployments.atTime).toBe(deployments.atPosition);
    }
    const future = new Date(Date.now() + 60_000).toISOString();
    expect((await site.api.get(`/v2/apps?at=${future}`)).status).toBe(400);
    expect((await site.api.get(`/v2/apps?at=${head + 1000}`)).status).toBe(400);
  });

  /** What is shown at the time of an event is what is shown at the last position of that time. */
  async function momentOf(position: number) {
    const { body } = await site.api.get<{ from: { time: string } }>(
      `/ekiden/v1/diff?group=/&from=${position}&to=${position}`,
    );
    const atTime = await site.api.get(`/v2/deployments?at=${body.from.time}`);
    const last = Number(atTime.headers.get('x-ekiden-sequence'));
    expect(last).toBeGreaterThanOrEqual(position);
    const atPosition = await site.api.get(`/v2/deployments?at=${last}`);
    return { deployments: { atTime: atTime.text, atPosition: atPosition.text } };
  }

  test('is told about versions, and gone back to', async () => {
    const { body: listed } = await site.api.get<{ versions: string[] }>('/v2/apps/shop/web/site/versions');
    const [oldest = '', newest = ''] = [listed.versions.at(-1), listed.versions[0]];
    const diff = await site.api.get<{ changes: { id: string; fields: { path: string }[] }[] }>(
      `/ekiden/v1/diff?app=/shop/web/site&from=${oldest}&to=${newest}`,
    );
    expect(diff.body.changes.flatMap(({ fields }) => fields.map(({ path }) => path))).toContain(
      '/env/RELEASE',
    );

    const before = await newestPosition();
    expect((await site.api.delete('/v2/groups/shop?force=true')).status).toBe(200);
    await site.api.settled();
    expect((await site.api.get('/v2/apps/shop/web/site')).status).toBe(404);
    const alone = await site.api.post<{ deploymentId: string }>('/ekiden/v1/apps/shop/web/site/rollback', {
      to: oldest,
    });
    expect(alone.status, alone.text).toBe(200);
    expect((await site.api.app('/shop/web/site')).env).toEqual({ RELEASE: '1' });
    const back = await site.api.post('/ekiden/v1/groups/shop/rollback?force=true', { to: before });
    expect(back.status, back.text).toBe(200);
    await site.api.settled();
    const compared = await site.api.get<{ changes: unknown[] }>(`/ekiden/v1/diff?group=/shop&from=${before}`);
    expect(compared.body.changes).toEqual([]);
  });

  test('is the same after a restart', async () => {
    await site.stop();
    await site.start();
    expect(await differences(shuffled(recorded).slice(0, 40))).toEqual([]);
  });

  test('is the same without checkpoints, which are made again', async () => {
    await site.stop();
    rmSync(checkpoints(), { recursive: true });
    await site.start();
    expect(await differences(shuffled(recorded).slice(0, 10))).toEqual([]);
    await checkpointsMade();
    expect(await differences(shuffled(recorded).slice(0, 20))).toEqual([]);
  });

  function shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => [random.between(0, 1e6), item] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, item]) => item);
  }
});

const withParameter = (path: string, parameter: string): string =>
  `${path}${path.includes('?') ? '&' : '?'}${parameter}`;

/** Many events about apps that start nothing, and are gone afterwards. */
async function makeBallast({ api }: Site): Promise<void> {
  const apps = Array.from({ length: BALLAST_APPS }, (_, index) => idleApp(`/ballast/app-${index}`));
  for (let position = 0; position < BALLAST_EVENTS;) {
    const answer = await api.put('/v2/apps?force=true', apps);
    expect(answer.status, answer.text).toBe(200);
    const gone = await api.delete('/v2/groups/ballast?force=true');
    expect(gone.status, gone.text).toBe(200);
    position = Number(gone.headers.get('x-ekiden-sequence'));
  }
  await api.settled();
}

/** A shop of three tiers: the web waits for the services, and they for the data. */
const shop = (release: string) => ({
  id: '/shop',
  groups: [
    {
      id: 'web',
      dependencies: ['../service'],
      apps: [sleepingApp('site', { env: { RELEASE: release }, labels: { tier: 'web' } })],
    },
    { id: 'service', apps: [sleepingApp('api', { instances: 3, dependencies: ['../data/sql'] })] },
    { id: 'data', apps: [sleepingApp('sql')] },
  ],
});

const expectAccepted = async (answer: Promise<{ readonly status: number; readonly text: string }>) => {
  const { status, text } = await answer;
  expect(status, text).toBeLessThan(300);
};

/** Creations, scalings, upgrades, failures, health, kills and deletions. */
async function busyRun({ api }: Site, round: number): Promise<void> {
  await expectAccepted(api.put('/v2/groups?force=true', shop(String(round))));
  await expectAccepted(
    api.post('/v2/apps', sleepingApp('/failing', { cmd: 'sleep 0.3; exit 3', instances: 2 })),
  );
  await expectAccepted(
    api.put('/v2/apps/healthy?force=true', {
      cmd: `exec ${process.execPath} ${SERVICE}`,
      cpus: 0.1,
      mem: 64,
      healthChecks: [{ protocol: 'HTTP', path: '/health', intervalSeconds: 1, gracePeriodSeconds: 30 }],
    }),
  );
  await api.running('/shop/web/site', 1);
  await expectAccepted(api.put('/v2/apps/shop/service/api?force=true', { instances: 5 }));
  await expectAccepted(api.put('/v2/groups?force=true', shop(`${round}.1`)));
  await api.running('/shop/web/site', 1);
  await expectAccepted(api.post('/v2/apps/shop/data/sql/restart?force=true'));
  await api.running('/shop/service/api', 3);
  await expectAccepted(api.delete('/v2/apps/shop/service/api/tasks'));
  await expectAccepted(api.put('/v2/apps/healthy?force=true', { env: { HEALTH: '500' } }));
  await expectAccepted(api.post('/v2/apps', sleepingApp('/waiting', { cpus: 10_000 })));
  await expectAccepted(api.delete('/v2/apps/waiting?force=true'));
  await expectAccepted(api.delete('/v2/apps/failing?force=true'));
  await expectAccepted(api.put('/v2/apps/healthy?force=true', { env: {} }));
  await api.settled();
}
