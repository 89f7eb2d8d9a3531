import { describe, expect, it } from 'vitest';
import { captureSnapshot, type State } from '#domain';
import type { NewEvent } from '#event-log';
import { recoverState } from '../writer/recovery.js';
import { Snapshotter } from '../writer/snapshotter.js';
import { HeldLog, SILENT, until, WriterHarness } from '../writer/writer.fixture.js';
import { WarmState } from './warm-state.js';

const textOf = (state: State): string => [...captureSnapshot(state)].join('');

function warmOver(log: HeldLog, intervalEvents = 1_000_000): WarmState {
  const snapshotter = new Snapshotter(log.port, intervalEvents, SILENT);
  return new WarmState({ log: log.port, snapshotter, logger: SILENT });
}

/** A leader and the warm state of another node. */
async function leaderAndStandby(intervalEvents?: number) {
  const leader = await new WriterHarness().started();
  await leader.create('/before');
  const warm = warmOver(leader.log, intervalEvents);
  await warm.start();
  return { leader, warm, log: leader.log };
}

describe('a warm state', () => {
  it('follows the log, and is at its head when it is handed over', async () => {
    const { leader, warm, log } = await leaderAndStandby();
    await leader.create('/after');
    const head = await log.port.head();
    const handed = await warm.handOver(head);
    const { state, lastEventMs } = await recoverState(log.port, SILENT);
    expect(handed?.state.position).toBe(head);
    expect(textOf(handed?.state as State)).toBe(textOf(state));
    expect(handed).toMatchObject({ lastEventMs, replayed: 0 });
  });

  it('is handed over once, and follows nothing any more', async () => {
    const { leader, warm } = await leaderAndStandby();
    const handed = await warm.handOver(0);
    const position = handed?.state.position;
    await leader.create('/late');
    expect(handed?.state.position).toBe(position);
    expect([warm.state, await warm.handOver(0)]).toEqual([undefined, undefined]);
  });

  it('saves snapshots now and then', async () => {
    const { leader, warm, log } = await leaderAndStandby(2);
    await leader.create('/after');
    await until(async () => (await log.port.latestSnapshot()) !== undefined);
    const handed = await warm.handOver(await log.port.head());
    expect(handed?.snapshotPosition).toBe((await log.port.latestSnapshot())?.position);
  });

  it('is worth nothing once an event could not be folded, and keeps nobody waiting', async () => {
    const { leader, warm, log } = await leaderAndStandby();
    const handed = warm.handOver(1_000_000);
    const broken = { type: 'AppCreated', data: null } as unknown as NewEvent;
    await leader.writer.stop();
    await log.memory.log.append([{ ...eventLike(), ...broken }], leader.writer.currentEpoch);
    expect(await handed).toBeUndefined();
    expect(warm.state).toBeUndefined();
  });

  it.each(['before', 'while'])(
    'is not handed over behind the head: stopped %s it is waited for',
    async (when) => {
      const { warm, log } = await leaderAndStandby();
      const beyond = (await log.port.head()) + 1;
      if (when === 'before') await warm.stop();
      const handed = warm.handOver(beyond);
      await warm.stop();
      expect(await handed).toBeUndefined();
    },
  );

  it('that is stopped during the hand-over leaves the term to a replay of the log', async () => {
    const { leader, warm, log } = await leaderAndStandby();
    const handOver = warm.handOver.bind(warm);
    warm.handOver = async (head) => {
      const handed = handOver(head + 1);
      await warm.stop();
      return handed;
    };
    await leader.create('/after');
    const next = await new WriterHarness(log, { warm }).started();
    expect([...next.writer.view.state.apps.keys()]).toEqual(['/before', '/after']);
  });

  it('begins a term where the former leader stopped, without a replay of the log', async () => {
    const { leader, warm, log } = await leaderAndStandby();
    await leader.create('/after');
    const read: number[] = [];
    const { replay } = log.port;
    log.memory.log.replay = (after, handler) => {
      read.push(after);
      return replay.call(log.port, after, handler);
    };
    const next = await new WriterHarness(log, { warm }).started();
    expect(read).toEqual([]);
    expect([...next.writer.view.state.apps.keys()]).toEqual(['/before', '/after']);
    await leader.create('/late');
    expect(leader.deposedBy.map(({ name }) => name)).toEqual(['LogFencedError']);
    expect((await next.create('/next')).reply.kind).toBe('accepted');
    expect(await log.createdApps()).toEqual(['/before', '/after', '/next']);
  });
});

const eventLike = (): NewEvent => ({
  id: 'event-x',
  stream: 'app:/x',
  type: 'AppCreated',
  schema: 1,
  time: 1,
  actor: { kind: 'user' },
  correlationId: 'c',
  causationId: null,
  data: null,
});
