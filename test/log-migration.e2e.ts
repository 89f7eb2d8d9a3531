import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sleepingApp } from './support/app-definitions.js';
import type { TaskView } from './support/api-client.js';
import { eventually } from './support/eventually.js';
import { KafkaCluster } from './support/kafka-cluster.js';
import { LocalClusterProcess } from './support/local-cluster-process.js';
import { hasKafka } from './support/real-services.js';
import { runEkidenctl } from './support/run-ekidenctl.js';
import { Site, temporaryDirectory } from './support/site.js';

describe.runIf(hasKafka)('a cluster that moves from SQLite to Kafka and back', () => {
  let kafka: KafkaCluster;
  let mesos: LocalClusterProcess;
  let site: Site;
  let before: readonly string[];

  beforeAll(async () => {
    [kafka, mesos] = await Promise.all([KafkaCluster.start(), LocalClusterProcess.start()]);
    site = await Site.create({
      ownCluster: true,
      args: [
        '--master',
        mesos.address,
        '--hostname',
        '127.0.0.1',
        '--kafka_replication_factor',
        '1',
        '--disable_ha',
      ],
    });
  });
  afterAll(async () => {
    await site?.dispose();
    await Promise.all([kafka?.dispose(), mesos?.dispose()]);
  });

  const topic = () => `kafka://${kafka.brokers.join(',')}/moved`;

  const running = (count: number) =>
    eventually(async () => {
      const { body } = await site.api.get<{ tasks: TaskView[] }>('/v2/tasks');
      const up = body.tasks.filter(({ state }) => state === 'TASK_RUNNING').map(({ id }) => id);
      return up.length === count ? up.toSorted() : undefined;
    });

  async function copy(from: string, to: string): Promise<void> {
    const flags = ['--data_dir', site.dataDir, '--kafka_replication_factor', '1'];
    const { code, output } = await runEkidenctl(['log', 'copy', ...flags, '--event_log', from, '--to', to]);
    expect([code, output]).toEqual([0, expect.stringContaining('The copy is good.')]);
  }

  it('is not looked for in a topic that does not exist, nor makes one', async () => {
    const flags = ['--event_log', topic(), '--data_dir', join(site.dataDir, 'none')];
    for (const command of [
      ['log', 'verify'],
      ['framework', 'reset', '--yes'],
      ['log', 'verify'],
    ]) {
      const { code, output } = await runEkidenctl([...command, ...flags]);
      expect([code, output]).toEqual([1, expect.stringContaining('Kafka topic moved does not exist')]);
    }
  });

  it('keeps its apps and tasks on the way there', async () => {
    await site.start();
    await site.api.post('/v2/apps', sleepingApp('/kept', { instances: 3 }));
    before = await running(3);
    await site.stop();
    await copy('sqlite', topic());
    await site.start('--event_log', topic());
    expect(await running(3)).toEqual(before);
    expect((await site.api.put('/v2/apps/kept', { instances: 4 })).status).toBe(200);
    expect(await running(4)).toEqual(expect.arrayContaining([...before]));
  });

  it('goes to a new topic only', async () => {
    const elsewhere = temporaryDirectory();
    const source = ['--event_log', `sqlite:${join(site.dataDir, 'events.db')}`, '--data_dir', elsewhere];
    const target = ['--kafka_replication_factor', '1', '--to', topic()];
    const { code, output } = await runEkidenctl(['log', 'copy', ...source, ...target]);
    rmSync(elsewhere, { recursive: true });
    expect([code, output]).toEqual([1, expect.stringContaining('the target is not new')]);
  });

  it('and on the way back', async () => {
    before = await running(4);
    await site.stop();
    const path = join(site.dataDir, 'back', 'events.db');
    mkdirSync(join(site.dataDir, 'back'));
    await copy(topic(), `sqlite:${path}`);
    await site.start('--event_log', `sqlite:${path}`);
    expect(await running(4)).toEqual(before);
    expect((await site.api.delete('/v2/apps/kept')).status).toBe(200);
    await running(0);
  });
});
