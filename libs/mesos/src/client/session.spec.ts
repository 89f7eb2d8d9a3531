import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Event } from '../protocol/event.js';
import {
  createHarness,
  eventually,
  RecordingHandlers,
  SUBSCRIBED,
  type Harness,
} from './client-harness.fixture.js';
import { ManualClock } from './manual-clock.fixture.js';
import { ScriptedMaster, type OpenStream } from './scripted-master.fixture.js';

let master: ScriptedMaster;
let harness: Harness;

async function subscribe(
  changes: Parameters<typeof createHarness>[1] = {},
  handlers = new RecordingHandlers(),
): Promise<OpenStream> {
  harness = { ...createHarness([master.url], changes), handlers };
  harness.client.start(handlers);
  const stream = (await master.next()).openStream();
  stream.send(SUBSCRIBED);
  await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
  return stream;
}

function rescind(offer: string): Event {
  return { type: 'RESCIND', rescind: { offer_id: { value: offer } } };
}

beforeEach(async () => {
  master = await ScriptedMaster.start();
});

afterEach(async () => {
  harness.client.stop();
  await master.stop();
});

describe('the event stream', () => {
  it('keeps order with one event outstanding, while heartbeats go on counting', async () => {
    const releases: (() => void)[] = [];
    class Slow extends RecordingHandlers {
      override onEvent(event: Event, generation: number): Promise<void> {
        void super.onEvent(event, generation);
        return new Promise((resolve) => releases.push(resolve));
      }
    }
    const clock = new ManualClock();
    const stream = await subscribe({ clock, options: { connectDelayMaxMs: 0 } }, new Slow());
    stream.send(rescind('a'));
    stream.send(rescind('b'));
    await eventually(() => expect(harness.handlers.events).toHaveLength(1));
    for (let interval = 0; interval < 8; interval += 1) {
      clock.advance(15_000);
      stream.send({ type: 'HEARTBEAT' });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(harness.client.state).toBe('SUBSCRIBED');
    expect(harness.handlers.events.map(({ event }) => event)).toEqual([rescind('a')]);
    releases[0]?.();
    await eventually(() => expect(harness.handlers.events.at(1)?.event).toEqual(rescind('b')));
  });

  it('passes over what it does not understand and keeps what it does not know', async () => {
    const stream = await subscribe();
    stream.write('0\n');
    stream.write('3\n{x}');
    stream.send({ type: 'UNKNOWN' });
    stream.send({ type: 'NOVELTY', novelty: {} });
    stream.send({ no: 'type' });
    stream.send({ type: 'RESCIND' });
    stream.send({ type: 'FAILURE', failure: { agent_id: { value: 'S1' }, novelty: [1] }, extra: true });
    await eventually(() => expect(harness.handlers.events).toHaveLength(1));
    expect(harness.handlers.events[0]?.event).toEqual({
      type: 'FAILURE',
      failure: { agent_id: { value: 'S1' }, novelty: [1] },
      extra: true,
    });
    expect(harness.logger.lines.filter((line) => line.includes('Mesos event dropped'))).toHaveLength(6);
  });

  it('brings a subscription to its end when it breaks the framing, after what came before', async () => {
    const stream = await subscribe();
    stream.send(rescind('a'));
    stream.write('x');
    await eventually(() => expect(harness.handlers.disconnected).toHaveLength(1));
    expect(harness.handlers.events.map(({ event }) => event)).toEqual([rescind('a')]);
    expect(harness.handlers.disconnected).toEqual([
      { code: 'FramingError', message: 'RecordIO: byte 0x78 in a length line' },
    ]);
    expect((await master.next()).json.type).toBe('SUBSCRIBE');
  });

  it.each(['end', 'reset'] as const)('is over on %s, and the client subscribes again', async (how) => {
    const stream = await subscribe();
    stream[how]();
    await eventually(() => expect(harness.handlers.disconnected).toMatchObject([{ code: 'StreamEnded' }]));
    (await master.next()).openStream().send(SUBSCRIBED);
    await eventually(() =>
      expect(harness.handlers.subscribed.map(({ generation }) => generation)).toEqual([1, 2]),
    );
  });

  it('says so when it broke inside a record', async () => {
    const stream = await subscribe();
    stream.write('20\n{"type":');
    stream.end();
    await eventually(() =>
      expect(harness.handlers.disconnected).toEqual([
        { code: 'StreamEnded', message: 'the master closed the stream inside a record' },
      ]),
    );
  });

  it('is given up with an alert when more bytes wait than allowed', async () => {
    class Stuck extends RecordingHandlers {
      override onEvent(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const stream = await subscribe({ options: { maxQueuedBytes: 150 } }, new Stuck());
    for (const offer of ['a', 'b', 'c', 'd']) {
      stream.send(rescind(offer));
    }
    await eventually(() => expect(harness.handlers.disconnected).toMatchObject([{ code: 'QueueOverflow' }]));
    expect(harness.handlers.alerts).toMatchObject([{ code: 'QueueOverflow' }]);
  });

  it('ends for good when a handler throws, for its event was not processed', async () => {
    class Broken extends RecordingHandlers {
      override onEvent(): void {
        throw new Error('disk full');
      }
    }
    const stream = await subscribe({}, new Broken());
    stream.send(rescind('a'));
    await eventually(() => expect(harness.handlers.fatal).toMatchObject([{ code: 'HandlerFailed' }]));
    expect(harness.handlers.fatal[0]?.message).toContain('disk full');
    expect(harness.client.state).toBe('FATAL');
    await stream.closed;
  });
});

describe('heartbeats', () => {
  it('may be missing for just under five intervals; then the socket is destroyed', async () => {
    const clock = new ManualClock();
    const stream = await subscribe({ clock, options: { connectDelayMaxMs: 0 } });
    clock.advance(74_999);
    stream.send(rescind('any record counts'));
    await eventually(() => expect(harness.handlers.events).toHaveLength(1));
    clock.advance(74_999);
    expect(harness.client.state).toBe('SUBSCRIBED');
    clock.advance(1);
    await stream.closed;
    await eventually(() =>
      expect(harness.handlers.disconnected).toEqual([
        { code: 'HeartbeatsLost', message: 'no sign of life for 75000 ms' },
      ]),
    );
    expect((await master.next()).json.type).toBe('SUBSCRIBE');
  });

  it('count by the interval that the master gave', async () => {
    const clock = new ManualClock();
    harness = createHarness([master.url], { clock, options: { connectDelayMaxMs: 0 } });
    harness.client.start(harness.handlers);
    const stream = (await master.next()).openStream();
    stream.send({ ...SUBSCRIBED, subscribed: { ...SUBSCRIBED.subscribed, heartbeat_interval_seconds: 2 } });
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
    clock.advance(10_000);
    await eventually(() => expect(harness.handlers.disconnected).toMatchObject([{ code: 'HeartbeatsLost' }]));
  });

  it('that wait in the socket of a process which slept are read before it judges', async () => {
    const clock = new ManualClock();
    const stream = await subscribe({ clock, options: { connectDelayMaxMs: 0 } });
    clock.sleep(300_000);
    stream.send({ type: 'HEARTBEAT' });
    await eventually(() => expect(harness.handlers.events).toHaveLength(1));
    clock.readSockets();
    expect(harness.client.state).toBe('SUBSCRIBED');
    expect(clock.pendingMs).toEqual([75_000]);
  });
});

describe('ERROR', () => {
  it.each([
    { message: 'Framework failed over', reaction: 'abdicate', code: 'FailedOver' },
    { message: 'Framework has been removed', reaction: 'stop', code: 'FrameworkRemoved' },
  ])('"$message" ends the client: $reaction', async ({ message, reaction, code }) => {
    const stream = await subscribe();
    const event: Event = { type: 'ERROR', error: { message } };
    stream.send(event);
    stream.end();
    await eventually(() => expect(harness.handlers.fatal).toEqual([{ reaction, code, message }]));
    expect(harness.handlers.events.map((entry) => entry.event)).toEqual([event]);
    expect(harness.handlers.disconnected).toEqual([{ code: 'Fatal', message }]);
    expect(master.received).toHaveLength(1);
  });

  it('may come instead of SUBSCRIBED', async () => {
    harness = createHarness([master.url]);
    harness.client.start(harness.handlers);
    const message = "'FrameworkInfo.roles' contains invalid role: a b";
    (await master.next()).openStream().send({ type: 'ERROR', error: { message } });
    await eventually(() =>
      expect(harness.handlers.fatal).toMatchObject([{ reaction: 'stop', code: 'InvalidRoles' }]),
    );
    expect(harness.handlers.fatal[0]?.message).toMatch(/contains invalid role: a b \(.*--mesos_role/u);
    expect(harness.handlers.disconnected).toEqual([]);
  });

  it('about another principal says what to do', async () => {
    const stream = await subscribe();
    stream.send({ type: 'ERROR', error: { message: "Changing framework's principal is not allowed." } });
    await eventually(() => expect(harness.handlers.fatal).toMatchObject([{ code: 'PrincipalChanged' }]));
    expect(harness.handlers.fatal[0]?.message).toContain('set --mesos_authentication_principal to that one');
  });

  it('on an older generation is not heard', async () => {
    const old = await subscribe();
    void harness.client.call({ type: 'REVIVE' });
    (await master.next()).respond(403, 'Framework is not subscribed');
    const renewed = (await master.next()).openStream('stream-2');
    renewed.send(SUBSCRIBED);
    old.send({ type: 'ERROR', error: { message: 'Framework failed over' } });
    renewed.send(rescind('a'));
    await eventually(() => expect(harness.handlers.events).toEqual([{ event: rescind('a'), generation: 2 }]));
    expect(harness.handlers.fatal).toEqual([]);
  });

  it('about authorisation is retried at the maximum back-off with an alert', async () => {
    const clock = new ManualClock();
    const stream = await subscribe({ clock, options: { connectDelayMaxMs: 0 } });
    stream.send({ type: 'ERROR', error: { message: 'Not authorized to use roles ekiden' } });
    await eventually(() => expect(clock.pendingMs).toEqual([15_000]));
    expect(harness.handlers.alerts).toMatchObject([{ code: 'NotAuthorizedByMaster' }]);
  });

  it('about offer constraints is answered once by subscribing without them', async () => {
    const constraints = { role_constraints: { other: { groups: [] } } };
    const stream = await subscribe({ offerConstraints: () => constraints });
    stream.send({ type: 'ERROR', error: { message: 'Offer constraints are not valid: regex' } });
    const again = await master.next();
    expect(again.json['subscribe']).not.toHaveProperty('offer_constraints');
    expect(harness.handlers.alerts).toMatchObject([{ code: 'OfferConstraintsDropped' }]);
  });

  it('of an unknown kind is retried, and alerts from the third in a row', async () => {
    harness = createHarness([master.url]);
    harness.client.start(harness.handlers);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(harness.handlers.alerts).toEqual([]);
      (await master.next()).openStream().send({ type: 'ERROR', error: { message: 'novelty' } });
    }
    await eventually(() =>
      expect(harness.handlers.alerts).toEqual([{ code: 'RepeatedErrors', message: 'novelty' }]),
    );
    expect((await master.next()).json.type).toBe('SUBSCRIBE');
  });
});

const subscribedAt = (version: string): Event => ({
  type: 'SUBSCRIBED',
  subscribed: { ...SUBSCRIBED.subscribed, master_info: { id: 'm', version } },
});

describe('a master', () => {
  it.each(['0.28.2', '1.5.0', '1.8.1'])('of version %s is too old', async (version) => {
    harness = createHarness([master.url]);
    harness.client.start(harness.handlers);
    const stream = (await master.next()).openStream();
    stream.send(subscribedAt(version));
    await stream.closed;
    await eventually(() =>
      expect(harness.handlers.fatal).toEqual([
        {
          reaction: 'stop',
          code: 'MasterTooOld',
          message: `the Mesos master has version ${version}; 1.9 is the oldest that works`,
        },
      ]),
    );
    expect(harness.handlers.subscribed).toEqual([]);
  });

  it.each(['1.9.0', '1.11.0-rc1', '2.0.0', 'unknown'])('of version %s is good', async (version) => {
    harness = createHarness([master.url]);
    harness.client.start(harness.handlers);
    (await master.next()).openStream().send(subscribedAt(version));
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
  });
});
