import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { CallBody } from '../protocol/call.js';
import type { FrameworkInfo } from '../protocol/framework-info.js';
import { createHarness, eventually, type Harness, type RecordingHandlers } from './client-harness.fixture.js';
import type { CallResult } from './call-result.js';
import {
  readRecordedSession,
  stepsOf,
  type RecordedStep,
} from '../../../../test/support/recorded-session.js';
import { ScriptedMaster, type OpenStream, type ReceivedRequest } from './scripted-master.fixture.js';

/** What a handler heard, as the recorder would have written it: SUBSCRIBED and all other events in one list. */
function heardBy(handlers: RecordingHandlers): unknown[] {
  return [
    ...handlers.subscribed.map(({ subscribed }) => ({ type: 'SUBSCRIBED', subscribed })),
    ...handlers.events.map(({ event }) => event),
  ];
}

function frameworkOf(steps: readonly RecordedStep[]): FrameworkInfo {
  const [framework] = stepsOf(steps, 'call')
    .map(({ json }) => json as { subscribe?: { framework_info: FrameworkInfo } })
    .flatMap(({ subscribe }) => subscribe?.framework_info ?? []);
  return framework ?? { user: '', name: 'the recording has no SUBSCRIBE' };
}

function bodyOf(call: { type: string } & Record<string, unknown>): CallBody {
  const { framework_id: _id, ...body } = call;
  return body as CallBody;
}

/** Writes one recorded event as it came, cut in the middle: chunk boundaries carry no meaning. */
function writeRecorded(stream: OpenStream, { raw, len }: { raw: string; len: number }): void {
  expect(Buffer.byteLength(raw)).toBe(len);
  const record = `${len}\n${raw}`;
  const middle = Math.floor(record.length / 2);
  stream.write(record.slice(0, middle));
  stream.write(record.slice(middle));
}

let master: ScriptedMaster;
let clients: Harness[];

beforeEach(async () => {
  master = await ScriptedMaster.start();
  clients = [];
});

afterEach(async () => {
  for (const { client } of clients) {
    client.stop();
  }
  await master.stop();
});

function startClient(info: FrameworkInfo, frameworkId?: string): Harness {
  const harness = createHarness([master.url], { frameworkInfo: () => info, frameworkId: () => frameworkId });
  clients.push(harness);
  harness.client.start(harness.handlers);
  return harness;
}

/** Takes the next request and checks that it is the recorded one. */
async function takeRecorded(recorded: { json: object }): Promise<ReceivedRequest> {
  const request = await master.next();
  expect(request.json).toEqual(recorded.json);
  return request;
}

async function untilHeard(handlers: RecordingHandlers, count: number): Promise<void> {
  await eventually(() => expect(heardBy(handlers)).toHaveLength(count));
}

/** Plays the master's part of a recording and lets the client make the recorded calls. */
class Replay {
  readonly results: { to: string; result: CallResult }[] = [];
  readonly #harness: Harness;
  #subscription: ReceivedRequest | undefined;
  #stream: OpenStream | undefined;
  #written = 0;
  readonly #unanswered: { request: ReceivedRequest; result: Promise<CallResult> }[] = [];

  constructor(harness: Harness) {
    this.#harness = harness;
  }

  /** @returns false when the session is over for the client, although the recorder went on with it. */
  async play(step: RecordedStep): Promise<boolean> {
    if (step.dir === 'call' && step.json.type === 'SUBSCRIBE') {
      this.#subscription = await takeRecorded(step);
    } else if (step.dir === 'headers') {
      this.#stream = this.#subscription?.openStream(step.headers['Mesos-Stream-Id']);
    } else if (step.dir === 'event') {
      await this.#write(step);
    } else if (step.dir === 'call') {
      const result = this.#harness.client.call(bodyOf(step.json));
      this.#unanswered.push({ request: await takeRecorded(step), result });
    } else if (step.dir === 'response') {
      return await this.#respond(step);
    }
    return true;
  }

  async #write(step: Extract<RecordedStep, { dir: 'event' }>): Promise<void> {
    if (this.#stream !== undefined) {
      writeRecorded(this.#stream, step);
    }
    this.#written += 1;
    await untilHeard(this.#harness.handlers, this.#written);
  }

  async #respond({
    to = '',
    status = 0,
    body,
  }: Extract<RecordedStep, { dir: 'response' }>): Promise<boolean> {
    const call = this.#unanswered.shift();
    call?.request.respond(status, body);
    const result = (await call?.result) ?? { outcome: 'unknown', reason: 'no call is open' };
    this.results.push({ to, result });
    return result.outcome !== 'stale';
  }
}

describe('a recorded scheduler session', () => {
  it('replays without loss, and with the calls as they were recorded', async () => {
    const steps = readRecordedSession('scheduler-session');
    const harness = startClient(frameworkOf(steps));
    const replay = new Replay(harness);
    for (const step of steps) {
      if (!(await replay.play(step))) {
        break;
      }
    }
    expect(heardBy(harness.handlers)).toEqual(stepsOf(steps, 'event').map(({ json }) => json));
    const answered = stepsOf(steps, 'response').slice(0, replay.results.length);
    expect(answered.at(-1)?.body, 'the recorder used a wrong stream id').toContain("'no-such-stream'");
    expect(replay.results).toEqual(
      answered.map(({ to = '', status = 0, body }, index) => ({
        to,
        result:
          index === answered.length - 1
            ? { outcome: 'stale', reason: body }
            : status === 202
              ? { outcome: 'accepted', status }
              : { outcome: 'rejected', status, text: body },
      })),
    );
    await eventually(() => expect(harness.handlers.disconnected).toMatchObject([{ code: 'SessionStale' }]));
  });

  it('arrives the same when everything comes in one burst', async () => {
    const steps = readRecordedSession('scheduler-session');
    const { handlers } = startClient(frameworkOf(steps));
    const stream = (await master.next()).openStream();
    const events = stepsOf(steps, 'event');
    stream.write(events.map(({ raw, len }) => `${len}\n${raw}`).join(''));
    stream.end();
    await eventually(() => expect(handlers.disconnected).toHaveLength(1));
    expect(heardBy(handlers)).toEqual(events.map(({ json }) => json));
  });
});

describe('a recorded failover session', () => {
  const steps = readRecordedSession('failover-session');
  const tagged = (tag: string): RecordedStep[] => steps.filter((step) => 'tag' in step && step.tag === tag);
  const eventsOf = (tag: string): Extract<RecordedStep, { dir: 'event' }>[] => stepsOf(tagged(tag), 'event');
  const subscribeCall = (index: number): { json: Record<string, unknown> } => ({
    json: stepsOf(steps, 'call').filter(({ json }) => json.type === 'SUBSCRIBE')[index]?.json ?? {},
  });
  const frameworkId = (subscribeCall(1).json['framework_id'] as { value: string }).value;

  it('makes the first instance abdicate when the second has taken over', async () => {
    const first = startClient(frameworkOf(steps));
    const stream = (await takeRecorded(subscribeCall(0))).openStream();
    for (const event of eventsOf('first').filter(({ json }) => json.type !== 'ERROR')) {
      writeRecorded(stream, event);
    }
    await eventually(() => expect(first.client.state).toBe('SUBSCRIBED'));
    startClient(frameworkOf(steps), frameworkId);
    await takeRecorded(subscribeCall(1));
    for (const event of eventsOf('first').filter(({ json }) => json.type === 'ERROR')) {
      writeRecorded(stream, event);
    }
    stream.end();
    await eventually(() =>
      expect(first.handlers.fatal).toMatchObject([{ reaction: 'abdicate', code: 'FailedOver' }]),
    );
    expect(heardBy(first.handlers)).toEqual(eventsOf('first').map(({ json }) => json));
  });

  it('comes through the death of the leader and redirects to the dead one', async () => {
    const dead = await ScriptedMaster.start();
    const deadAddress = dead.address;
    await dead.stop();
    const { client, handlers } = startClient(frameworkOf(steps), frameworkId);
    const stream = (await takeRecorded(subscribeCall(1))).openStream();
    for (const event of eventsOf('second')) {
      writeRecorded(stream, event);
    }
    await eventually(() => expect(heardBy(handlers)).toHaveLength(eventsOf('second').length));
    stream.reset();
    for (const answer of stepsOf(tagged('third'), 'headers').filter(({ status }) => status === 307)) {
      const location = answer.headers['Location']?.replace('127.0.0.1:5050', deadAddress) ?? '';
      (await takeRecorded(subscribeCall(2))).respond(307, '', { Location: location });
    }
    const renewed = (await takeRecorded(subscribeCall(2))).openStream();
    for (const event of eventsOf('third')) {
      writeRecorded(renewed, event);
    }
    const expected = [...eventsOf('second'), ...eventsOf('third')].map(({ json }) => json);
    await eventually(() => expect(heardBy(handlers)).toHaveLength(expected.length));
    expect(heardBy(handlers)).toEqual([
      ...expected.filter(({ type }) => type === 'SUBSCRIBED'),
      ...expected.filter(({ type }) => type !== 'SUBSCRIBED'),
    ]);
    expect(handlers.disconnected).toMatchObject([{ code: 'StreamEnded' }]);
    expect(client.subscription).toMatchObject({ generation: 2 });
  });
});
