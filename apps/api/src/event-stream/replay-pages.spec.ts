import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryEventLog, type EventLog } from '#event-log';
import { ScriptedLeader } from '../api.fixture.js';
import { ReplayPages } from './replay-pages.js';

let log: EventLog;
let leader: ScriptedLeader;

beforeEach(() => {
  log = createMemoryEventLog().log;
  leader = new ScriptedLeader(log);
});

const append = (count: number) =>
  leader.append(
    Array.from({ length: count }, () => ({ type: 'AppDeleted' as const, data: { appId: '/a' } })),
  );

const positions = async (pages: ReplayPages, after: number, upTo: number): Promise<number[]> =>
  (await pages.behind(after, upTo)).map(({ position }) => position);

describe('ReplayPages', () => {
  it('gives what lies behind a position, to the end of its page and not beyond what is shown', async () => {
    await append(600);
    const pages = new ReplayPages(log);
    expect(await positions(pages, 250, 600)).toEqual([251, 252, 253, 254, 255, 256]);
    expect(await positions(pages, 510, 513)).toEqual([511, 512]);
    expect(await positions(pages, 512, 513)).toEqual([513]);
  });

  it('reads a page once for all who want it at the same time, and again when the log has grown', async () => {
    await append(100);
    const read = vi.spyOn(log, 'read');
    const pages = new ReplayPages(log);
    const [first, second] = await Promise.all([pages.behind(0, 100), pages.behind(50, 100)]);
    expect(read).toHaveBeenCalledTimes(1);
    expect(second[0]).toBe(first[50]);
    await append(10);
    await Promise.all([pages.behind(100, 110), pages.behind(90, 110), pages.behind(109, 110)]);
    expect(read).toHaveBeenCalledTimes(2);
    pages.forget();
    expect(await positions(pages, 108, 110)).toEqual([109, 110]);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('tries again after a failure', async () => {
    await append(1);
    const read = vi.spyOn(log, 'read').mockRejectedValueOnce(new Error('broken'));
    const pages = new ReplayPages(log);
    await expect(pages.behind(0, 1)).rejects.toThrow('broken');
    expect(await positions(pages, 0, 1)).toEqual([1]);
    expect(read).toHaveBeenCalledTimes(2);
  });
});
