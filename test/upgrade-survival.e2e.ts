import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sleepingApp } from './support/app-definitions.js';
import { eventually } from './support/eventually.js';
import { LaunchDiary } from './support/launch-diary.js';
import { taskPids } from './support/processes.js';
import { seededRandom } from './support/random.js';
import { Site } from './support/site.js';

const INSTANCES = 6;
const STRATEGY = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.25 };
/** What the strategy allows: ⌈6 · 0.5⌉ to ⌊6 · 1.25⌋ (`spec/scheduling.md` §7.4). */
const [LEAST, MOST] = [3, 7];
const CRASHES = 20;

/** Looks at the processes themselves all the time, also while Ekiden is away. */
class CapacityWatch {
  least = Infinity;
  most = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(dataDir: string) {
    this.timer = setInterval(() => {
      const count = Object.keys(taskPids(dataDir)).length;
      this.least = Math.min(this.least, count);
      this.most = Math.max(this.most, count);
    }, 25);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

describe('a rolling upgrade', () => {
  let site: Site;
  let diary: LaunchDiary;
  let watch: CapacityWatch | undefined;

  beforeEach(async () => {
    site = await Site.start();
    diary = new LaunchDiary(join(site.dataDir, 'launches.txt'));
  });

  afterEach(async () => {
    watch?.stop();
    await site?.dispose();
  });

  const versionOf = (round: number) =>
    sleepingApp('rolling', {
      cmd: diary.command('exec sleep 1000'),
      instances: INSTANCES,
      upgradeStrategy: STRATEGY,
      env: { ROUND: String(round) },
    });

  const upgradeTo = async (round: number) => {
    const answer = await site.api.put('/v2/apps/rolling', versionOf(round));
    expect(answer.status, answer.text).toBe(200);
  };

  test(
    `goes on after kill -9 at ${CRASHES} random moments: it completes, capacity is held, nothing is launched twice`,
    { timeout: 300_000 },
    async () => {
      const random = seededRandom('rolling upgrade');
      await site.api.createApp(versionOf(0));
      await site.api.running('/rolling', INSTANCES);
      await site.api.settled();
      watch = new CapacityWatch(site.dataDir);
      let round = 0;
      for (let crash = 1; crash <= CRASHES; crash++) {
        if ((await site.api.deployments()).length === 0) await upgradeTo((round += 1));
        await delay(random.between(0, 1000));
        await site.crashAndRestart();
      }
      await site.api.settled();
      const app = await site.api.running('/rolling', INSTANCES);
      watch.stop();
      expect(app).toMatchObject({ env: { ROUND: String(round) }, deployments: [] });
      expect(new Set(app.tasks.map(({ version }) => version))).toEqual(new Set([app.version]));
      await eventually(() => Object.keys(taskPids(site.dataDir)).length === INSTANCES);
      expect(watch.least).toBeGreaterThanOrEqual(LEAST);
      expect(watch.most).toBeLessThanOrEqual(MOST);
      expect(new Set(diary.taskIds).size).toBe(diary.taskIds.length);
    },
  );
});
