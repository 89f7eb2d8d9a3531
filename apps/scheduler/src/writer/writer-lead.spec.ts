import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Reply } from '#domain';
import { HeldLog, idle, until, WriterHarness } from './writer.fixture.js';

const unavailable = expect.objectContaining({ kind: 'refused', code: 'LogUnavailable' }) as Reply;
const CONNECTED = { type: 'SchedulerConnected', frameworkId: 'framework-1', master: 'm1' } as const;

const terms = async ({ log }: WriterHarness): Promise<number> =>
  (await log.events()).filter(({ type }) => type === 'LeadershipAcquired').length;

describe('a writer that may not act', () => {
  it('decides nothing, and goes on by itself when it may again', async () => {
    const harness = await new WriterHarness().started();
    harness.lead.isGood = false;
    const created = harness.create('/web');
    await delay(60);
    expect(await harness.log.createdApps()).toEqual([]);
    harness.lead.isGood = true;
    expect((await created).reply.kind).toBe('accepted');
  });

  it('neither answers nor sends what became durable meanwhile', async () => {
    const harness = await new WriterHarness().started();
    harness.log.hold();
    harness.writer.tell(CONNECTED);
    void harness.create('/web');
    await until(() => harness.log.appendsAsked >= 2);
    harness.lead.isGood = false;
    harness.log.release();
    await until(async () => (await harness.log.createdApps()).length === 1);
    await idle();
    expect([harness.answered, harness.performed]).toEqual([[], []]);
    harness.lead.isGood = true;
    harness.writer.wake();
    await until(() => harness.answered.length === 1 && harness.performed.length > 0);
  });

  it('refuses commands that wait for long, and keeps what the cluster told', async () => {
    const harness = await new WriterHarness().started();
    harness.lead.isGood = false;
    const created = harness.create('/web');
    harness.writer.tell(CONNECTED);
    expect((await created).reply).toEqual(unavailable);
    harness.lead.isGood = true;
    await until(() => harness.writer.view.state.frameworkId !== undefined);
    expect(await harness.log.createdApps()).toEqual([]);
  });
});

describe('a writer that lost the lead', () => {
  it('answers what is durable, refuses the rest, and sends nothing', async () => {
    const harness = await new WriterHarness().started();
    harness.log.hold();
    harness.writer.tell(CONNECTED);
    const durable = harness.create('/durable');
    await until(() => harness.log.appendsAsked >= 2);
    harness.lead.isGood = false;
    const late = harness.create('/late');
    harness.writer.drop('another node was elected');
    harness.log.release();
    expect((await late).reply).toMatchObject({ code: 'LogUnavailable', reason: 'another node was elected' });
    expect((await durable).reply.kind).toBe('accepted');
    await idle();
    expect(harness.performed).toEqual([]);
    expect((await harness.create('/later')).reply).toEqual(unavailable);
  });

  it('to a newer term claims none itself', async () => {
    const harness = await new WriterHarness().started();
    const epoch = await harness.log.memory.log.claimEpoch();
    expect((await harness.create('/web')).reply).toEqual(unavailable);
    expect(harness.deposedBy.map(({ name }) => name)).toEqual(['LogFencedError']);
    await delay(30);
    expect(await harness.log.memory.log.claimEpoch()).toBe(epoch + 1);
  });

  it('while the log took no writes does not come back', async () => {
    const harness = await new WriterHarness().started();
    harness.lead.confirmed = false;
    harness.log.memory.faults.failNextWrite();
    await harness.create('/web');
    await until(() => harness.deposedBy.length > 0);
    expect(harness.deposedBy[0]?.name).toBe('LeadLostError');
    expect(await terms(harness)).toBe(1);
  });

  it('waits with a new term while nobody knows who leads', async () => {
    const harness = await new WriterHarness().started();
    harness.log.memory.faults.failNextWrite();
    const created = harness.create('/web');
    await until(() => harness.timesDegraded === 1);
    harness.lead.isGood = false;
    expect((await created).reply).toEqual(unavailable);
    await delay(100);
    expect([harness.writer.ready, await terms(harness)]).toEqual([false, 1]);
    harness.lead.isGood = true;
    await until(() => harness.writer.ready);
    expect(harness.deposedBy).toEqual([]);
  });
});

describe('a writer over the log of another cluster', () => {
  it('writes nothing', async () => {
    const elected = { electionPath: '/a/leader' };
    const first = await new WriterHarness(new HeldLog(), { cluster: elected }).started();
    await first.writer.stop();
    const other = new WriterHarness(first.log, { cluster: { electionPath: '/b/leader' } });
    await expect(other.writer.start()).rejects.toMatchObject({ name: 'WrongClusterError' });
    expect(await terms(other)).toBe(1);
  });
});
