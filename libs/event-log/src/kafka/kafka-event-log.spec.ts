import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KafkaCluster } from '../../../../test/support/kafka-cluster.js';
import { hasKafka, type KafkaLine } from '../../../../test/support/real-services.js';
import { describeEventLogContract } from '../contract.fixture.js';
import { LogFencedError } from '../errors.js';
import { newBatch, newEvent } from '../events.fixture.js';
import type { EventLog, StoredEvent } from '../port.js';
import { corruptNewestSnapshot } from '../sqlite/damaged-snapshot.fixture.js';
import { temporaryFolder, type TemporaryFolder } from '../sqlite/temporary-folder.fixture.js';
import type { KafkaEventLogOptions } from './kafka-options.js';
import { openKafkaEventLog } from './open-kafka-event-log.js';

let cluster: KafkaCluster;

const positions = (events: readonly StoredEvent[]): number[] => events.map(({ position }) => position);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

function optionsFor(topic: string, mirrorPath: string): KafkaEventLogOptions {
  return {
    brokers: cluster.brokers,
    topic,
    mirrorPath,
    replicationFactor: 1,
    node: 'test',
    onWarning: () => undefined,
    onLost: () => undefined,
  };
}

function describeKafka(line: KafkaLine, tests: () => void): void {
  describe.runIf(hasKafka)(`Kafka ${line}`, () => {
    beforeAll(async () => {
      cluster = await KafkaCluster.start({ line });
    }, 60_000);
    afterAll(() => cluster.dispose());
    tests();
  });
}

async function withAdmin<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: cluster.brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

const createTopic = (
  topic: string,
  configEntries: { name: string; value: string }[],
  numPartitions = 1,
): Promise<boolean> =>
  withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions, configEntries }] }));

for (const line of ['3.9', '4'] as const) {
  describeKafka(line, () => {
    describeEventLogContract(`Kafka ${line}`, async (options) => {
      const folder = temporaryFolder();
      const mirrorPath = join(folder.path, 'mirror.db');
      const log = await openKafkaEventLog({ ...optionsFor(`log-${randomUUID()}`, mirrorPath), ...options });
      return {
        log,
        corruptNewestSnapshot: async () => corruptNewestSnapshot(mirrorPath),
        dispose: async () => {
          await log.close();
          folder.remove();
        },
      };
    });
  });
}

describeKafka('4', () => {
  let folder: TemporaryFolder;
  let topic: string;
  let open: (node: string, changes?: Partial<KafkaEventLogOptions>) => Promise<EventLog>;
  const logs: EventLog[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    topic = `log-${randomUUID()}`;
    open = async (node, changes = {}) => {
      const log = await openKafkaEventLog({
        ...optionsFor(topic, join(folder.path, `${node}.db`)),
        node,
        ...changes,
      });
      logs.push(log);
      return log;
    };
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
    folder.remove();
  });

  describe('several nodes on one topic', () => {
    it('see what the writer puts there: whole batches, in order, with the same ids', async () => {
      const writer = await open('a');
      const follower = await open('b');
      const deliveries: (readonly StoredEvent[])[] = [];
      follower.subscribe(0, (batch) => void deliveries.push(batch));
      const epoch = await writer.claimEpoch();
      const sizes = [1, 3, 700, 2];
      for (const size of sizes) await writer.append(newBatch(size), epoch);
      await expect.poll(() => deliveries.flat().length, { timeout: 5_000 }).toBe(706);
      expect(deliveries.flat()).toEqual(await writer.read(0, 1_000));
      const ends = [1, 4, 704, 706];
      for (const delivery of deliveries) expect(ends).toContain(delivery.at(-1)?.position);
    });

    it('have one writer: who claims a term has read all of the one before, whose late appends are refused', async () => {
      const former = await open('a');
      const next = await open('b');
      const formerEpoch = await former.claimEpoch();
      await former.append(newBatch(5), formerEpoch);
      const epoch = await next.claimEpoch();
      expect(epoch).toBeGreaterThan(formerEpoch);
      expect(await next.head()).toBe(5);
      await expect(former.append(newBatch(1), formerEpoch)).rejects.toBeInstanceOf(LogFencedError);
      await expect(former.append(newBatch(1), formerEpoch)).rejects.toBeInstanceOf(LogFencedError);
      await next.append(newBatch(2), epoch);
      expect(positions(await next.read(0, 10))).toEqual(upTo(7));
      await expect.poll(() => former.head(), { timeout: 5_000 }).toBe(7);
    });

    it('stop writing when somebody else writes to the topic', async () => {
      const lost: Error[] = [];
      const writer = await open('a', { onLost: (error) => lost.push(error) });
      const epoch = await writer.claimEpoch();
      await writer.append(newBatch(1), epoch);
      const stranger = new Kafka({ brokers: cluster.brokers, logLevel: logLevel.NOTHING }).producer();
      await stranger.connect();
      await stranger.send({ topic, messages: [{ value: 'hello' }] });
      await stranger.disconnect();
      await expect(writer.append(newBatch(1), epoch)).rejects.toMatchObject({ outcomeUnknown: true });
      const reason = expect.stringContaining('has no ce_') as unknown;
      await expect.poll(() => lost.map(({ message }) => message)).toEqual([reason]);
      expect(await writer.head()).toBe(1);
    });

    it('do not take the place of a writer when they may not', async () => {
      const writer = await open('a');
      const epoch = await writer.claimEpoch();
      const zombie = await open('b', { mayWrite: () => false });
      await expect(zombie.claimEpoch()).rejects.toThrow('may not write any more');
      await writer.append(newBatch(1), epoch);
    });

    it('take the snapshots of a removed mirror for nothing', async () => {
      const writer = await open('a');
      const epoch = await writer.claimEpoch();
      await writer.append(newBatch(2), epoch);
      await writer.saveSnapshot({ position: 1, format: 1, state: ['{"of":"a former log"}'] });
      await writer.close();
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder.path, `a.db${suffix}`), { force: true });
      const again = await open('a');
      expect(await again.head()).toBe(2);
      expect(await again.latestSnapshot()).toBeUndefined();
    });

    it(
      'take turns under load without losing or doubling what was confirmed',
      { timeout: 60_000 },
      async () => {
        let leader = 'a';
        const names = ['a', 'b', 'c'];
        const nodes: EventLog[] = [];
        for (const name of names) nodes.push(await open(name, { mayWrite: () => leader === name }));
        const confirmed: string[] = [];
        let fenced: Promise<unknown> = Promise.resolve();
        for (let turn = 0; turn < 9; turn += 1) {
          const node = nodes[turn % 3] as EventLog;
          leader = names[turn % 3] as string;
          // The former writer is in the middle of its work.
          const epoch = await node.claimEpoch();
          await fenced;
          const load = Array.from({ length: 4 }, async () => {
            for (;;) {
              const event = newEvent({ id: randomUUID() });
              await node.append([event], epoch);
              confirmed.push(event.id);
            }
          });
          fenced = Promise.allSettled(load);
          await delay(200);
        }
        const last = nodes[0] as EventLog;
        leader = 'a';
        await last.claimEpoch();
        const stored = await last.read(0, 1_000_000);
        expect(positions(stored)).toEqual(upTo(stored.length));
        const ids = stored.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(confirmed.filter((id) => !ids.includes(id))).toEqual([]);
      },
    );

    it('go on from their mirrors after a restart, and from nothing without one', async () => {
      const writer = await open('a');
      const epoch = await writer.claimEpoch();
      await writer.append(newBatch(10), epoch);
      await writer.saveSnapshot({ position: 10, format: 1, state: ['{}'] });
      await writer.close();
      const again = await open('a');
      expect(await again.head()).toBe(10);
      expect((await again.latestSnapshot())?.position).toBe(10);
      const fresh = await open('fresh');
      expect(await fresh.read(0, 100)).toEqual(await again.read(0, 100));
      expect(await fresh.latestSnapshot()).toBeUndefined();
      await again.append(newBatch(1), await again.claimEpoch());
      await expect.poll(() => fresh.head(), { timeout: 5_000 }).toBe(11);
    });

    it('keep a batch whole that takes several requests', { timeout: 60_000 }, async () => {
      const writer = await open('a');
      const follower = await open('b');
      const epoch = await writer.claimEpoch();
      const large = Array.from({ length: 40 }, () => newEvent({ data: 'x'.repeat(200_000) }));
      const deliveries: number[] = [];
      follower.subscribe(0, (batch) => void deliveries.push(batch.length));
      await writer.append(large, epoch);
      await expect.poll(() => deliveries, { timeout: 10_000 }).toEqual([40]);
    });
  });

  describe('a topic that would lose events', () => {
    const keepsAll = [
      { name: 'retention.ms', value: '-1' },
      { name: 'retention.bytes', value: '-1' },
      { name: 'max.message.bytes', value: String(64 * 1024 ** 2) },
      { name: 'message.timestamp.before.max.ms', value: '9223372036854775807' },
      { name: 'message.timestamp.after.max.ms', value: '9223372036854775807' },
    ];

    it.each([
      [
        'retention.ms',
        [],
        /retention\.ms=604800000, with which it would lose or refuse events; set retention\.ms=-1/,
      ],
      [
        'size',
        [
          { name: 'retention.ms', value: '-1' },
          { name: 'retention.bytes', value: '1000' },
        ],
        /retention\.bytes=1000/,
      ],
      ['compaction', [...keepsAll, { name: 'cleanup.policy', value: 'compact' }], /cleanup\.policy=compact/],
      ['elections', [...keepsAll, { name: 'unclean.leader.election.enable', value: 'true' }], /unclean/],
    ])('is refused: %s', async (_, settings, message) => {
      await createTopic(topic, settings);
      await expect(open('a')).rejects.toThrow(message);
    });

    it('is refused with several partitions, or fewer copies than wanted', async () => {
      await createTopic(topic, keepsAll, 2);
      await expect(open('a')).rejects.toThrow(/has 2 partitions; one log needs exactly one/);
      topic = `log-${randomUUID()}`;
      await createTopic(topic, keepsAll);
      await expect(open('a', { replicationFactor: 3 })).rejects.toThrow(/has 1 copy where 3 are wanted/);
      topic = `log-${randomUUID()}`;
      await expect(open('a', { replicationFactor: 3 })).rejects.toThrow(
        /3 copies are wanted, and the Kafka cluster has 1/,
      );
    });

    it('is noticed: events gone before they were read, or a topic in the place of the one that was read', async () => {
      const writer = await open('a');
      await writer.append(newBatch(3), await writer.claimEpoch());
      await writer.close();
      await withAdmin(async (admin) => {
        await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
      });
      await expect(open('fresh')).rejects.toThrow(
        /begins at offset 3, but offset 0 is read next: it has lost events/,
      );
      await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
      await expect(open('a')).rejects.toThrow(/was replaced or has lost events/);
    });
  });

  it('says so when no broker answers', { timeout: 60_000 }, async () => {
    await expect(open('a', { brokers: ['127.0.0.1:1'] })).rejects.toThrow(
      /cannot be reached at 127\.0\.0\.1:1/,
    );
  });

  it('puts CloudEvents on the topic', async () => {
    const log = await open('a');
    const epoch = await log.claimEpoch();
    const event = newEvent({ type: 'AppCreated', stream: 'app:/web', data: { instances: 3 } });
    await log.append([event], epoch);
    const consumer = new Kafka({ brokers: cluster.brokers, logLevel: logLevel.NOTHING }).consumer({
      groupId: randomUUID(),
    });
    const seen: { value: string; headers: Record<string, string> }[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message: { value, headers = {} } }) => {
        const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
        seen.push({ value: String(value), headers: Object.fromEntries(texts) as Record<string, string> });
      },
    });
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(2);
    await consumer.disconnect();
    expect(seen[0]?.headers).toEqual({ ekiden_control: 'term' });
    expect(JSON.parse(seen[1]?.value ?? '')).toEqual({ instances: 3 });
    expect(seen[1]?.headers).toMatchObject({
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: `/ekiden/${topic}`,
      ce_type: 'io.ekiden.AppCreated',
      ce_subject: 'app:/web',
      ce_time: new Date(event.time).toISOString(),
      'content-type': 'application/json',
      ce_position: '1',
      ce_epoch: String(epoch),
    });
  });
});
