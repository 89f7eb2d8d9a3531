import { createServer, type AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { MasterDetector } from '../detection/master-detector.js';
import {
  createHarness,
  eventually,
  FRAMEWORK_ID,
  FRAMEWORK_INFO,
  RecordingHandlers,
  SUBSCRIBED,
  type Harness,
} from './client-harness.fixture.js';
import { ManualClock } from './manual-clock.fixture.js';
import { ScriptedMaster } from './scripted-master.fixture.js';

let master: ScriptedMaster;
let harness: Harness;

function start(...parameters: Parameters<typeof createHarness>): void {
  harness = createHarness(...parameters);
  harness.client.start(harness.handlers);
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeEach(async () => {
  master = await ScriptedMaster.start();
});

afterEach(async () => {
  harness.client.stop();
  await master.stop();
});

describe('SUBSCRIBE', () => {
  it('is a POST with the exact media type, no stream id, and no framework id at first contact', async () => {
    start([master.url]);
    const request = await master.next();
    expect([request.method, request.path]).toEqual(['POST', '/api/v1/scheduler']);
    expect(request.headers['content-type']).toBe('application/json');
    expect(request.headers['accept']).toBe('application/json');
    expect(request.headers).not.toHaveProperty('mesos-stream-id');
    expect(request.headers).not.toHaveProperty('authorization');
    expect(request.json).toEqual({ type: 'SUBSCRIBE', subscribe: { framework_info: FRAMEWORK_INFO } });
    expect(harness.client.state).toBe('SUBSCRIBING');
  });

  it('is sent by nobody who may not, and then at once', async () => {
    let may = false;
    start([master.url], { maySubscribe: () => may });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(harness.client.state).toBe('DETECTING');
    may = true;
    expect((await master.next()).json).toMatchObject({ type: 'SUBSCRIBE' });
  });

  it('names a stored id in both places, the suppressed roles and the offer constraints', async () => {
    const offerConstraints = { role_constraints: {} };
    start([master.url], {
      frameworkId: () => FRAMEWORK_ID,
      suppressedRoles: () => ['ekiden'],
      offerConstraints: () => offerConstraints,
    });
    expect((await master.next()).json).toEqual({
      type: 'SUBSCRIBE',
      framework_id: { value: FRAMEWORK_ID },
      subscribe: {
        framework_info: { ...FRAMEWORK_INFO, id: { value: FRAMEWORK_ID } },
        suppressed_roles: ['ekiden'],
        offer_constraints: offerConstraints,
      },
    });
  });

  it('leads to a subscription with the information of the master', async () => {
    start([master.url]);
    const stream = (await master.next()).openStream();
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBING'));
    expect(harness.client.subscription).toBeUndefined();
    stream.send(SUBSCRIBED);
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
    expect(harness.handlers.subscribed).toEqual([{ subscribed: SUBSCRIBED.subscribed, generation: 1 }]);
    expect(harness.client.subscription).toEqual({
      generation: 1,
      master: master.url,
      subscribed: SUBSCRIBED.subscribed,
    });
  });

  it('carries the new id after a crash before it was stored, and the stored one after that', async () => {
    let stored: string | undefined;
    let crash = true;
    class Storing extends RecordingHandlers {
      override async onSubscribed(
        ...[subscribed, generation]: Parameters<RecordingHandlers['onSubscribed']>
      ) {
        await super.onSubscribed(subscribed, generation);
        if (crash) {
          crash = false;
          await new Promise(() => undefined);
        }
        stored = subscribed.framework_id.value;
      }
    }
    harness = { ...createHarness([master.url], { frameworkId: () => stored }), handlers: new Storing() };
    harness.client.start(harness.handlers);
    const first = (await master.next()).openStream();
    first.send(SUBSCRIBED);
    first.send({ type: 'OFFERS', offers: { offers: [] } });
    await eventually(() => expect(harness.handlers.subscribed).toHaveLength(1));
    harness.client.stop();
    expect(harness.handlers.events, 'no offer before the id is stored').toEqual([]);

    harness.client.start(harness.handlers);
    const second = await master.next();
    expect(second.json).not.toHaveProperty('framework_id');
    const stream = second.openStream();
    stream.send(SUBSCRIBED);
    stream.send({ type: 'OFFERS', offers: { offers: [] } });
    await eventually(() => expect(harness.handlers.events).toHaveLength(1));
    stream.end();
    expect((await master.next()).json).toHaveProperty('framework_id', { value: FRAMEWORK_ID });
  });
});

describe('finding the leader', () => {
  it('follows a protocol-relative redirect at once', async () => {
    const leader = await ScriptedMaster.start();
    try {
      start([master.url]);
      const request = await master.next();
      request.respond(307, '', { Location: `//${leader.address}/master/api/v1/scheduler` });
      const redirected = await leader.next();
      expect(redirected.path).toBe('/api/v1/scheduler');
      expect(redirected.body).toBe(request.body);
      redirected.openStream().send(SUBSCRIBED);
      await eventually(() => expect(harness.client.subscription?.master).toEqual(leader.url));
    } finally {
      harness.client.stop();
      await leader.stop();
    }
  });

  it('backs off after five redirects in a row', async () => {
    const clock = new ManualClock();
    start([master.url], { clock, random: () => 0.5, options: { connectDelayMaxMs: 0 } });
    for (let hop = 0; hop <= 5; hop += 1) {
      (await master.next()).respond(307, '', { Location: `//${master.address}/api/v1/scheduler` });
    }
    await eventually(() => expect(harness.client.state).toBe('BACKOFF'));
    expect(clock.pendingMs).toEqual([125]);
    expect(master.untaken).toBe(0);
  });

  it('does not follow a redirect to another scheme', async () => {
    const clock = new ManualClock();
    start([master.url], { clock, random: () => 0.5, options: { connectDelayMaxMs: 0 } });
    (await master.next()).respond(307, '', { Location: `https://${master.address}/api/v1/scheduler` });
    await eventually(() => expect(harness.client.state).toBe('BACKOFF'));
    expect(master.untaken).toBe(0);
  });

  it('tries the other masters at once and remembers which one was good', async () => {
    const dead = new URL(`http://127.0.0.1:${await unusedPort()}`);
    const other = await ScriptedMaster.start();
    try {
      start([dead, other.url, master.url]);
      (await other.next()).respond(503, 'No leader elected');
      const stream = (await master.next()).openStream();
      stream.send(SUBSCRIBED);
      await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
      stream.reset();
      expect((await master.next()).json.type).toBe('SUBSCRIBE');
      expect(other.received).toHaveLength(1);
    } finally {
      harness.client.stop();
      await other.stop();
    }
  });

  it('waits a random time before it connects', async () => {
    const clock = new ManualClock();
    start([master.url], { clock, random: () => 0.5 });
    await eventually(() => expect(clock.pendingMs).toEqual([250]));
    expect(harness.client.state).toBe('DETECTING');
    clock.advance(250);
    expect((await master.next()).json.type).toBe('SUBSCRIBE');
  });

  it('leaves the master when the detector announces another leader, and only then', async () => {
    const { detector, announce } = announcedMaster();
    start([master.url], { detector });
    (await master.next()).openStream().send(SUBSCRIBED);
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
    announce(master.url);
    expect(harness.client.state).toBe('SUBSCRIBED');
    announce(new URL(`http://127.0.0.1:${await unusedPort()}`));
    await eventually(() => expect(harness.handlers.disconnected).toMatchObject([{ code: 'LeaderChanged' }]));
  });

  it('does not wait for a master that hangs when another one leads', async () => {
    const leader = await ScriptedMaster.start();
    try {
      const { detector, announce } = announcedMaster();
      start([master.url], { detector });
      await master.next();
      announce(leader.url);
      (await leader.next()).openStream().send(SUBSCRIBED);
      await eventually(() => expect(harness.client.subscription?.master).toEqual(leader.url));
      expect(harness.handlers.disconnected).toEqual([]);
    } finally {
      harness.client.stop();
      await leader.stop();
    }
  });
});

it('a new leader ends the wait for the former one, and begins with a fresh back-off', async () => {
  const clock = new ManualClock();
  const { detector, announce } = announcedMaster();
  start([master.url], { detector, clock, random: () => 0.5, options: { connectDelayMaxMs: 0 } });
  for (const expectedMs of [125, 250, 500]) {
    (await master.next()).respond(503, 'No leader elected');
    await eventually(() => expect(clock.pendingMs).toEqual([expectedMs]));
    if (expectedMs < 500) clock.advance(expectedMs);
  }
  announce(master.url);
  (await master.next()).respond(503, 'Master has not finished recovery');
  await eventually(() => expect(clock.pendingMs).toEqual([125]));
});

/** A detector that is told who leads; at first the master of the test. */
function announcedMaster(): { detector: MasterDetector; announce: (leader: URL) => void } {
  const listeners = new Set<(leader: URL) => void>();
  let current = master.url;
  const detector: MasterDetector = {
    detect: async () => current,
    confirm: () => undefined,
    reject: () => false,
    onLeaderChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const announce = (leader: URL): void => {
    current = leader;
    for (const listener of listeners) listener(leader);
  };
  return { detector, announce };
}

describe('back-off', () => {
  it('doubles from 250 ms to 15 s, jittered, and starts over after a minute of subscription', async () => {
    const clock = new ManualClock();
    start([master.url], { clock, random: () => 0.5, options: { connectDelayMaxMs: 0 } });
    for (const expectedMs of [125, 250, 500, 1000, 2000, 4000, 7500, 7500]) {
      (await master.next()).respond(503, 'No leader elected');
      await eventually(() => expect(clock.pendingMs).toEqual([expectedMs]));
      expect(harness.client.state).toBe('BACKOFF');
      clock.advance(expectedMs);
    }
    const short = (await master.next()).openStream();
    short.send({ type: 'SUBSCRIBED', subscribed: { framework_id: { value: FRAMEWORK_ID } } });
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
    clock.advance(59_999);
    short.end();
    await eventually(() => expect(clock.pendingMs).toEqual([7500]));
    clock.advance(7500);
    const long = (await master.next()).openStream();
    long.send(SUBSCRIBED);
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
    clock.advance(60_000);
    long.end();
    await eventually(() => expect(clock.pendingMs).toEqual([125]));
  });

  it.each([
    { status: 400, text: 'Failed to validate scheduler::Call', code: 'SubscribeRejected' },
    { status: 415, text: "Expecting 'Content-Type' of application/json", code: 'SubscribeRejected' },
    { status: 406, text: "Expecting 'Accept' to allow", code: 'SubscribeRejected' },
    { status: 401, text: '401 Unauthorized.', code: 'Unauthorized' },
    { status: 403, text: 'claims', code: 'Unauthorized' },
  ])('is at its maximum with an alert after $status', async ({ status, text, code }) => {
    const clock = new ManualClock();
    start([master.url], { clock, options: { connectDelayMaxMs: 0 } });
    (await master.next()).respond(status, text);
    await eventually(() => expect(clock.pendingMs).toEqual([15_000]));
    expect(harness.handlers.alerts).toEqual([{ code, message: `${status} ${text}` }]);
    clock.advance(15_000);
    (await master.next()).openStream().send(SUBSCRIBED);
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
  });

  it('honours Retry-After of a proxy', async () => {
    const clock = new ManualClock();
    start([master.url], { clock, options: { connectDelayMaxMs: 0 } });
    (await master.next()).respond(429, 'slow down', { 'Retry-After': '42' });
    await eventually(() => expect(clock.pendingMs).toEqual([42_000]));
  });

  it('follows when SUBSCRIBED does not arrive in 75 s', async () => {
    const clock = new ManualClock();
    start([master.url], { clock, random: () => 0.5, options: { connectDelayMaxMs: 0 } });
    const stream = (await master.next()).openStream();
    await eventually(() => expect(clock.pendingMs).toEqual([75_000]));
    clock.advance(75_000);
    await stream.closed;
    await eventually(() => expect(harness.client.state).toBe('BACKOFF'));
    expect(harness.handlers.disconnected, 'it was never connected').toEqual([]);
  });

  it('follows when the master does not answer in 75 s', async () => {
    const clock = new ManualClock();
    start([master.url], { clock, random: () => 0.5, options: { connectDelayMaxMs: 0 } });
    await master.next();
    clock.advance(75_000);
    await eventually(() => expect(harness.client.state).toBe('BACKOFF'));
  });
});

describe('stop', () => {
  it('closes the stream, sends no TEARDOWN, and calls no handler any more', async () => {
    start([master.url]);
    const stream = (await master.next()).openStream();
    stream.send(SUBSCRIBED);
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
    harness.client.stop();
    await stream.closed;
    expect(harness.client.state).toBe('STOPPED');
    expect(await harness.client.call({ type: 'REVIVE' })).toEqual({
      outcome: 'stale',
      reason: 'not subscribed',
    });
    expect(master.received.map(({ json }) => json.type)).toEqual(['SUBSCRIBE']);
    expect(harness.handlers.disconnected).toEqual([]);
  });

  it('ends a wait, and a client can be started again with a new generation', async () => {
    const clock = new ManualClock();
    start([master.url], { clock, options: { connectDelayMaxMs: 0 } });
    (await master.next()).openStream().send(SUBSCRIBED);
    await eventually(() => expect(harness.client.state).toBe('SUBSCRIBED'));
    harness.client.stop();
    expect(clock.pendingMs).toEqual([]);
    harness.client.start(harness.handlers);
    expect(() => harness.client.start(harness.handlers)).toThrow('runs already');
    (await master.next()).openStream().send(SUBSCRIBED);
    await eventually(() =>
      expect(harness.handlers.subscribed.map(({ generation }) => generation)).toEqual([1, 2]),
    );
  });
});
