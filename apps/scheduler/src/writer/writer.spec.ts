import { describe, expect, it } from 'vitest';
import { captureSnapshot, SNAPSHOT_FORMAT, type Reply } from '#domain';
import { recoverState } from './recovery.js';
import { HeldLog, idle, SILENT, until, WriterHarness } from './writer.fixture.js';

const refusedBy = (code: string) => expect.objectContaining({ kind: 'refused', code }) as Reply;
const newestSnapshot = async (log: HeldLog) => (await log.memory.log.latestSnapshot())?.position ?? 0;
const instances = ({ writer }: WriterHarness) => writer.view.state.instances.size;
const CONNECTED = { type: 'SchedulerConnected', frameworkId: 'framework-1', master: 'm1' } as const;

describe('durable before visible', () => {
  it('answers, settles and performs nothing before the log has it', async () => {
    const harness = await new WriterHarness().started();
    const { log, writer } = harness;
    log.hold();
    let settled = false;
    writer.tell(CONNECTED, () => (settled = true));
    const created = harness.create('/web');
    await until(() => log.appendsAsked === 2);
    await idle();
    expect([harness.answered, harness.performed, settled]).toEqual([[], [], false]);
    log.release();
    const { reply, position } = await created;
    expect(reply.kind).toBe('accepted');
    expect(await log.createdApps()).toEqual(['/web']);
    expect(position).toBeLessThanOrEqual(await log.memory.log.head());
    await until(() => settled && harness.performed.length > 0);
  });

  it('holds back a refusal that rests on what is not durable yet', async () => {
    const harness = await new WriterHarness().started();
    harness.log.hold();
    void harness.create('/web');
    await until(() => harness.log.appendsAsked === 2);
    const second = harness.create('/web');
    await idle();
    expect(harness.answered).toEqual([]);
    harness.log.release();
    expect((await second).reply).toEqual(refusedBy('AppAlreadyExists'));
    expect(harness.answered).toEqual(['/web', '/web']);
  });

  it('decides and answers in the order of the inbox', async () => {
    const harness = await new WriterHarness().started();
    harness.log.memory.faults.flushMs = 1;
    const ids = Array.from({ length: 90 }, (_, index) => `/app-${index}`);
    await Promise.all(ids.map((id) => harness.create(id)));
    expect(harness.answered).toEqual(ids);
    expect(await harness.log.createdApps()).toEqual(ids);
  });
});

describe('many offers at once', () => {
  it('are answered over as many turns as they need, without further news', async () => {
    const harness = await new WriterHarness().started();
    const { writer, performed } = harness;
    writer.tell(CONNECTED);
    await harness.create('/web');
    const offers = Array.from({ length: 20_000 }, (_, n) => ({
      id: { value: `offer-${n}` },
      agent_id: { value: `agent-${n}` },
      hostname: `agent${n}.example`,
      resources: [{ name: 'cpus', type: 'SCALAR' as const, scalar: { value: 0.5 } }],
    }));
    writer.tell({ type: 'ReceiveOffers', offers });
    const declined = () => performed.filter((effect) => effect.type === 'DeclineOffers');
    await until(() => declined().flatMap(({ offerIds }) => offerIds).length === offers.length);
    expect(declined().length).toBeGreaterThan(1);
    expect(writer.view.runtime.offers.length).toBe(0);
  });
});

describe('a change that is too big for one turn', () => {
  const APPS = 6000;
  const group = {
    type: 'PutGroup',
    groupId: '/group',
    json: {
      apps: Array.from({ length: APPS }, (_, n) => ({ id: `app-${n}`, cmd: 'sleep 9', instances: 1 })),
    },
    force: false,
    dryRun: false,
  } as const;

  it('is answered at once and followed up without further news, and others are answered meanwhile', async () => {
    const harness = await new WriterHarness().started();
    expect((await harness.submit(group)).reply.kind).toBe('accepted');
    expect(instances(harness)).toBeLessThan(APPS);
    await harness.create('/small');
    expect(instances(harness)).toBeLessThan(APPS);
    await until(() => instances(harness) === APPS + 1);
    await until(() => !harness.writer.view.runtime.hasWork);
  });

  it('is left as it is when the writer stops, and gone on with by the next one', async () => {
    const harness = await new WriterHarness().started();
    await harness.submit(group);
    const next = await harness.restarted();
    expect(instances(next)).toBeLessThan(APPS);
    await until(() => instances(next) === APPS);
    await next.writer.stop();
    const { state } = await recoverState(next.log.port, SILENT);
    expect(state.instances.size).toBe(APPS);
  });
});

describe('a log that takes no writes', () => {
  it('refuses what was not written and everything that rests on it, and writes none of it', async () => {
    const harness = await new WriterHarness().started();
    const { log } = harness;
    await harness.create('/kept');
    log.memory.faults.flushMs = 20;
    log.memory.faults.failNextWrite();
    const lost = harness.create('/lost/app');
    await until(() => log.appendsAsked === 3);
    await idle();
    const restsOnIt = harness.create('/lost/other');
    const refused = { code: 'LogUnavailable', reason: 'scripted failure' };
    expect((await lost).reply).toMatchObject(refused);
    expect((await restsOnIt).reply).toMatchObject(refused);
    await until(() => harness.writer.ready);
    expect(await log.createdApps()).toEqual(['/kept']);
    expect([...harness.writer.view.state.apps.keys()]).toEqual(['/kept']);
    expect(harness.timesDegraded).toBe(1);
    expect((await harness.create('/lost/app')).reply.kind).toBe('accepted');
  });

  it('performs no effect of what was not written', async () => {
    const harness = await new WriterHarness().started();
    harness.log.memory.faults.failNextWrite();
    harness.writer.tell(CONNECTED);
    await until(() => harness.timesDegraded === 1);
    await until(() => harness.writer.ready);
    expect(harness.performed).toEqual([]);
    expect(harness.writer.view.runtime.connected).toBe(false);
  });

  it('refuses while the disk is full and goes on by itself when there is room', async () => {
    const harness = await new WriterHarness().started();
    const { faults } = harness.log.memory;
    await harness.create('/before');
    faults.diskFull = true;
    expect((await harness.create('/a')).reply).toEqual(refusedBy('LogUnavailable'));
    expect((await harness.create('/b')).reply).toEqual(refusedBy('LogUnavailable'));
    expect(harness.writer.ready).toBe(false);
    faults.diskFull = false;
    await until(() => harness.writer.ready);
    expect((await harness.create('/after')).reply.kind).toBe('accepted');
    expect(await harness.log.createdApps()).toEqual(['/before', '/after']);
  });

  it('accepts what is on the log although its confirmation was lost', async () => {
    const harness = await new WriterHarness().started();
    harness.log.memory.faults.loseNextConfirmation();
    expect((await harness.create('/web')).reply.kind).toBe('accepted');
    expect(harness.timesDegraded).toBe(0);
  });

  it('finds out what became of a write of unknown outcome; the same key then gets the answer', async () => {
    const harness = await new WriterHarness().started();
    const { faults } = harness.log.memory;
    faults.loseNextConfirmation();
    faults.unreadable = true;
    expect((await harness.create('/web', 'key-1')).reply).toEqual(refusedBy('LogUnavailable'));
    faults.unreadable = false;
    await until(() => harness.writer.ready);
    expect((await harness.create('/web', 'key-1')).reply.kind).toBe('accepted');
    expect(await harness.log.createdApps()).toEqual(['/web']);
  });
});

describe('a decision that fails half-way', () => {
  it('takes its whole turn back, answers what was written before it, and goes on', async () => {
    const harness = await new WriterHarness().started();
    const { log } = harness;
    log.hold();
    const before = harness.create('/before');
    await until(() => log.appendsAsked === 2);
    harness.identity.broken = true;
    expect((await harness.create('/broken')).reply.kind).toBe('refused');
    log.release();
    expect((await before).reply.kind).toBe('accepted');
    await until(() => harness.writer.ready);
    expect((await harness.create('/after')).reply.kind).toBe('accepted');
    expect([...harness.writer.view.state.apps.keys()]).toEqual(await log.createdApps());
    expect(await log.createdApps()).toEqual(['/before', '/after']);
  });
});

describe('a command that fails', () => {
  const unreadable = {
    get id(): never {
      throw new Error('scripted bug');
    },
  };
  const post = { type: 'CreateApp', json: unreadable, force: false, uri: '/v2/apps' } as const;

  it('before it decided anything is refused alone: others of its turn are carried out', async () => {
    const harness = await new WriterHarness().started();
    const [before, ...failed] = await Promise.all([
      harness.create('/before'),
      harness.submit(post),
      harness.submit(post, 'key-1'),
      harness.create('/after'),
    ]);
    expect(before.reply.kind).toBe('accepted');
    expect(failed.pop()?.reply.kind).toBe('accepted');
    for (const { reply } of failed) {
      expect(reply).toEqual({ kind: 'refused', code: 'InternalError', reason: 'scripted bug' });
    }
    expect(await harness.log.createdApps()).toEqual(['/before', '/after']);
    expect([harness.timesDegraded, harness.writer.currentEpoch]).toEqual([0, 1]);
  });

  it('after it decided something takes its whole turn and the state with it', async () => {
    const harness = await new WriterHarness().started();
    harness.identity.eventIdsLeft = 2;
    const { reply } = await harness.create('/broken');
    expect(reply).toEqual({ kind: 'refused', code: 'InternalError', reason: 'scripted bug' });
    expect(harness.timesDegraded).toBe(1);
    await until(() => harness.writer.ready);
    expect(harness.writer.view.state.deployments.size).toBe(0);
    expect((await harness.create('/after')).reply.kind).toBe('accepted');
    expect(await harness.log.createdApps()).toEqual(['/after']);
  });
});

describe('a decision that fails again and again', () => {
  it('leads to a new term once in a while, not at once each time', async () => {
    const harness = await new WriterHarness().started();
    for (const expected of [true, false]) {
      harness.identity.broken = true;
      await harness.create('/broken');
      await idle();
      expect(harness.writer.ready).toBe(expected);
    }
    await until(() => harness.writer.ready);
    expect(harness.writer.currentEpoch).toBe(3);
  });
});

describe('idempotency keys', () => {
  it('give the first answer again, also after a restart, and no other command its answer', async () => {
    const first = await new WriterHarness().started();
    const answer = await first.create('/web', 'key-1');
    expect((await first.create('/web', 'key-1')).reply).toEqual(answer.reply);
    const second = await first.restarted();
    expect((await second.create('/web', 'key-1')).reply).toEqual(answer.reply);
    expect((await second.create('/other', 'key-1')).reply).toEqual(refusedBy('IdempotencyKeyReused'));
    expect(await second.log.createdApps()).toEqual(['/web']);
  });

  it('remember a kill with every definition once', async () => {
    const harness = await new WriterHarness().started();
    await harness.create('/web');
    harness.writer.tell(CONNECTED);
    const kill = { type: 'KillTasks', selection: { appId: '/web' }, wipe: false } as const;
    const { reply } = await harness.submit(kill, 'key-2');
    const restarted = await harness.restarted();
    expect((await restarted.submit(kill, 'key-2')).reply).toEqual(reply);
  });

  it('do not remember a refusal', async () => {
    const harness = await new WriterHarness().started();
    const kill = { type: 'KillTasks', selection: { appId: '/web' }, wipe: false } as const;
    expect((await harness.submit(kill, 'key-3')).reply).toEqual(refusedBy('AppNotFound'));
    await harness.create('/web');
    expect((await harness.submit(kill, 'key-3')).reply.kind).toBe('killed');
  });
});

describe('snapshots', () => {
  it('are saved only when what they rest on is durable, and lead to the same state', async () => {
    const log = new HeldLog();
    const harness = await new WriterHarness(log, { snapshotIntervalEvents: 2 }).started();
    log.hold();
    const created = harness.create('/web');
    await until(() => log.appendsAsked === 2);
    await idle();
    expect(await newestSnapshot(log)).toBe(0);
    log.release();
    await created;
    await until(async () => (await newestSnapshot(log)) > 0);
    const { state, snapshotPosition } = await recoverState(log.port, SILENT);
    expect(snapshotPosition).toBe(await newestSnapshot(log));
    expect([...captureSnapshot(state)]).toEqual([...captureSnapshot(harness.writer.view.state)]);
  });

  it('are not saved of a state that was given up', async () => {
    const log = new HeldLog();
    const harness = await new WriterHarness(log, { snapshotIntervalEvents: 2 }).started();
    log.memory.faults.failNextWrite();
    await harness.create('/web');
    await until(() => harness.writer.ready);
    harness.writer.drop('the test is over');
    expect(await newestSnapshot(log)).toBeLessThanOrEqual(1);
  });

  it('are saved at an end in good order, if much came after the last', async () => {
    const harness = await new WriterHarness(undefined, { snapshotIntervalEvents: 20 }).started();
    for (let app = 0; app < 12; app += 1) await harness.create(`/app-${app}`);
    await harness.writer.stop();
    const head = await harness.log.port.head();
    expect(await newestSnapshot(harness.log)).toBe(head);
    const { state } = await recoverState(harness.log.port, SILENT);
    expect([...captureSnapshot(state)]).toEqual([...captureSnapshot(harness.writer.view.state)]);
  });

  it('at the very end of the log do not let the clock run backwards', async () => {
    const harness = await new WriterHarness().started();
    await harness.create('/web');
    await harness.writer.stop();
    const { port } = harness.log;
    const position = await port.head();
    const state = captureSnapshot(harness.writer.view.state);
    await port.saveSnapshot({ position, format: SNAPSHOT_FORMAT, state });
    const recovered = await recoverState(port, SILENT);
    expect(recovered.replayed).toBe(0);
    expect(recovered.lastEventMs).toBe((await harness.log.events()).at(-1)?.time);
  });
});

describe('starting and stopping', () => {
  it('finishes what was accepted, then refuses', async () => {
    const harness = await new WriterHarness().started();
    harness.log.memory.faults.flushMs = 1;
    const ids = Array.from({ length: 30 }, (_, index) => `/app-${index}`);
    const replies = Promise.all(ids.map((id) => harness.create(id)));
    await harness.writer.stop();
    expect(new Set((await replies).map(({ reply }) => reply.kind))).toEqual(new Set(['accepted']));
    expect(await harness.log.createdApps()).toEqual(ids);
    expect((await harness.create('/late')).reply).toEqual(refusedBy('LogUnavailable'));
  });

  it('stops although the log fails, refusing what could not be written', async () => {
    const harness = await new WriterHarness().started();
    harness.log.memory.faults.diskFull = true;
    const created = harness.create('/web');
    await harness.writer.stop();
    expect((await created).reply).toEqual(refusedBy('LogUnavailable'));
    harness.log.memory.faults.diskFull = false;
    await idle();
    expect(harness.writer.ready).toBe(false);
  });

  it('does not become ready when it was stopped while recovering', async () => {
    const harness = new WriterHarness();
    harness.log.hold();
    const started = harness.writer.start();
    await until(() => harness.log.appendsAsked === 1);
    const stopped = harness.writer.stop();
    harness.log.release();
    await Promise.all([started, stopped]);
    expect(harness.writer.ready).toBe(false);
    expect((await harness.create('/web')).reply).toEqual(refusedBy('LogUnavailable'));
  });

  it('refuses commands beyond what may wait', async () => {
    const harness = await new WriterHarness(new HeldLog(), { maxQueuedCommands: 2 }).started();
    const replies = await Promise.all(['/a', '/b', '/c'].map((id) => harness.create(id)));
    expect(replies.map(({ reply }) => reply.kind)).toEqual(['accepted', 'accepted', 'refused']);
    expect(replies[2]?.reply).toEqual(refusedBy('QueueFull'));
  });

  it('says who did what: people, the cluster, or time', async () => {
    const harness = await new WriterHarness().started();
    await harness.create('/web');
    harness.writer.tell(CONNECTED);
    await until(async () => (await harness.log.events()).at(-1)?.type === 'FrameworkRegistered');
    const actors = new Map((await harness.log.events()).map(({ type, actor }) => [type, actor.kind]));
    expect(Object.fromEntries(actors)).toMatchObject({
      LeadershipAcquired: 'system',
      AppCreated: 'user',
      InstanceScheduled: 'system',
      FrameworkRegistered: 'mesos',
    });
  });
});
