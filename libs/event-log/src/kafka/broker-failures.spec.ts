import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { KafkaCluster } from '../../../../test/support/kafka-cluster.js';
import { hasKafka } from '../../../../test/support/real-services.js';
import { newEvent } from '../events.fixture.js';
import type { EventLog } from '../port.js';
import { temporaryFolder, type TemporaryFolder } from '../sqlite/temporary-folder.fixture.js';
import type { KafkaEventLogOptions } from './kafka-options.js';
import { openKafkaEventLog } from './open-kafka-event-log.js';

/** Appends single events from four sides until told to stop; gives what was confirmed and what was refused. */
function load(log: EventLog, epoch: number) {
  const confirmed: string[] = [];
  const refused: unknown[] = [];
  const over = new AbortController();
  const sides = Array.from({ length: 4 }, async () => {
    while (!over.signal.aborted) {
      const event = newEvent({ id: randomUUID() });
      try {
        await log.append([event], epoch);
        confirmed.push(event.id);
      } catch (error) {
        refused.push(error);
        await delay(50);
      }
    }
  });
  const stop = async () => {
    over.abort();
    await Promise.all(sides);
  };
  return { confirmed, refused, stop };
}

/** What was confirmed is there, and nothing twice. */
async function expectExactly(log: EventLog, confirmed: readonly string[]): Promise<void> {
  const ids = (await log.read(0, 1_000_000)).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(confirmed.filter((id) => !ids.includes(id))).toEqual([]);
}

describe.runIf(hasKafka)('three brokers', () => {
  let cluster: KafkaCluster;
  let folder: TemporaryFolder;
  let topic: string;
  const logs: EventLog[] = [];

  beforeAll(async () => {
    cluster = await KafkaCluster.start({ size: 3 });
  }, 90_000);
  afterAll(() => cluster.dispose());

  beforeEach(() => {
    folder = temporaryFolder();
    topic = `log-${randomUUID()}`;
  });
  afterEach(async () => {
    for (let index = 0; index < 3; index += 1) if (cluster.isRunning(index)) cluster.thaw(index);
    await cluster.restartAll();
    await Promise.all(logs.splice(0).map((log) => log.close()));
    folder.remove();
  }, 60_000);

  const open = async (node: string, changes: Partial<KafkaEventLogOptions> = {}): Promise<EventLog> => {
    const log = await openKafkaEventLog({
      brokers: cluster.brokers,
      topic,
      mirrorPath: join(folder.path, `${node}.db`),
      replicationFactor: 3,
      node,
      onWarning: () => undefined,
      onLost: () => undefined,
      ...changes,
    });
    logs.push(log);
    return log;
  };

  it.each(['kill', 'freeze'] as const)(
    'one of which is gone (%s) cost a pause, and nothing else',
    async (how) => {
      // How long the pause may be is not what is looked at here.
      const log = await open('a', { appendTimeoutMs: 60_000 });
      const follower = await open('b');
      const epoch = await log.claimEpoch();
      const { confirmed, refused, stop } = load(log, epoch);
      await expect.poll(() => confirmed.length, { timeout: 10_000 }).toBeGreaterThan(20);
      const leader = await cluster.leaderIndex(topic);
      await cluster[how](leader);
      const before = confirmed.length;
      await expect.poll(() => confirmed.length, { timeout: 60_000 }).toBeGreaterThan(before + 100);
      if (how === 'freeze') cluster.thaw(leader);
      else await cluster.restart(leader);
      await delay(500);
      await stop();
      expect(refused).toEqual([]);
      await expectExactly(log, confirmed);
      const head = await log.head();
      await expect.poll(() => follower.head(), { timeout: 20_000 }).toBe(head);
    },
    120_000,
  );

  it('that are all gone refuse appends, serve reads, and take a new term when they are back', async () => {
    const log = await open('a', { appendTimeoutMs: 3_000 });
    const epoch = await log.claimEpoch();
    const { confirmed, refused, stop } = load(log, epoch);
    await expect.poll(() => confirmed.length, { timeout: 10_000 }).toBeGreaterThan(20);
    await cluster.killAll();
    await expect.poll(() => refused.length, { timeout: 60_000 }).toBeGreaterThan(3);
    await stop();
    expect(refused[0]).toMatchObject({
      name: 'LogUnavailableError',
      message: expect.stringContaining(`the event log on Kafka topic ${topic} failed`),
    });
    await expect(log.checkWritable()).rejects.toMatchObject({ name: 'LogUnavailableError' });
    expect((await log.read(0, 10)).length).toBe(10);
    await cluster.restartAll();
    await expect
      .poll(
        () =>
          log.checkWritable().then(
            () => true,
            () => false,
          ),
        { timeout: 30_000 },
      )
      .toBe(true);
    // Brokers that have just come back answer reads before they answer who writes; a node that fails to lead tries again.
    const next = await eventually(() => log.claimEpoch(), { what: 'a new term' });
    await log.append([newEvent({ id: 'after' })], next);
    await expectExactly(log, [...confirmed, 'after']);
  }, 180_000);

  it('are not asked again by who may not write any more', async () => {
    let mayWrite = true;
    const log = await open('a', { mayWrite: () => mayWrite });
    const epoch = await log.claimEpoch();
    await log.append([newEvent()], epoch);
    await cluster.killAll();
    mayWrite = false;
    const refusal = log.append([newEvent()], epoch);
    await expect(refusal).rejects.toMatchObject({ name: 'LogUnavailableError', outcomeUnknown: true });
  }, 120_000);
});
