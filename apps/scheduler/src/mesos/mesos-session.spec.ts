import { loadConfiguration } from '#configuration';
import type { Effect, SchedulerCommand } from '#domain';
import { encodeRecord, UrlListDetector, type Call, type Event, type MasterTransport } from '#mesos';
import { Metrics } from '#observability';
import { beforeEach, expect, it, vi } from 'vitest';
import { SchedulerMetrics } from '../scheduler-metrics.js';
import { MesosSession } from './mesos-session.js';

const silent = () => undefined;
const logger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

const EVENTS: readonly Event[] = [
  { type: 'SUBSCRIBED', subscribed: { framework_id: { value: 'framework-1' } } },
  {
    type: 'OFFERS',
    offers: {
      offers: ['o1', 'o2'].map((value) => ({
        id: { value },
        framework_id: { value: 'framework-1' },
        agent_id: { value: 'agent-1' },
        hostname: 'host',
      })),
    },
  },
];

let calls: Call[];
let told: SchedulerCommand[];
/** The calls that get no answer, by their number. */
let unanswered: readonly number[];
let session: MesosSession;

const listen = ({ onChunk }: { onChunk: (chunk: Buffer) => void }): void => {
  for (const event of EVENTS) onChunk(encodeRecord(JSON.stringify(event)));
};

const transport: MasterTransport = {
  subscribe: async (request) => {
    request.onConnected();
    return { kind: 'stream', stream: { streamId: 's', listen, close: silent } };
  },
  connect: () => ({
    send: (_route, { body }, settle) => {
      calls.push(JSON.parse(body) as Call);
      setImmediate(
        settle,
        unanswered.includes(calls.length - 1)
          ? new Error('no answer')
          : { status: 202, text: '', pauseMs: undefined },
      );
    },
    close: silent,
  }),
};

beforeEach(async () => {
  calls = [];
  told = [];
  unanswered = [];
  const loaded = loadConfiguration({ argv: ['--master', 'http://m:5050'], env: {} });
  if (!loaded.ok || !('configuration' in loaded)) throw new Error('the flags are wrong');
  const reservoir = { highestTrackableValue: 10, significantDigits: 1, resetIntervalMs: undefined };
  session = new MesosSession({
    configuration: loaded.configuration,
    detector: new UrlListDetector([new URL('http://m:5050')]),
    transport,
    logger,
    metrics: new SchedulerMetrics(new Metrics({ prefix: 'marathon', reservoir })),
    tell: (command, settled) => {
      told.push(command);
      settled?.();
    },
    room: () => undefined,
    frameworkId: () => 'framework-1',
    mayAct: () => true,
    roles: () => ({ roles: ['*'], suppressed: [] }),
    onFatal: silent,
  });
  session.start();
  await vi.waitUntil(() => told.some(({ type }) => type === 'ReceiveOffers'));
  return () => session.stop();
});

it.each<[string, Effect, string[]]>([
  ['a launch', { type: 'AcceptOffer', offerId: 'o1', agentId: 'agent-1', launches: [] }, ['o1']],
  ['a refusal', { type: 'DeclineOffers', offerIds: ['o1', 'o2'], refuseSeconds: 60 }, ['o1', 'o2']],
])('offers are given back when nobody knows whether %s arrived', async (_, effect, offerIds) => {
  // That they are given back may get lost, too.
  unanswered = [0, 2];
  session.perform([effect, { type: 'ReviveRoles', roles: ['*'] }]);
  await vi.waitFor(() => expect(calls).toHaveLength(4));
  const decline = { type: 'DECLINE', decline: { offer_ids: offerIds.map((value) => ({ value })) } };
  expect(calls.slice(2)).toMatchObject([decline, decline]);
});

it('an answer that arrived is given once', async () => {
  session.perform([{ type: 'DeclineOffers', offerIds: ['o1'] }]);
  session.perform([{ type: 'ReviveRoles', roles: ['*'] }]);
  await vi.waitFor(() => expect(calls).toHaveLength(2));
  expect(calls.map(({ type }) => type)).toEqual(['DECLINE', 'REVIVE']);
});
