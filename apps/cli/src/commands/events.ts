import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../command-line/command.js';
import { EXIT, RefusedError, UnreachableError, UsageError, type ExitCode } from '../errors.js';
import { serverSentEvents, type StreamFrame } from '../http/server-sent-events.js';
import { printable } from '../output/styles.js';
import { whenOf } from '../when.js';
import { absoluteId } from './ids.js';

/** Where the two streams are: in Marathon's words, and the facts as the log has them. */
const STREAMS = { bus: '/v2/events', raw: '/ekiden/v1/stream' } as const;

const RECONNECT_MS = 1000;

/** Prints events as they come; without `--follow` those that were, from `--since` on. */
export async function showEventStream(call: Call): Promise<ExitCode> {
  const { input, io } = call;
  const since = input.option('since');
  const follow = input.flag('follow');
  if (!follow && since === undefined)
    throw new UsageError('from when on? `--since WHEN`, or `--follow` for what comes');
  const { position } = await call.api.get<{ position: number }>('/ekiden/v1/status');
  // Also for what comes: the stream may break before anything came that could be resumed behind.
  let after = since === undefined ? String(position) : whenOf(since, io.nowMs());
  const end = follow ? undefined : position;
  let hasConnected = false;
  for (;;) {
    try {
      const response = await open(call, after, end);
      hasConnected = true;
      for await (const frame of serverSentEvents(response)) {
        if (frame.id !== undefined) after = frame.id;
        print(call, frame);
      }
      if (!follow) return EXIT.ok;
    } catch (error) {
      if (io.interrupted.aborted) return EXIT.ok;
      if (!follow || !mayComeBack(error, hasConnected)) throw error;
    }
    if (io.interrupted.aborted) return EXIT.ok;
    call.screen.note('the stream broke: connecting again');
    await delay(RECONNECT_MS);
  }
}

/** Whether it makes sense to connect again: not to where nobody ever was, nor to who refuses for good. */
function mayComeBack(error: unknown, hasConnected: boolean): boolean {
  if (error instanceof UnreachableError) return hasConnected;
  return !(error instanceof RefusedError) || (hasConnected && error.status >= 502);
}

function open({ api, input }: Call, since: string, end: number | undefined): Promise<IncomingMessage> {
  const raw = input.flag('raw');
  const types = input.list('type');
  return api.open({
    method: 'GET',
    path: raw ? STREAMS.raw : STREAMS.bus,
    query: {
      since,
      until: end,
      [raw ? 'type' : 'event_type']: types,
      app: input.list('app').map((app) => (app.includes('*') ? app : absoluteId(app))),
    },
    headers: { accept: 'text/event-stream' },
  });
}

function print({ input, screen }: Call, { id, event, data }: StreamFrame): void {
  if (screen.json || input.flag('raw')) {
    screen.body(data);
    return;
  }
  const { style } = screen;
  if (event === 'event_stream_attached' || event === 'event_stream_detached') return;
  const body = JSON.parse(data) as Record<string, unknown>;
  const text = [
    style.dim((id ?? '').padStart(7)),
    style.dim(String(body['timestamp'] ?? '')),
    style.cyan(event.replace(/_event$/, '')),
    printable(busEssence(body)),
  ].join('  ');
  screen.line(text.trimEnd());
}

/** What an event of the bus is about, in a few words. */
function busEssence(body: Readonly<Record<string, unknown>>): string {
  const plan = body['plan'] as { id?: string } | undefined;
  const app = body['appDefinition'] as { id?: string } | undefined;
  const names = [
    'appId',
    'runSpecId',
    'groupId',
    'taskId',
    'instanceId',
    'taskStatus',
    'condition',
    'host',
    'reason',
  ];
  const values = [app?.id, plan?.id, ...names.map((name) => body[name]), body['message']];
  return [...new Set(values)].filter((value) => typeof value === 'string' && value !== '').join(' ');
}
