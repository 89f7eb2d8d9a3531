import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idleApp } from './support/app-definitions.js';
import type { AppView } from './support/api-client.js';
import { seededRandom, type Random } from './support/random.js';
import { Site } from './support/site.js';

const ROUNDS = 10;
const APPS_PER_ROUND = 2000;
const CONCURRENCY = 64;

/** Apps of one round that got a 2xx, and those that got none because the connection broke. */
interface RoundResult {
  readonly acknowledged: readonly string[];
  readonly unanswered: readonly string[];
}

const definition = (id: string) => idleApp(id, { cmd: `echo ${id}`, labels: { made: 'by-crash-test' } });

const post = async (pool: Pool, id: string): Promise<number> => {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/v2/apps',
    headers: { 'content-type': 'application/json', 'idempotency-key': `create${id}` },
    body: JSON.stringify(definition(id)),
  });
  await body.dump();
  return statusCode;
};

/** Creates all ids over kept-alive connections; `onAcknowledged` hears of each 2xx. */
async function createAll(
  url: string,
  ids: readonly string[],
  onAcknowledged: (count: number) => void,
): Promise<RoundResult> {
  const pool = new Pool(url, { connections: CONCURRENCY, pipelining: 1 });
  const acknowledged: string[] = [];
  const unanswered: string[] = [];
  const waiting = [...ids];
  const worker = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const status = await post(pool, id).catch(() => undefined);
      if (status === undefined) {
        unanswered.push(id);
        continue;
      }
      expect(status).toBe(201);
      acknowledged.push(id);
      onAcknowledged(acknowledged.length);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  await pool.destroy();
  return { acknowledged, unanswered };
}

/** An app is whole when it is exactly what was asked for. */
function expectWhole(app: AppView | undefined): void {
  expect(app).toMatchObject({ ...definition(app?.id ?? ''), deployments: [], tasksRunning: 0 });
  expect(app?.versionInfo.lastConfigChangeAt).toBe(app?.version);
}

describe('kill -9 in the middle of 2,000 concurrent creates', () => {
  let site: Site;
  let random: Random;
  const acknowledgedBefore: string[] = [];

  beforeAll(async () => {
    random = seededRandom('crash-creates');
    site = await Site.start();
  });

  afterAll(() => site?.dispose());

  test.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))(
    'round %i: everything acknowledged is there, once and whole',
    async (round) => {
      const ids = Array.from({ length: APPS_PER_ROUND }, (_, n) => `/r${round}-${n}-${random.word(8)}`);
      const crashAfter = random.between(100, APPS_PER_ROUND - 200);
      const { ekiden } = site;
      const { acknowledged, unanswered } = await createAll(site.api.url, ids, (count) => {
        if (count === crashAfter) process.kill(ekiden.pid, 'SIGKILL');
      });
      await ekiden.exited;
      expect(unanswered.length, 'creates that the crash interrupted').toBeGreaterThan(0);
      acknowledgedBefore.push(...acknowledged);

      await site.start();
      const apps = await site.api.apps();
      const byId = new Map(apps.map((app) => [app.id, app]));
      expect(byId.size, 'an app is listed twice').toBe(apps.length);
      expect(acknowledgedBefore.filter((id) => !byId.has(id))).toEqual([]);
      for (const app of apps) expectWhole(app);

      // Asking again with the same Idempotency-Key creates what is missing and repeats the answer for the rest.
      const again = await createAll(site.api.url, unanswered, () => undefined);
      expect(again.unanswered).toEqual([]);
      acknowledgedBefore.push(...again.acknowledged);
      const sample = unanswered[0]!;
      const { versions } = (await site.api.get<{ versions: string[] }>(`/v2/apps/${sample}/versions`)).body;
      expect(versions).toHaveLength(1);
      expect((await site.api.apps()).map(({ id }) => id)).toEqual(acknowledgedBefore.toSorted());
    },
  );

  test('no app has more than its first version', async () => {
    const response = await site.api.apps();
    expect(response).toHaveLength(ROUNDS * APPS_PER_ROUND);
    for (const app of response) expectWhole(app);
    await site.api.settled();
  });
});
