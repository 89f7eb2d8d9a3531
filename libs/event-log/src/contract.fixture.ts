import { once } from 'node:events';
import { assert as assertProperty, asyncProperty, jsonValue } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFencedError, UnknownSchemaError } from './errors.js';
import { newBatch, newEvent } from './events.fixture.js';
import type { EventLog, Snapshot, StoredEvent } from './port.js';
import { createUpcaster, type Upcaster } from './upcasting/upcaster.js';

/** What a log under test is opened with. */
export interface SubjectOptions {
  readonly upcaster: Upcaster;
  readonly onWarning: (message: string) => void;
}

/** A fresh, empty log and what the suite needs to do to it from outside. */
export interface Subject {
  readonly log: EventLog;
  corruptNewestSnapshot(): Promise<void>;
  dispose(): Promise<void>;
}

const upcaster = createUpcaster({
  Renamed: [(data) => ({ name: data }), (data) => ({ ...(data as object), v: 3 })],
});

const positions = (events: readonly StoredEvent[]): number[] => events.map(({ position }) => position);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

const snapshotAt = (position: number): Snapshot => ({
  position,
  format: 1,
  state: [`{"at":${position}}\n`, '{"text":"日本😀"}\n'],
});

const foreign = (position: number, epoch: number): StoredEvent => ({ ...newEvent(), position, epoch });

/** Collects what a subscription delivers, and resolves `reached(n)` when position n has come. */
function collector(log: EventLog, after = 0) {
  const deliveries: (readonly StoredEvent[])[] = [];
  const waiting = new Map<number, () => void>();
  const subscription = log.subscribe(after, (batch) => {
    deliveries.push(batch);
    for (const { position } of batch) waiting.get(position)?.();
  });
  const reached = (position: number): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.set(position, resolve);
      if (deliveries.flat().some((event) => event.position === position)) resolve();
      void subscription.ended.then((error) => reject(error ?? new Error('ended early')));
    });
  return { deliveries, subscription, reached };
}

/** The promises of the `EventLog` port. Every adapter's spec runs this suite. */
export function describeEventLogContract(
  name: string,
  open: (options: SubjectOptions) => Promise<Subject>,
): void {
  describe(`${name}: the event log contract`, () => {
    let subject: Subject;
    let log: EventLog;
    let epoch: number;
    let warnings: string[];

    beforeEach(async () => {
      warnings = [];
      subject = await open({ upcaster, onWarning: (message) => warnings.push(message) });
      log = subject.log;
      epoch = await log.claimEpoch();
    });
    afterEach(() => subject.dispose());

    const readAll = () => log.read(0, 1_000_000);

    describe('append', () => {
      it('gives back what was stored, with position and epoch', async () => {
        const event = newEvent({
          stream: 'app:/prod/"quoted", and\nbroken/日本😀',
          actor: { kind: 'mesos', name: 'ma\u0000ster', via: 'proxy' },
          causationId: 'event-0',
          data: { text: "it's; DROP TABLE events --", nested: [1, 2.5, null, true, { deep: '\u2028' }] },
        });
        expect(await log.append([event], epoch)).toEqual({ first: 1, last: 1 });
        expect(await readAll()).toEqual([{ ...event, position: 1, epoch }]);
      });

      it('keeps any JSON value as data', async () => {
        await assertProperty(
          asyncProperty(jsonValue(), async (data) => {
            const { first } = await log.append([newEvent({ data })], epoch);
            const [stored] = await log.read(first - 1, 1);
            expect(stored?.data).toEqual(JSON.parse(JSON.stringify(data)));
          }),
          { numRuns: 50 },
        );
      });

      it('stores what the event was at the time of the call', async () => {
        const data = { instances: 1 };
        const appended = log.append([newEvent({ data })], epoch);
        data.instances = 99;
        await appended;
        expect((await readAll())[0]?.data).toEqual({ instances: 1 });
      });

      it('numbers concurrent batches in call order, without gaps', async () => {
        const sizes = Array.from({ length: 300 }, (_, index) => 1 + (index % 7));
        const batches = sizes.map((size) => newBatch(size));
        const ranges = await Promise.all(batches.map((batch) => log.append(batch, epoch)));
        let next = 1;
        for (const [index, range] of ranges.entries()) {
          expect(range).toEqual({ first: next, last: next + (sizes[index] as number) - 1 });
          next = range.last + 1;
        }
        const stored = await readAll();
        expect(positions(stored)).toEqual(upTo(next - 1));
        expect(stored.map(({ id }) => id)).toEqual(batches.flat().map(({ id }) => id));
        expect(await log.head()).toBe(next - 1);
      });

      it('refuses an empty batch and data that is no JSON, and only that batch', async () => {
        const bad = { circular: undefined as unknown };
        bad.circular = bad;
        const outcomes = await Promise.allSettled([
          log.append([newEvent()], epoch),
          log.append([], epoch),
          log.append([newEvent(), newEvent({ data: undefined })], epoch),
          log.append([newEvent(), newEvent({ data: bad })], epoch),
          log.append([newEvent()], epoch),
        ]);
        expect(outcomes.map(({ status }) => status)).toEqual([
          'fulfilled',
          'rejected',
          'rejected',
          'rejected',
          'fulfilled',
        ]);
        expect(positions(await readAll())).toEqual([1, 2]);
      });

      it('says that it could be written', async () => {
        await expect(log.checkWritable()).resolves.toBeUndefined();
      });
    });

    describe('leader terms', () => {
      it('rise by one with each claim', async () => {
        expect([await log.claimEpoch(), await log.claimEpoch()]).toEqual([epoch + 1, epoch + 2]);
      });

      it('fence off the former leader, also in one group with the new one', async () => {
        const next = await log.claimEpoch();
        const [former, current] = await Promise.allSettled([
          log.append([newEvent()], epoch),
          log.append([newEvent()], next),
        ]);
        expect(former).toMatchObject({ status: 'rejected', reason: new LogFencedError(epoch, next) });
        expect(current).toMatchObject({ status: 'fulfilled', value: { first: 1, last: 1 } });
        expect((await readAll()).map((event) => event.epoch)).toEqual([next]);
      });

      it('must be claimed before they are used', async () => {
        await expect(log.append([newEvent()], epoch + 1)).rejects.toBeInstanceOf(RangeError);
        expect(await log.head()).toBe(0);
      });
    });

    describe('adoption of another log', () => {
      it('keeps positions and terms, and the next term is above them', async () => {
        const events = [foreign(1, 3), foreign(2, 3), foreign(3, 7)];
        await log.adopt(events, epoch);
        await log.adopt([foreign(4, 7)], epoch);
        const stored = await readAll();
        expect(stored.slice(0, 3)).toEqual(events);
        expect(await log.claimEpoch()).toBe(8);
        expect(await log.append([newEvent()], 8)).toEqual({ first: 5, last: 5 });
      });

      it('refuses what does not continue the log', async () => {
        await expect(log.adopt([foreign(2, 1)], epoch)).rejects.toBeInstanceOf(RangeError);
        await expect(log.adopt([foreign(1, 1), foreign(3, 1)], epoch)).rejects.toBeInstanceOf(RangeError);
        expect(await log.head()).toBe(0);
      });
    });

    describe('reading', () => {
      it.each([
        { after: 0, limit: 3, expected: [1, 2, 3] },
        { after: 3, limit: 2, expected: [4, 5] },
        { after: 598, limit: 10, expected: [599, 600] },
        { after: 600, limit: 10, expected: [] },
        { after: 700, limit: 10, expected: [] },
        { after: 5, limit: 0, expected: [] },
      ])('pages: after $after, at most $limit', async ({ after, limit, expected }) => {
        await log.append(newBatch(600), epoch);
        expect(positions(await log.read(after, limit))).toEqual(expected);
      });

      it.each([0, 1, 255, 256, 257, 600])('replays everything after %i up to the head', async (after) => {
        await log.append(newBatch(600), epoch);
        const seen: number[] = [];
        const head = await log.replay(after, (page) => seen.push(...positions(page)));
        expect(head).toBe(600);
        expect(seen).toEqual(upTo(600).slice(after));
      });

      it('replays only up to the head at the time of the call, and hands on what the handler throws', async () => {
        await log.append(newBatch(300), epoch);
        const seen: number[] = [];
        const replayed = log.replay(0, (page) => {
          seen.push(...positions(page));
          void log.append([newEvent()], epoch);
        });
        expect(await replayed).toBe(300);
        expect(seen).toEqual(upTo(300));
        const broken = log.replay(0, () => {
          throw new Error('cannot evolve');
        });
        await expect(broken).rejects.toThrow('cannot evolve');
      });

      it('brings old events to the newest schema', async () => {
        await log.append(
          [
            newEvent({ type: 'Renamed', schema: 1, data: 'a' }),
            newEvent({ type: 'Renamed', schema: 2, data: { name: 'b' } }),
            newEvent({ type: 'Renamed', schema: 3, data: { name: 'c', v: 3 } }),
          ],
          epoch,
        );
        const read = (await readAll()).map(({ schema, data }) => ({ schema, data }));
        expect(read).toEqual(['a', 'b', 'c'].map((value) => ({ schema: 3, data: { name: value, v: 3 } })));
      });

      it('refuses events of a newer release, wherever they are met', async () => {
        await log.append([newEvent({ type: 'Renamed', schema: 4 })], epoch);
        const refusal = { name: 'UnknownSchemaError', message: expect.stringContaining('upgrade this node') };
        await expect(readAll()).rejects.toMatchObject(refusal);
        await expect(log.replay(0, () => undefined)).rejects.toMatchObject(refusal);
        expect(await log.subscribe(0, () => undefined).ended).toBeInstanceOf(UnknownSchemaError);
      });
    });

    describe('subscriptions', () => {
      it.each([0, 1, 299, 300, 650, 900])('from %i: old and new events, once and in order', async (after) => {
        for (let batch = 0; batch < 100; batch += 1) await log.append(newBatch(3), epoch);
        const { deliveries, reached } = collector(log, after);
        const writers = Array.from({ length: 20 }, async () => {
          for (let batch = 0; batch < 10; batch += 1) await log.append(newBatch(1 + (batch % 5)), epoch);
        });
        await Promise.all(writers);
        await log.append(newBatch(1), epoch);
        const head = await log.head();
        await reached(head);
        expect(positions(deliveries.flat())).toEqual(upTo(head).slice(after));
      });

      it('never split a batch, however big', async () => {
        const sizes = [1, 200, 100, 1, 700, 2, 255, 3];
        const ends = new Set<number>();
        for (const size of sizes) ends.add((await log.append(newBatch(size), epoch)).last);
        const { deliveries, reached } = collector(log);
        await reached(await log.head());
        for (const delivery of deliveries) expect(ends).toContain(delivery.at(-1)?.position);
      });

      it('deliver a batch as one, as soon as it is on the log', async () => {
        const { deliveries, reached } = collector(log);
        const { last } = await log.append(newBatch(2), epoch);
        await reached(last);
        expect(deliveries.map(positions)).toEqual([[1, 2]]);
      });

      it('wait for a slow handler, without holding up the others or the writer', async () => {
        const gate = new AbortController();
        const slow: number[] = [];
        let running = 0;
        const slowSubscription = log.subscribe(0, async (batch) => {
          running += 1;
          expect(running).toBe(1);
          slow.push(...positions(batch));
          if (!gate.signal.aborted) await once(gate.signal, 'abort');
          running -= 1;
        });
        const quick = collector(log);
        await log.append([newEvent()], epoch);
        await quick.reached(1);
        await log.append([newEvent()], epoch);
        await quick.reached(2);
        expect(slow.length).toBeLessThan(2);
        gate.abort();
        await log.append([newEvent()], epoch);
        await expect.poll(() => slow).toEqual([1, 2, 3]);
        await slowSubscription.close();
      });

      it('end with the error of their handler, and leave the others alone', async () => {
        const broken = log.subscribe(0, () => Promise.reject(new Error('projection failed')));
        const { reached } = collector(log);
        await log.append([newEvent()], epoch);
        expect(await broken.ended).toEqual(new Error('projection failed'));
        await log.append([newEvent()], epoch);
        await reached(2);
      });

      it('deliver nothing after close, which may be called from the handler', async () => {
        const seen: number[] = [];
        const subscription = log.subscribe(0, (batch) => {
          seen.push(...positions(batch));
          void subscription.close();
        });
        await log.append([newEvent()], epoch);
        expect(await subscription.ended).toBeUndefined();
        await log.append([newEvent()], epoch);
        await subscription.close();
        expect(seen).toEqual([1]);
      });
    });

    describe('snapshots', () => {
      it('are absent at first; then the newest counts', async () => {
        expect(await log.latestSnapshot()).toBeUndefined();
        await log.append(newBatch(5), epoch);
        for (const position of [1, 3, 5]) await log.saveSnapshot(snapshotAt(position));
        const newest = await log.latestSnapshot();
        expect(newest).toMatchObject({ position: 5, format: 1 });
        expect(newest?.state.join('')).toBe('{"at":5}\n{"text":"日本😀"}\n');
        expect(warnings).toEqual([]);
      });

      it('that are damaged are passed over with a warning, until none is left', async () => {
        await log.append(newBatch(2), epoch);
        await log.saveSnapshot(snapshotAt(1));
        await subject.corruptNewestSnapshot();
        expect(await log.latestSnapshot()).toBeUndefined();
        await log.saveSnapshot(snapshotAt(1));
        await log.saveSnapshot(snapshotAt(2));
        await subject.corruptNewestSnapshot();
        expect((await log.latestSnapshot())?.position).toBe(1);
        expect(warnings).toHaveLength(2);
      });

      it('ahead of the log are passed over: they belong to events that are gone', async () => {
        await log.append(newBatch(2), epoch);
        await log.saveSnapshot(snapshotAt(2));
        await log.saveSnapshot(snapshotAt(3));
        expect((await log.latestSnapshot())?.position).toBe(2);
        expect(warnings).toHaveLength(1);
      });
    });

    it('takes up more room as it grows', async () => {
      const before = await log.sizeBytes();
      await log.append(newBatch(100), epoch);
      expect(await log.sizeBytes()).toBeGreaterThan(before);
    });

    describe('close', () => {
      it('finishes what was accepted, ends subscriptions and refuses everything after', async () => {
        const subscription = log.subscribe(0, () => undefined);
        const accepted = log.append(newBatch(3), epoch);
        await Promise.all([log.close(), log.close()]);
        expect(await accepted).toEqual({ first: 1, last: 3 });
        expect(await subscription.ended).toBeUndefined();
        const closed = { name: 'LogUnavailableError', code: 'closed' };
        await expect(log.append([newEvent()], epoch)).rejects.toMatchObject(closed);
        await expect(log.read(0, 1)).rejects.toMatchObject(closed);
        await expect(log.claimEpoch()).rejects.toMatchObject(closed);
        await expect(log.checkWritable()).rejects.toMatchObject(closed);
        expect(() => log.subscribe(0, () => undefined)).toThrow(expect.objectContaining(closed));
      });
    });
  });
}
