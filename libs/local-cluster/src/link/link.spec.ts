import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../runtime/manual-clock.fixture.js';
import { createRandom } from '../runtime/random.js';
import { MemoryLink } from './link.js';
import type { AgentToMasterMessage } from './messages.js';

const ping = (taskId: string): { type: 'kill_task'; frameworkId: string; taskId: string } => ({
  type: 'kill_task',
  frameworkId: 'f',
  taskId,
});

let link: MemoryLink;
let agentSaw: string[];
let masterSaw: string[];

beforeEach(() => {
  link = new MemoryLink();
  agentSaw = [];
  masterSaw = [];
  link.agentEnd.listen({
    connected: () => agentSaw.push('connected'),
    disconnected: () => agentSaw.push('disconnected'),
    message: (message) => agentSaw.push(message.type === 'kill_task' ? message.taskId : message.type),
  });
  link.masterEnd.listen({
    connected: () => masterSaw.push('connected'),
    disconnected: () => masterSaw.push('disconnected'),
    message: (message: AgentToMasterMessage) => masterSaw.push(message.type),
  });
});

it('delivers in order, never from inside send', async () => {
  link.connect();
  for (let index = 0; index < 1000; index++) link.masterEnd.send(ping(`t${index}`));
  link.agentEnd.send({ type: 'pong' });
  expect(agentSaw).toEqual([]);
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  expect(agentSaw).toEqual(['connected', ...Array.from({ length: 1000 }, (_, index) => `t${index}`)]);
  expect(masterSaw).toEqual(['connected', 'pong']);
});

it('loses what is on the way when it breaks, and what is sent while it is down', async () => {
  link.connect();
  await nextTurn();
  link.masterEnd.send(ping('on the way'));
  link.disconnect();
  link.masterEnd.send(ping('while down'));
  expect(link.agentEnd.isConnected).toBe(false);
  await nextTurn();
  link.connect();
  link.masterEnd.send(ping('after'));
  await nextTurn();
  expect(agentSaw).toEqual(['connected', 'disconnected', 'connected', 'after']);
  expect(masterSaw).toEqual(['connected', 'disconnected', 'connected']);
});

it('swallows messages of a partitioned direction while both ends believe in the connection', async () => {
  link.connect();
  link.partition({ toAgent: true, toMaster: false });
  link.masterEnd.send(ping('lost'));
  link.agentEnd.send({ type: 'pong' });
  link.partition({ toAgent: false, toMaster: false });
  link.masterEnd.send(ping('healed'));
  await nextTurn();
  expect(agentSaw).toEqual(['connected', 'healed']);
  expect(masterSaw).toEqual(['connected', 'pong']);
});

it('tells a late listener that the link is up, and keeps messages for it', async () => {
  const late = new MemoryLink();
  late.connect();
  late.agentEnd.send({ type: 'pong' });
  await nextTurn();
  const saw: string[] = [];
  late.masterEnd.listen({
    connected: () => saw.push('connected'),
    disconnected: () => saw.push('disconnected'),
    message: (message) => saw.push(message.type),
  });
  await nextTurn();
  expect(saw).toEqual(['connected', 'pong']);
});

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await nextTurn();
};

describe('a bad line', () => {
  it('delays messages, keeps their order, and lets go of them when it is good again', async () => {
    const clock = new ManualClock();
    const random = createRandom(1);
    link.connect();
    link.disturb({ delayMs: 100, loss: 0, clock, random });
    for (const name of ['a', 'b']) link.masterEnd.send(ping(name));
    clock.advance(99);
    await settle();
    expect(agentSaw).toEqual(['connected']);
    clock.advance(1);
    await settle();
    expect(agentSaw).toEqual(['connected', 'a', 'b']);
    link.masterEnd.send(ping('c'));
    link.disturb(undefined);
    link.masterEnd.send(ping('d'));
    await settle();
    clock.advance(100);
    await settle();
    expect(agentSaw).toEqual(['connected', 'a', 'b', 'c', 'd']);
  });

  it('loses messages, all of them when it breaks', async () => {
    const clock = new ManualClock();
    link.connect();
    link.disturb({ delayMs: 0, loss: 0.5, clock, random: createRandom(1) });
    for (let index = 0; index < 1000; index++) link.masterEnd.send(ping('x'));
    clock.advance(0);
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    expect(agentSaw.length).toBeGreaterThan(400);
    expect(agentSaw.length).toBeLessThan(600);
    const before = agentSaw.length;
    link.disturb({ delayMs: 100, loss: 0, clock, random: createRandom(1) });
    link.masterEnd.send(ping('late'));
    link.disconnect();
    link.connect();
    clock.advance(100);
    await settle();
    expect(agentSaw.slice(before)).toEqual(['disconnected', 'connected']);
  });

  it('doubles messages, and lets some be overtaken', async () => {
    const clock = new ManualClock();
    link.connect();
    link.disturb({ delayMs: 0, loss: 0, duplicate: 1, clock, random: createRandom(1) });
    link.masterEnd.send(ping('a'));
    expect(link.queued).toBe(4);
    clock.advance(0);
    await settle();
    expect([agentSaw, link.queued]).toEqual([['connected', 'a', 'a'], 0]);
    link.disturb({ delayMs: 0, loss: 0, reorder: 1, clock, random: createRandom(1) });
    link.masterEnd.send(ping('late'));
    link.disturb({ delayMs: 0, loss: 0, clock, random: createRandom(1) });
    await settle();
    expect(agentSaw.at(-1)).toBe('late');
    link.disturb({ delayMs: 0, loss: 0, reorder: 0.5, clock, random: createRandom(1) });
    const sent = Array.from({ length: 20 }, (_, index) => `m${index}`);
    for (const name of sent) {
      link.masterEnd.send(ping(name));
      clock.advance(5);
    }
    clock.advance(20);
    await settle();
    const arrived = agentSaw.slice(-20);
    expect(arrived).not.toEqual(sent);
    expect(arrived.toSorted()).toEqual(sent.toSorted());
  });
});
