import { expect, it } from 'vitest';
import { openHistory, type NewRefusal } from '#history';
import { createMemoryEventLog } from '#event-log';
import { listCommands } from './command-list.js';

const refusal = (time: number): NewRefusal => ({
  time,
  actor: { kind: 'user' },
  method: 'PUT',
  path: '/v2/apps/web',
  command: 'PutApp',
  status: 422,
  reason: 'no',
  body: new Uint8Array(),
});

it.each(['asc', 'desc'] as const)(
  'lists every refusal once (%s) when a clock was set back',
  async (order) => {
    const history = openHistory(createMemoryEventLog().log, ':memory:');
    const nowMs = Date.now();
    await history.noteRefusals([3000, 1000, 4000, 2000].map((beforeMs) => refusal(nowMs - beforeMs)));
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listCommands(history, { accepted: {}, refused: { order }, order, limit: 2, cursor });
      ids.push(...(page.entries as { id: string }[]).map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    const inOrder = ['refused-1', 'refused-2', 'refused-3', 'refused-4'];
    expect(ids).toEqual(order === 'asc' ? inOrder : inOrder.toReversed());
    await history.close();
  },
);
