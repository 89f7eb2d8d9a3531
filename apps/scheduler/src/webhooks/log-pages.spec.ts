import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '#event-log';
import { LogPages } from './log-pages.js';

/** A log of so many events that answers at once, as one in a file does, and counts how often it is read. */
class LogAtHand {
  reads = 0;

  constructor(private readonly head: number) {}

  async read(after: number, limit: number): Promise<readonly StoredEvent[]> {
    this.reads += 1;
    const count = Math.max(0, Math.min(limit, this.head - after));
    return Array.from({ length: count }, (_, index) => ({ position: after + index + 1 }) as StoredEvent);
  }
}

function beBusy(durationMs: number): void {
  const untilMs = performance.now() + durationMs;
  while (performance.now() < untilMs);
}

/** Reads to the end as a webhook does that nothing concerns; answers how many events there were. */
async function passOver(pages: LogPages, pageMs = 0): Promise<number> {
  let position = 0;
  for (;;) {
    const page = await pages.read(position);
    if (page.length === 0) return position;
    beBusy(pageMs);
    for (const event of page) {
      expect(event.position).toBe(position + 1);
      position = event.position;
    }
  }
}

describe('pages of the log', () => {
  it('leave everybody else a turn, however much there is to pass over', async () => {
    const pages = new LogPages(new LogAtHand(5000));
    const others = { turns: 0, areAlone: false };
    const passed = passOver(pages, 1).finally(() => (others.areAlone = true));
    for (; !others.areAlone; others.turns += 1) await nextTurnOfTheLoop();
    expect(await passed).toBe(5000);
    expect(others.turns).toBeGreaterThan(15);
  });

  it('are read once for all who are at the same place', async () => {
    const log = new LogAtHand(250);
    const pages = new LogPages(log);
    const passed = await Promise.all(Array.from({ length: 40 }, () => passOver(pages)));
    expect(new Set(passed)).toEqual(new Set([250]));
    // What is not there yet is looked for each time.
    expect(log.reads - 40).toBeLessThan(15);
  });

  it('are small where events are large', async () => {
    const sizes: number[] = [];
    const pages = new LogPages(new LogAtHand(300));
    for (let position = 0; position < 300;) {
      const page = await pages.read(position);
      sizes.push(page.length);
      beBusy(page.length);
      position += page.length;
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(16);
  });

  it('fail for those alone whose page cannot be read', async () => {
    const log = new LogAtHand(10);
    const pages = new LogPages({
      read: (after, limit) =>
        after === 5 ? Promise.reject(new Error('the disk is gone')) : log.read(after, limit),
    });
    const [failed, read] = await Promise.allSettled([pages.read(5), pages.read(0)]);
    expect([failed.status, read.status]).toEqual(['rejected', 'fulfilled']);
    expect(await pages.read(9)).toHaveLength(1);
  });
});
