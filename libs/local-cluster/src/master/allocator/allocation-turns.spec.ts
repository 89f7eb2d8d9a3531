import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Event } from '#mesos';
import type { EncodedEvent } from '../events/encode-event.js';
import { FRAMEWORK, MasterHarness, RecordingStream } from '../master-harness.fixture.js';
import type { Agent } from '../state/agent.js';

/** More than have their turn at once. */
const AGENTS = 450;

let master: MasterHarness;

beforeEach(async () => {
  master = await MasterHarness.start();
  await Promise.all(Array.from({ length: AGENTS }, () => master.agent()));
});

afterEach(() => master.dispose());

class EncodedStream extends RecordingStream {
  readonly encoded: (EncodedEvent | undefined)[] = [];

  override send(event: Event, encoded?: EncodedEvent): void {
    super.send(event);
    if (event.type === 'OFFERS') this.encoded.push(encoded);
  }
}

/** Subscribes, and does something between the first and the second turn of the run that follows. */
function subscribe(inBetween: () => void = () => undefined): EncodedStream {
  const stream = new EncodedStream('stream');
  master.parts.sessions.subscribe({ framework_info: FRAMEWORK }, stream);
  master.clock.schedule(0, inBetween);
  master.clock.advance(0);
  return stream;
}

const agents = (): Agent[] => [...master.state.agents.values()];

const offersIn = (stream: RecordingStream): string[][] =>
  stream.events.flatMap((event) =>
    event.type === 'OFFERS' ? [(event.offers.offers ?? []).map(({ agent_id: { value } }) => value)] : [],
  );

it('announces a run of several turns in one event', () => {
  let made = 0;
  const stream = subscribe(() => (made = agents().filter(({ offers }) => offers.size > 0).length));
  expect(made).toBeGreaterThan(0);
  expect(made).toBeLessThan(AGENTS);
  expect(offersIn(stream).map((ids) => new Set(ids).size)).toEqual([AGENTS]);
  const [event] = stream.events.filter(({ type }) => type === 'OFFERS');
  const text = JSON.stringify(event);
  expect(stream.encoded).toEqual([{ text, bytes: Buffer.byteLength(text) }]);
});

it('does not announce what was withdrawn meanwhile, and offers nothing of who is gone', () => {
  const excluded: string[] = [];
  const stream = subscribe(() => {
    const [visited] = agents().filter(({ offers }) => offers.size > 0);
    const [unvisited, gone] = agents().filter(({ offers }) => offers.size === 0);
    for (const offer of visited!.offers) master.parts.offers.rescind(offer);
    unvisited!.isDeactivated = true;
    master.state.agents.delete(gone!.id);
    excluded.push(visited!.id, unvisited!.id, gone!.id);
  });
  expect(stream.events.map(({ type }) => type)).not.toContain('RESCIND');
  const [offered] = offersIn(stream);
  expect(offered).toHaveLength(AGENTS - excluded.length);
  expect(offered).not.toEqual(expect.arrayContaining([excluded[0]]));
});

it('begins again after a run during which something was asked for', () => {
  let freed: string | undefined;
  const stream = subscribe(() => {
    const [visited] = agents().filter(({ offers }) => offers.size > 0);
    freed = visited!.id;
    for (const offer of visited!.offers) master.parts.offers.withdraw(offer);
    master.parts.allocator.request(visited!);
  });
  expect(offersIn(stream).map(({ length }) => length)).toEqual([AGENTS - 1, 1]);
  expect(offersIn(stream)[1]).toEqual([freed]);
});

it('tells when a run on demand is over', async () => {
  master.parts.allocator.pause();
  const stream = subscribe();
  expect(offersIn(stream)).toEqual([]);
  let isOver = false;
  const run = master.parts.allocator.runNow().then(() => (isOver = true));
  await Promise.resolve();
  expect(isOver).toBe(false);
  master.clock.advance(0);
  await run;
  expect(offersIn(stream)).toHaveLength(1);
});
