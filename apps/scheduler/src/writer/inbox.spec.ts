import { expect, it } from 'vitest';
import { Inbox } from './inbox.js';

const TICK = { kind: 'scheduler', command: { type: 'Tick' } } as const;

it('has room until much waits, and again when half of that is done', async () => {
  const inbox = new Inbox();
  let waiting = 0;
  for (; inbox.room() === undefined && waiting < 100_000; waiting += 1) inbox.push(TICK);
  let told = 0;
  const room = inbox.room()?.then(() => (told = inbox.length));
  while (inbox.length >= waiting / 2) inbox.shift();
  await room;
  expect(told).toBe(inbox.length);
  expect(inbox.room()).toBeUndefined();
});

it('keeps nobody waiting for room when everything is taken out', async () => {
  const inbox = new Inbox();
  while (inbox.room() === undefined) inbox.push(TICK);
  const room = inbox.room();
  inbox.drain();
  await room;
  expect(inbox.length).toBe(0);
});
